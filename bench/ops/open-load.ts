// A process of its own: requests at a fixed rate, whether the server keeps up or not, each given up after a while. They come as from a proxy: by
// connections that are open beforehand and stay so, whoever gives up. On plain sockets, to take little of the machine.
import { connect, type Socket } from 'node:net'

export interface OpenLoad {
  readonly url: string
  readonly perSecond: number
  readonly seconds: number
  /** An answer that comes later is of no use to anybody. */
  readonly patienceMs: number
  /** Opened and used once before the load begins. A request for which none is free waits for one. */
  readonly connections: number
}

export interface OpenLoadResult {
  /** Answers of 200 in time, each second. */
  readonly goodPerSecond: number
  readonly sentPerSecond: number
  /** Answers of 503 in time. */
  readonly shed: number
  readonly late: number
  readonly failed: number
}

/** One connection, with at most one request under way. */
interface Connection {
  readonly socket: Socket
  /** Where it is `undefined` nobody waits for an answer: to warm up, or no longer. */
  sentAt: number | undefined
  received: string
}

const { url, perSecond, seconds, patienceMs, connections } = JSON.parse(process.argv[2] ?? '{}') as OpenLoad
const TICK_MS = 5
/** How many are opened at one time: more than the queue of a listening socket has room for would be opened again. */
const OPENED_AT_ONCE = 100
const { host, hostname, port, pathname } = new URL(url)
const request = `GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`
const counts = { sent: 0, good: 0, shed: 0, late: 0, failed: 0 }
const idle: Connection[] = []
const busy = new Set<Connection>()
/** When each request came for which no connection was free, the oldest first. */
const queue: number[] = []

function send(connection: Connection, cameAt: number): void {
  connection.sentAt = cameAt
  connection.received = ''
  busy.add(connection)
  connection.socket.write(request)
}

/** An open connection, once it has carried a request. */
function opened(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port: Number(port), host: hostname, noDelay: true })
    const connection: Connection = { socket, sentAt: undefined, received: '' }
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      take(connection, text)
      resolve()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (busy.delete(connection) && connection.sentAt !== undefined) counts.failed += 1
      const index = idle.indexOf(connection)
      if (index >= 0) idle.splice(index, 1)
      resolve()
    })
    busy.add(connection)
    socket.write(`GET /healthz HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
  })
}

function take(connection: Connection, text: string): void {
  connection.received += text
  const { received, sentAt } = connection
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return
  const length = Number(/content-length: *(\d+)/i.exec(received)?.[1] ?? 0)
  if (received.length < end + 4 + length || !busy.delete(connection)) return
  if (sentAt !== undefined) count(sentAt, received)
  const next = queue.shift()
  if (next === undefined) idle.push(connection)
  else send(connection, next)
}

function count(sentAt: number, received: string): void {
  if (performance.now() - sentAt > patienceMs) counts.late += 1
  else if (received.startsWith('HTTP/1.1 200')) counts.good += 1
  else if (received.startsWith('HTTP/1.1 503')) counts.shed += 1
  else counts.failed += 1
}

/** Who waits too long leaves; the connection is the proxy's, and has the answer to come. */
function giveUp(now: number): void {
  while (queue.length > 0 && now - queue[0]! > patienceMs) {
    queue.shift()
    counts.late += 1
  }
  for (const connection of busy) {
    if (connection.sentAt === undefined || now - connection.sentAt <= patienceMs) continue
    connection.sentAt = undefined
    counts.late += 1
  }
}

for (let left = connections; left > 0; left -= OPENED_AT_ONCE)
  await Promise.all(Array.from({ length: Math.min(left, OPENED_AT_ONCE) }, opened))

const began = performance.now()
const until = began + seconds * 1000
const timer = setInterval(() => {
  const now = performance.now()
  giveUp(now)
  const due = Math.floor((Math.min(now, until) - began) * (perSecond / 1000)) - counts.sent
  for (let i = 0; i < due; i += 1) {
    counts.sent += 1
    const connection = idle.pop()
    if (connection === undefined) queue.push(now)
    else send(connection, now)
  }
  if (now < until + patienceMs) return
  clearInterval(timer)
  const { sent, good, ...rest } = counts
  const result: OpenLoadResult = { goodPerSecond: good / seconds, sentPerSecond: sent / seconds, ...rest }
  console.log(JSON.stringify(result))
  process.exit(0)
}, TICK_MS)
