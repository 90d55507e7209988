// A process of its own: requests at a fixed rate, whether the server keeps up or not, each given up after a while. On plain sockets, to take little of the machine.
import { connect, type Socket } from 'node:net'

export interface OpenLoad {
  readonly url: string
  readonly perSecond: number
  readonly seconds: number
  /** An answer that comes later is of no use to anybody. */
  readonly patienceMs: number
}

export interface OpenLoadResult {
  /** Answers of 200 in time, each second. */
  readonly goodPerSecond: number
  readonly sentPerSecond: number
  /** Answers of another status in time. */
  readonly shed: number
  readonly late: number
  readonly failed: number
}

/** One connection, with at most one request under way. */
interface Connection {
  readonly socket: Socket
  sentAt: number
  received: string
}

const { url, perSecond, seconds, patienceMs } = JSON.parse(process.argv[2] ?? '{}') as OpenLoad
const TICK_MS = 5
const { host, hostname, port, pathname } = new URL(url)
const request = `GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n\r\n`
const counts = { sent: 0, good: 0, shed: 0, late: 0, failed: 0 }
const idle: Connection[] = []
const busy = new Set<Connection>()
const began = performance.now()
const until = began + seconds * 1000

function send(): void {
  counts.sent += 1
  const connection = idle.pop() ?? open()
  connection.sentAt = performance.now()
  connection.received = ''
  busy.add(connection)
  connection.socket.write(request)
}

function open(): Connection {
  const socket = connect({ port: Number(port), host: hostname, noDelay: true })
  const connection: Connection = { socket, sentAt: 0, received: '' }
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => take(connection, text))
  socket.on('error', () => undefined)
  socket.on('close', () => {
    if (busy.delete(connection)) counts.failed += 1
    const index = idle.indexOf(connection)
    if (index >= 0) idle.splice(index, 1)
  })
  return connection
}

function take(connection: Connection, text: string): void {
  connection.received += text
  const { received } = connection
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return
  const length = Number(/content-length: *(\d+)/i.exec(received)?.[1] ?? 0)
  if (received.length < end + 4 + length || !busy.delete(connection)) return
  if (performance.now() - connection.sentAt > patienceMs) counts.late += 1
  else if (received.startsWith('HTTP/1.1 200')) counts.good += 1
  else counts.shed += 1
  idle.push(connection)
}

/** Who waits too long leaves. */
function giveUp(now: number): void {
  for (const connection of busy) {
    if (now - connection.sentAt <= patienceMs) continue
    busy.delete(connection)
    counts.late += 1
    connection.socket.destroy()
  }
}

const timer = setInterval(() => {
  const now = performance.now()
  giveUp(now)
  const due = Math.floor((Math.min(now, until) - began) * (perSecond / 1000)) - counts.sent
  for (let i = 0; i < due; i += 1) send()
  if (now < until + patienceMs) return
  clearInterval(timer)
  const { sent, good, ...rest } = counts
  const result: OpenLoadResult = { goodPerSecond: good / seconds, sentPerSecond: sent / seconds, ...rest }
  console.log(JSON.stringify(result))
  process.exit(0)
}, TICK_MS)
