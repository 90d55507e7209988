import { connect } from 'node:net'
import type { UnderlyingSource } from 'node:stream/web'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { anyone, authenticated } from '../core/access/index.ts'
import { raw } from '../core/content.ts'
import { dependency } from '../core/dependency.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { createApp } from './create-app.ts'
import { kernelOf } from './internals.ts'
import { mount } from './mount.ts'
import { get, keptLog, serving } from './serving.fixture.ts'
import { bearer } from '../auth/index.ts'

const HOUR_MS = 3_600_000

/** An operation of every kind, and what it began and ended. */
function everyKind() {
  const counts = { begun: 0, ended: 0, cancelled: 0 }
  const lease = dependency({ until: 'sent' }, async function* () {
    counts.begun++
    try {
      yield 1
    } finally {
      counts.ended++
    }
  })
  const shared = { access: anyone, uses: { lease } }
  const stream = (source: UnderlyingSource<Uint8Array>): Response => new Response(new ReadableStream(source))
  const endless: UnderlyingSource<Uint8Array> = {
    pull: (controller) => controller.enqueue(Buffer.alloc(65_536, 'x')),
    cancel: () => void counts.cancelled++,
  }
  const api = router('', {
    sync: route.get('/sync', { ...shared, response: z.string() }, () => 'sync'),
    nothing: route.get('/nothing', shared, () => undefined),
    later: route.get('/later', { ...shared, response: z.string() }, async () => Promise.resolve('later')),
    after: route.get('/after', shared, ({ after }) => after(() => Promise.reject(new Error('after')))),
    broken: route.get('/broken', shared, () => Promise.reject(new Error('broken'))),
    mismatch: route.get('/mismatch', { ...shared, response: z.string() }, () => 1 as never),
    closed: route.get('/closed', { ...shared, access: authenticated }, () => undefined),
    body: route.post('/body', { ...shared, body: z.object({}) }, () => undefined),
    hang: route.get('/hang', shared, ({ signal }) => wait(HOUR_MS, undefined, { signal })),
    short: route.get('/short', { ...shared, response: raw }, () => new Response('short')),
    endless: route.get('/endless', { ...shared, response: raw }, () => stream(endless)),
    endlessLater: route.get('/endless-later', { ...shared, response: raw }, async () =>
      Promise.resolve(stream(endless)),
    ),
    breaking: route.get('/breaking', { ...shared, response: raw }, () =>
      stream({ pull: (controller) => controller.error(new Error('breaking')) }),
    ),
  })
  return { api, counts }
}

const post = (framing: string, body: string): string =>
  `POST /body HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n${framing}\r\n\r\n${body}`

test('nothing stays in flight, whatever is asked for and whenever the client goes', async () => {
  const { api, counts } = everyKind()
  const inner = createApp({
    title: 'Inner',
    version: '1',
    environment: 'test',
    logger: keptLog().logger,
    api: everyKind().api,
    auth,
  })
  const mounts = [
    mount('/inner', inner),
    mount('/listener', { access: anyone, listener: (_, response) => void response.end('x') }),
    mount('/silent', { access: anyone, listener: () => undefined }),
    mount('/fetch', { access: anyone, fetch: () => new Response('x') }),
  ]
  await using served = await serving(api, { mounts, auth })
  const paths = ['sync', 'nothing', 'later', 'after', 'broken', 'mismatch', 'closed', 'unknown', 'short', 'sync/']
  const whole = [
    ...paths.flatMap((path) => [get(`/${path}`), get(`/${path}`).replace('GET', 'HEAD'), get(`/inner/${path}`)]),
    ...['OPTIONS', 'DELETE', 'TRACE'].map((method) => get('/sync').replace('GET', method)),
    get('/endless').replace('GET', 'HEAD'),
    get('/listener'),
    get('/fetch'),
    get('//'),
    get('/sync', 'keep-alive') + get('/later', 'keep-alive') + get('/short', 'keep-alive') + get('/nothing'),
    post('content-length: 2', '{}'),
    post('content-length: 1', '{'),
    post('content-length: 99999999', '{'),
    post('content-length: 2\r\ncontent-type: text/plain', '{}'),
  ]
  for (const bytes of whole) expect(await served.send(bytes)).toMatch(/^HTTP\/1\.1 \d{3} /)
  // It breaks before its first byte, when the status is given already.
  for (const path of ['/breaking', '/inner/breaking']) await served.send(get(path))
  await expect.poll(() => served.inFlight()).toBe(0)

  const endless = ['/endless', '/endless-later', '/inner/endless']
  for (const path of endless) await served.send(get(path), /x{1000}/)
  // Those two, and that of the HEAD before; the inner app counts for itself.
  await expect.poll(() => counts.cancelled).toBe(3)
  await expect.poll(() => served.inFlight()).toBe(0)

  const held = [
    get('/hang'),
    get('/inner/hang'),
    get('/silent'),
    post('content-length: 10', '{'),
    // Behind another on one connection: their responses have no socket yet.
    get('/hang', 'keep-alive') + get('/sync', 'keep-alive') + get('/endless', 'keep-alive') + get('/hang'),
  ]
  for (const bytes of held) {
    const socket = connect(served.port, '127.0.0.1', () => socket.write(bytes))
    await expect.poll(() => served.inFlight()).toBeGreaterThan(0)
    socket.destroy()
    await expect.poll(() => served.inFlight()).toBe(0)
  }
  expect(counts.ended).toBe(counts.begun)
  expect(kernelOf(inner).inFlight.size).toBe(0)
})

test('nothing stays in flight in process, whatever is asked for and wherever the reading stops', async () => {
  const { api, counts } = everyKind()
  const { logger } = keptLog()
  const app = createApp({ title: 'Test', version: '1', environment: 'test', logger, api, auth })
  const call = (path: string, init?: RequestInit) => app.fetch(new Request(`http://localhost/${path}`, init))
  for (const path of ['sync', 'later', 'after', 'broken', 'mismatch', 'closed', 'unknown', 'short'])
    for (const method of ['GET', 'HEAD', 'DELETE']) await (await call(path, { method })).text()
  await (await call('endless')).body?.cancel()
  await (await call('endless', { method: 'HEAD' })).text()
  await expect((await call('breaking')).text()).rejects.toThrow('breaking')
  const gone = new AbortController()
  const hanging = call('hang', { signal: gone.signal })
  await expect.poll(() => kernelOf(app).inFlight.size).toBe(1)
  gone.abort()
  expect((await hanging).status).toBe(499)
  await expect.poll(() => kernelOf(app).inFlight.size).toBe(0)
  expect(counts.ended).toBe(counts.begun)
})

test('a handler in process has the same time as on a socket', async () => {
  const events: string[] = []
  const tx = dependency(async function* () {
    try {
      yield 1
      events.push('commit')
    } catch (error) {
      events.push((error as { code: string }).code)
    }
  })
  const late = route.get('/late', { access: anyone, uses: { tx } }, ({ signal }) => {
    return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  })
  const limits = { handlerTimeoutMs: 20 }
  const { lines, logger } = keptLog()
  const app = createApp({ title: 'Test', version: '1', environment: 'test', logger, limits, api: router('', { late }) })
  expect((await app.fetch(new Request('http://localhost/late'))).status).toBe(503)
  await expect.poll(() => kernelOf(app).inFlight.size).toBe(0)
  expect(events).toEqual(['handler_timeout'])
  expect(lines.length).toBeGreaterThan(0)
})

test('a client that goes is no error of the operation', async () => {
  const { api } = everyKind()
  await using served = await serving(api, { auth })
  const socket = connect(served.port, '127.0.0.1', () => socket.write(get('/hang')))
  await expect.poll(() => served.inFlight()).toBe(1)
  socket.destroy()
  await expect.poll(() => served.inFlight()).toBe(0)
  await served.send(get('/endless'), /x{1000}/)
  await expect.poll(() => served.inFlight()).toBe(0)
  expect(served.log).toEqual([])
})

test('a stream is not bound by the time of handlers, and its signal says that the client has gone', async () => {
  const events: string[] = []
  const streaming = route.get('/', { access: anyone, response: raw }, ({ signal }) => {
    signal.addEventListener('abort', () => events.push((signal.reason as Error).message))
    return new Response(new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('begun')) }))
  })
  await using served = await serving(router('', { streaming }))
  const socket = connect(served.port, '127.0.0.1', () => socket.write(get('/')))
  await new Promise((resolve) => socket.once('data', resolve))
  kernelOf(served.app).expire(performance.now() + HOUR_MS)
  expect(events).toEqual([])
  socket.destroy()
  await expect.poll(() => events).toEqual(['The client has gone.'])
})

test('work after the response may leave more', async () => {
  const events: string[] = []
  const leaving = route.get('/', { access: anyone }, ({ after }) =>
    after(() => {
      events.push('first')
      after(() => void events.push('second'))
    }),
  )
  await using served = await serving(router('', { leaving }))
  await served.send(get('/'))
  await expect.poll(() => events).toEqual(['first', 'second'])
})

const auth = [bearer({ verify: () => undefined })]
