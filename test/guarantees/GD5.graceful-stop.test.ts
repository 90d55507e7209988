import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { appFile, CommandProcess } from '../../src/cli/test/command.ts'
import { startAppProcess } from './app-process.ts'
import { keepAliveClient } from './keep-alive-client.ts'
import { get, rawExchange } from './raw.ts'
import { sampleApp } from './sample.ts'

const CLIENTS = 8

test('SIGTERM under load: every accepted request is answered, connections end, and the process exits with 0', async () => {
  const { child, port } = await startAppProcess()
  const exited = once(child, 'exit')
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => keepAliveClient(port, '/slow?ms=10')))
  await expect.poll(() => clients.every(({ answered }) => answered > 3)).toBe(true)

  const stopped = once(child, 'message')
  child.kill('SIGTERM')
  const results = await Promise.all(clients.map(({ result }) => result))
  const [{ ran, uncaught }] = (await stopped) as [{ ran: string[]; uncaught: string[] }]

  expect(results.map(({ broken }) => broken)).toEqual(results.map(() => ''))
  // What a handler began is what a client got, not one more.
  expect(results.reduce((sum, { answered }) => sum + answered, 0)).toBe(ran.length)
  expect(uncaught).toEqual([])
  expect(await exited).toEqual([0, null])
})

test('while it stops, a request in flight is finished, idle connections end and new ones are refused', async () => {
  const { child, port, report } = await startAppProcess()
  const exited = once(child, 'exit')
  const idle = connect({ port, host: '127.0.0.1' })
  const idleEnded = new Promise((resolve) => idle.on('close', resolve))
  idle.on('error', () => undefined).resume()
  idle.write('GET /open HTTP/1.1\r\nhost: localhost\r\n\r\n')
  const inFlight = rawExchange(port, 'GET /slow?ms=250 HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await expect.poll(async () => (await report()).ran).toEqual(['open', 'slow'])

  child.kill('SIGTERM')
  await idleEnded
  await expect(rawExchange(port, get('/open'))).resolves.toMatchObject({ statuses: [] })
  const { statuses, text } = await inFlight
  expect(statuses).toEqual([200])
  expect(text).toMatch(/connection: close\r\n/i)
  expect(await exited).toEqual([0, null])
})

test('work after the response and what lives until it is sent are finished before the process exits', async () => {
  const { child, port } = await startAppProcess()
  const exited = once(child, 'exit')
  expect((await rawExchange(port, get('/leave'))).statuses).toEqual([200])
  const stopped = once(child, 'message')
  child.kill('SIGTERM')
  const [{ ran }] = (await stopped) as [{ ran: string[] }]
  expect(ran).toEqual(['work after the response', 'lease given back'])
  expect(await exited).toEqual([0, null])
})

test('whoever asks for a stop that is under way waits for the same one, and the app can be started again', async () => {
  const events: string[] = []
  const gate = Promise.withResolvers<void>()
  const part = {
    name: 'part',
    start: () => void events.push('start'),
    stop: async () => {
      await gate.promise
      events.push('stop')
    },
  }
  const { app } = sampleApp({ parts: [part] })
  await app.stop()
  await app.listen({ port: 0, host: '127.0.0.1' })
  const first = app.stop()
  const second = app.stop()
  gate.resolve()
  await second
  expect(events).toEqual(['start', 'stop'])
  await first
  const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
  expect((await rawExchange(port, get('/open'))).statuses).toEqual([200])
  await app.stop()
  expect(events).toEqual(['start', 'stop', 'start', 'stop'])
})

const LIMIT_MS = 2_000

// The limit of the test is what shows it: twice the app's would be over it.
test(
  'a handler that ignores the end costs the limit once',
  async () => {
    const { app, trace } = sampleApp({ limits: { handlerTimeoutMs: 600_000, shutdownTimeoutMs: LIMIT_MS } })
    const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
    const answer = rawExchange(port, get('/hang'))
    await rawExchange(port, get('/open'))
    await app.stop()
    expect(trace.aborted).toEqual(['hang'])
    expect((await answer).statuses).toEqual([])
  },
  LIMIT_MS * 1.9,
)

test('ashlar start in production says that it is not ready, serves on and ends connections by its answers, and then stops with 0', async () => {
  const env = {
    NODE_ENV: 'production',
    ALLOWED_HOSTS: 'localhost',
    METRICS_TOKEN: 'a'.repeat(16),
    PORT: '0',
    // Long enough for what is asked meanwhile on a busy machine; the end is told by a second signal.
    DRAIN_MS: '60000',
  }
  await using command = new CommandProcess(['start', appFile('workers.ts')], { env })
  const [, found] = await command.until(/localhost:(\d+)/)
  const port = Number(found)
  expect((await rawExchange(port, get('/readyz'))).statuses).toEqual([200])
  const inUse = await keepAliveClient(port, '/api/who')
  await expect.poll(() => inUse.answered > 3).toBe(true)

  command.kill('SIGTERM')
  // The answers of a connection that is in use tell its client to open another, here or elsewhere.
  expect(await inUse.result).toMatchObject({ broken: '', toldToClose: true })
  expect((await rawExchange(port, get('/readyz'))).statuses).toEqual([503])
  expect((await rawExchange(port, get('/healthz'))).statuses).toEqual([200])
  expect((await rawExchange(port, get('/api/who'))).statuses).toEqual([200])
  await command.until(/Again to stop at once/)
  command.kill('SIGTERM')
  expect((await command.ended).code).toBe(143)
})

test('the time of draining over, it takes no more, and exits with 0', async () => {
  const env = { NODE_ENV: 'production', ALLOWED_HOSTS: 'localhost', METRICS_TOKEN: 'a'.repeat(16), DRAIN_MS: '200' }
  await using command = new CommandProcess(['start', appFile('workers.ts')], { env: { ...env, PORT: '0' } })
  const [, port] = await command.until(/localhost:(\d+)/)
  command.kill('SIGTERM')
  expect((await command.ended).code).toBe(0)
  expect((await rawExchange(Number(port), get('/api/who'))).statuses).toEqual([])
})
