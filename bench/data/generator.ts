// A process of its own, started by load.ts: keep-alive connections, one request at a time each, a list of requests in turn.
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Load, LoadResult } from './load.ts'

const HEAD_END = Buffer.from('\r\n\r\n')
const { origin, requests, count, connections, status } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Load
const { host, hostname, port } = new URL(origin)
const encoded = requests.map(({ method, target, body = '', headers = {} }) => {
  const more = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  const type = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
  return Buffer.from(`${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n${more}${type}\r\n${body}`)
})
const latencies: number[] = []
let sent = 0
let failed = 0
let open = connections
const started = performance.now()
for (let i = 0; i < connections; i += 1) start()

function start(): void {
  const socket = connect(Number(port), hostname)
  let chunks: Buffer[] = []
  let received = 0
  let expected = 0
  let sentAt = 0
  const next = (): void => {
    if (sent === count) {
      socket.end()
      open -= 1
      if (open === 0) finish()
      return
    }
    sentAt = performance.now()
    socket.write(encoded[sent % encoded.length]!)
    sent += 1
  }
  socket.setNoDelay(true)
  socket.on('connect', next)
  socket.on('error', (error) => {
    console.error(String(error))
    process.exit(1)
  })
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    received += chunk.length
    if (expected === 0) expected = wholeLength(Buffer.concat(chunks))
    if (expected === 0 || received < expected) return
    latencies.push(performance.now() - sentAt)
    if (Number(chunks[0]!.toString('latin1', 9, 12)) !== status) failed += 1
    chunks = []
    received = 0
    expected = 0
    next()
  })
}

/** Of head and body together; 0 while the head is not whole. */
function wholeLength(response: Buffer): number {
  const end = response.indexOf(HEAD_END)
  if (end === -1) return 0
  const length = /content-length: *(\d+)/i.exec(response.toString('latin1', 0, end))?.[1]
  if (length === undefined) throw new Error('An answer without content-length: this generator cannot measure it.')
  return end + HEAD_END.length + Number(length)
}

function finish(): void {
  latencies.sort((a, b) => a - b)
  const result: LoadResult = {
    requests: latencies.length,
    seconds: (performance.now() - started) / 1000,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    failed,
  }
  console.log(JSON.stringify(result))
}
