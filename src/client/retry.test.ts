import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { anyone } from '../core/access/index.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { ApiError, client, operationMapOf, type ClientOptions } from './index.ts'

const nothing = () => undefined
const api = router('/api', {
  read: route.get('/read', { access: anyone }, nothing),
  write: route.post('/write', { access: anyone }, nothing),
  keyed: route.post('/keyed', { access: anyone, idempotent: true }, nothing),
  remove: route.delete('/keyed', { access: anyone }, nothing),
})
const operations = operationMapOf(api)

type Answer = (response: ServerResponse, request: IncomingMessage) => void
const servers = new Set<() => Promise<void>>()
afterEach(async () => {
  for (const close of servers) await close()
  servers.clear()
})

/** A server that answers one after the other as told, and as the last one from then on. */
async function answering(...answers: readonly [Answer, ...Answer[]]) {
  const keys: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(keys.length, answers.length - 1)]!
    keys.push(request.headers['idempotency-key'] as string | undefined)
    request.resume().once('end', () => answer(response, request))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.add(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  const of = (options: ClientOptions = {}) => client<typeof api>(`http://127.0.0.1:${port}`, { operations, ...options })
  return { keys, of, calls: of() }
}

const ok: Answer = (response) => response.writeHead(204).end()
const status =
  (code: number, body = {}, headers = {}): Answer =>
  (response) =>
    response
      .writeHead(code, { 'content-type': 'application/json', 'retry-after': '0', ...headers })
      .end(JSON.stringify(body))
/** As a server that is killed: before the answer, and in its middle. */
const gone: Answer = (_, request) => request.socket.destroy()
const cut: Answer = (response, request) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"a":')
  setImmediate(() => request.socket.destroy())
}
const inFlight = status(409, { code: 'idempotency_in_flight' })

test('an operation with idempotent is sent again with the same key, whatever happened to the first attempts', async () => {
  for (const [first, second] of [
    [gone, cut],
    [inFlight, status(503)],
    [status(429), status(502)],
    [status(504), status(500, { code: 'commit_outcome_unknown' })],
  ] as const) {
    const { keys, calls } = await answering(first, second, ok)
    await calls.keyed()
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  }
})

test('each call has a key of its own, unless it is given one', async () => {
  const { keys, calls } = await answering(ok)
  await calls.keyed()
  await calls.keyed()
  await calls.keyed({}, { idempotencyKey: 'mine' })
  expect(new Set(keys).size).toBe(3)
  expect(keys[2]).toBe('mine')
})

test('what only reads is sent again without a key; what changes something and has none, never', async () => {
  const reading = await answering(gone, status(503), ok)
  await reading.calls.read()
  expect(reading.keys).toEqual([undefined, undefined, undefined])
  for (const name of ['write', 'remove'] as const) {
    const writing = await answering(gone, ok)
    await expect(writing.calls[name]({}, { idempotencyKey: 'mine' })).rejects.toMatchObject({ code: 'network_error' })
    expect(writing.keys).toHaveLength(1)
  }
})

test('other errors are answers, and are given at once', async () => {
  for (const answer of [status(409, { code: 'conflict' }), status(500), status(422), status(400)]) {
    const { keys, calls } = await answering(answer)
    await expect(calls.keyed()).rejects.toBeInstanceOf(ApiError)
    expect(keys).toHaveLength(1)
  }
})

test('retries says how often, of a client and of a call; in process there are none', async () => {
  const { keys, of } = await answering(status(503))
  await expect(of().keyed()).rejects.toMatchObject({ status: 503 })
  expect(keys.splice(0)).toHaveLength(3)
  await expect(of({ retries: 0 }).keyed()).rejects.toMatchObject({ status: 503 })
  expect(keys.splice(0)).toHaveLength(1)
  await expect(of({ retries: 0 }).keyed({}, { retries: 1 })).rejects.toMatchObject({ status: 503 })
  expect(keys).toHaveLength(2)
  expect(() => of({ retries: 11 })).toThrow('0 to 10')
  let asked = 0
  const app = { api, fetch: () => Promise.resolve(new Response(null, { status: asked++ < 0 ? 204 : 503 })) }
  await expect(client(app).read()).rejects.toMatchObject({ status: 503 })
  expect(asked).toBe(1)
})

test('a server that asks for long is not waited for, and a wait ends with its signal', async () => {
  const { keys, calls } = await answering(status(503, {}, { 'retry-after': '3600' }))
  await expect(calls.keyed()).rejects.toMatchObject({ status: 503 })
  expect(keys).toHaveLength(1)
  const waiting = await answering(status(503, {}, { 'retry-after': '9' }))
  const abort = new AbortController()
  const call = waiting.calls.keyed({}, { signal: abort.signal })
  await expect.poll(() => waiting.keys.length).toBe(1)
  // The answer is read by then, or the call ends where it is: both end it now.
  abort.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
})

test('a document says by its header which operations take a key', () => {
  const parameters = [{ name: 'Idempotency-Key', in: 'header' }]
  const paths = { '/keyed': { post: { operationId: 'keyed', parameters }, get: { operationId: 'read', parameters } } }
  expect(operationMapOf({ openapi: '3.1.0', paths })).toEqual({
    keyed: { method: 'POST', path: '/keyed', idempotent: true },
    read: { method: 'GET', path: '/keyed' },
  })
})

test('the tree says it by the operation, or by the routers above', () => {
  const operation = route.post('/', { access: anyone }, nothing)
  const never = route.post('/never', { access: anyone, idempotent: false }, nothing)
  const get = route.get('/', { access: anyone }, nothing)
  const tree = router(
    '/a',
    { idempotent: 'required' },
    {
      operation,
      never,
      get,
      open: router('/open', { idempotent: false }, { operation }),
    },
  )
  const named = Object.entries(operationMapOf(tree)).map(([name, { idempotent }]) => [name, idempotent])
  expect(named).toEqual([
    ['operation', true],
    ['never', undefined],
    ['get', undefined],
    ['open.operation', undefined],
  ])
})
