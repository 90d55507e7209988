// Run as a process of its own by load.ts where wrk is not installed: keep-alive connections, one request at a time each.
import { connect, type Socket } from 'node:net'
import type { Operation } from './operations.ts'

interface Options {
  readonly origin: string
  readonly operation: Operation
  readonly seconds: number
  readonly connections: number
}

const HEAD_END = Buffer.from('\r\n\r\n')
const { origin, operation, seconds, connections } = JSON.parse(process.argv[2]!) as Options
const request = requestBytes()
const latencies: number[] = []
const sockets = new Set<Socket>()
let failed = 0

const started = performance.now()
const deadline = started + seconds * 1000
for (let i = 0; i < connections; i += 1) open()
setTimeout(finish, seconds * 1000)

function requestBytes(): Buffer {
  const url = new URL(operation.target, origin)
  const headers = { host: url.host, ...operation.headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const body = operation.body ?? ''
  if (body !== '') lines.push(`content-length: ${Buffer.byteLength(body)}\r\n`)
  return Buffer.from(`${operation.method} ${operation.target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}

function open(): void {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname)
  sockets.add(socket)
  let pending: Buffer = Buffer.alloc(0)
  let sentAt = 0
  const send = (): void => {
    sentAt = performance.now()
    socket.write(request)
  }
  socket.setNoDelay(true)
  socket.on('connect', send)
  socket.on('error', () => (failed += 1))
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    if (!isWhole(pending)) return
    latencies.push(performance.now() - sentAt)
    if (Number(pending.toString('latin1', 9, 12)) !== operation.status) failed += 1
    pending = Buffer.alloc(0)
    if (performance.now() < deadline) send()
  })
}

/** All servers compared here send their answers with a content-length. */
function isWhole(response: Buffer): boolean {
  const end = response.indexOf(HEAD_END)
  if (end === -1) return false
  const length = /content-length: *(\d+)/i.exec(response.toString('latin1', 0, end))?.[1]
  if (length === undefined) throw new Error('An answer without content-length: this generator cannot measure it.')
  return response.length >= end + HEAD_END.length + Number(length)
}

function finish(): void {
  const elapsed = (performance.now() - started) / 1000
  for (const socket of sockets) socket.destroy()
  latencies.sort((a, b) => a - b)
  const p99Ms = latencies[Math.floor(latencies.length * 0.99)] ?? 0
  console.log(JSON.stringify({ requests: latencies.length, seconds: elapsed, p99Ms, failed }))
}
