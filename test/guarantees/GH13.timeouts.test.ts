import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { beforeEach, expect, test } from 'vitest'
import { get, rawExchange } from './raw.ts'
import { sampleApp } from './sample.ts'
import { serveSample } from './serve.ts'

const sample = serveSample({
  limits: {
    headersTimeoutMs: 300,
    requestTimeoutMs: 600,
    handlerTimeoutMs: 300,
    keepAliveTimeoutMs: 100,
    idleTimeoutMs: 700,
    // Handlers that hang on although their client was answered are waited for too.
    shutdownTimeoutMs: 300,
  },
})

beforeEach(() => {
  sample.trace.ran.length = 0
  sample.trace.aborted.length = 0
})

test('a head that does not end is 408 and the connection is closed', async () => {
  const { statuses } = await rawExchange(sample.port, 'GET /open HTTP/1.1\r\nhost: localhost\r\nx-a: ')
  expect(statuses).toEqual([408])
  await sample.canary()
})

test('a head that comes one byte at a time has no more time than another', async () => {
  const socket = await opened(sample.port)
  const closed = once(socket, 'close')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  const drip = setInterval(() => socket.write('a'), 20)
  socket.write('GET /open HTTP/1.1\r\nhost: localhost\r\nx-a: ')
  await closed
  clearInterval(drip)
  expect(text).toMatch(/^HTTP\/1\.1 408 /)
})

test('a connection on which nothing is ever sent is closed', async () => {
  await rawExchange(sample.port)
})

test.each([
  ['does not end', 'content-length: 100', '{"a":1'],
  ['never begins', 'content-length: 100', ''],
  ['in chunks does not end', 'transfer-encoding: chunked', '3\r\n{"a'],
])('a body that %s is 408, and the handler is not called', async (_, framing, part) => {
  const head = `POST /any HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`
  const { statuses, body } = await rawExchange(sample.port, head + part)
  expect(statuses).toEqual([408])
  expect(JSON.parse(body)).toMatchObject({ status: 408, code: 'request_timeout' })
  expect(sample.trace.ran).toEqual([])
  await sample.canary()
})

test('an idle connection is closed after its last answer', async () => {
  const { statuses, text } = await rawExchange(sample.port, get('/open', { connection: 'keep-alive' }))
  expect(statuses).toEqual([200])
  expect(text).not.toMatch(/connection: close/i)
})

test('a handler that hangs is 503 as a problem, and its signal is aborted', async () => {
  const { statuses, text, body } = await rawExchange(sample.port, get('/hang'))
  expect(statuses).toEqual([503])
  expect(text).toMatch(/retry-after: 1\r\n/i)
  expect(JSON.parse(body)).toMatchObject({ status: 503, code: 'handler_timeout' })
  expect(sample.trace.aborted).toEqual(['hang'])
  await sample.canary()
})

test('a result that comes too late is not sent, and its transaction is rolled back', async () => {
  const { statuses, body } = await rawExchange(sample.port, get('/late'))
  expect(statuses).toEqual([503])
  expect(body).not.toContain('"ok"')
  expect(sample.trace.ran).toEqual(['begin', 'rollback handler_timeout'])
})

test('a client that has gone aborts the signal', async () => {
  const socket = await opened(sample.port)
  socket.write(get('/hang'))
  socket.resetAndDestroy()
  await expect.poll(() => sample.trace.aborted).toEqual(['hang'])
})

test('a client that stops reading its answer is cut off, and what lived until then is ended', async () => {
  const socket = await opened(sample.port)
  socket.pause()
  socket.write(get('/large'))
  await expect.poll(() => sample.trace.ran, { timeout: 10_000 }).toEqual(['lease given back'])
  socket.destroy()
})

test('a stop waits no longer than its limit, aborts what still runs and closes its connection', async () => {
  const { app, trace } = sampleApp({ limits: { handlerTimeoutMs: 600_000, shutdownTimeoutMs: 200 } })
  const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = rawExchange(port, get('/late'))
  await expect.poll(() => trace.ran).toEqual(['begin'])
  await app.stop()
  expect((await answer).statuses).toEqual([])
  // The handler gave its result when the signal was aborted; its transaction has ended before the app's parts are stopped.
  expect(trace.ran).toEqual(['begin', 'commit'])
})

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}
