import { expect, test } from 'vitest'
import { accessFor, anyone } from '../core/access/index.ts'
import type { Part } from '../core/part.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { createApp } from './create-app.ts'
import { availabilityOf } from './internals.ts'
import { get, serving } from './serving.fixture.ts'

const api = router('/', { hello: route.get('/hello', { access: anyone }, () => undefined) })
const working: Part = { name: 'search', check: async () => undefined }
const broken: Part = { name: 'search', check: () => Promise.reject(new Error('refused by 10.0.0.7')) }

const bodyOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))
/** As a probe of Kubernetes asks: by the address of the pod. */
const probe = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: 10.1.2.3:3000\r\nconnection: close\r\n\r\n`

test('a process that answers is alive, whatever its parts say', async () => {
  await using t = await serving(api, { parts: [broken] })
  const answer = await t.send(get('/healthz'))
  expect(answer).toMatch(/^HTTP\/1.1 200 /)
  expect(answer).toMatch(/cache-control: no-store/i)
  expect(bodyOf(answer)).toEqual({ status: 'ok' })
})

test('an app is ready while every part works, and says which', async () => {
  await using t = await serving(api, { parts: [working, { name: 'quiet' }, { ...working }] })
  const answer = await t.send(get('/readyz'))
  expect(answer).toMatch(/^HTTP\/1.1 200 /)
  const ok = { status: 'ok', durationMs: expect.any(Number) as unknown }
  expect(bodyOf(answer)).toEqual({ status: 'ok', parts: { search: ok, 'search-2': ok } })
})

test('it is not ready while a part fails, and says why only outside of production', async () => {
  await using t = await serving(api, { parts: [broken] })
  const answer = await t.send(get('/readyz'))
  expect(answer).toMatch(/^HTTP\/1.1 503 /)
  expect(bodyOf(answer)).toMatchObject({ status: 'failed', parts: { search: { error: 'refused by 10.0.0.7' } } })
  const live = { environment: 'production', allowedHosts: ['localhost'] } as const
  await using production = await serving(api, { parts: [broken], ...live })
  expect(await production.send(get('/readyz'))).not.toContain('10.0.0.7')
})

test('a part that the app answers without makes it degraded, and it stays ready', async () => {
  await using t = await serving(api, { parts: [{ ...broken, isOptional: true }] })
  const answer = await t.send(get('/readyz'))
  expect(answer).toMatch(/^HTTP\/1.1 200 /)
  expect(bodyOf(answer)).toMatchObject({ status: 'degraded', parts: { search: { status: 'degraded' } } })
})

test('a part that does not answer in time has failed, and nobody waits for it', async () => {
  const silent: Part = { name: 'silent', check: () => new Promise(() => undefined) }
  await using t = await serving(api, { parts: [silent, working] })
  expect(bodyOf(await t.send(get('/readyz')))).toMatchObject({
    status: 'failed',
    parts: { silent: { status: 'failed' }, search: { status: 'ok' } },
  })
})

test('many probes at once are one question to each part', async () => {
  let asked = 0
  const counting: Part = { name: 'counting', check: async () => void (asked += 1) }
  await using t = await serving(api, { parts: [counting] })
  await Promise.all(Array.from({ length: 20 }, () => t.send(get('/readyz'))))
  await t.send(get('/readyz'))
  expect(asked).toBe(1)
})

test('an app that is about to stop is not ready, and answers all else as before', async () => {
  await using t = await serving(api, { parts: [working] })
  availabilityOf(t.app).drain()
  const answer = await t.send(get('/readyz'))
  expect(answer).toMatch(/^HTTP\/1.1 503 /)
  expect(bodyOf(answer)).toEqual({ status: 'stopping', parts: {} })
  expect(await t.send(get('/healthz'))).toMatch(/^HTTP\/1.1 200 /)
  expect(await t.send(get('/hello'))).toMatch(/^HTTP\/1.1 204 /)
})

test('a stop says so before the listener closes, and an app that is started again is ready again', async () => {
  const phases: string[] = []
  await using t = await serving(api, {
    parts: [{ name: 'slow', stop: () => void phases.push(availabilityOf(t.app).phase) }],
  })
  await t.app.stop()
  expect(phases).toEqual(['stopping'])
  await t.app.start()
  expect((await t.app.fetch(new Request('http://localhost/readyz'))).status).toBe(200)
})

test('probes that name the address of the machine are answered; other paths are held to the allowed hosts', async () => {
  await using t = await serving(api, { allowedHosts: ['api.example.com'] })
  expect(await t.send(probe('/healthz'))).toMatch(/^HTTP\/1.1 200 /)
  expect(await t.send(probe('/readyz'))).toMatch(/^HTTP\/1.1 200 /)
  expect(await t.send(probe('/hello'))).toMatch(/^HTTP\/1.1 421 /)
  // What is no host at all is refused here too.
  expect(await t.send(probe('/healthz').replace('10.1.2.3', 'a b'))).toMatch(/^HTTP\/1.1 400 /)
})

test("the app's middleware, dependencies and limits are not for probes", async () => {
  const seen: string[] = []
  await using t = await serving(api, {
    middleware: [
      (request, next) => {
        seen.push(request.path)
        return next()
      },
    ],
  })
  await t.send(get('/healthz'))
  await t.send(get('/readyz'))
  await t.send(get('/hello'))
  expect(seen).toEqual(['/hello'])
})

test('they are not in the document, and can have other paths, a rule, or be left out', async () => {
  const app = createApp({ title: 'T', version: '1.0.0', api, environment: 'test' })
  expect(JSON.stringify(app.openapi())).not.toMatch(/healthz|readyz/)
  await using none = await serving(api, { health: false })
  expect(await none.send(get('/healthz'))).toMatch(/^HTTP\/1.1 404 /)
  await using moved = await serving(api, { health: { livePath: '/live', readyPath: '/ready' } })
  expect(await moved.send(get('/live'))).toMatch(/^HTTP\/1.1 200 /)
  expect(await moved.send(probe('/ready'))).toMatch(/^HTTP\/1.1 200 /)
  const nobody = accessFor({
    kind: 'authenticator',
    name: 'nobody',
    scheme: { type: 'http', scheme: 'bearer' },
    challenge: 'Bearer',
    uses: {},
    authenticate: () => undefined,
  })
  await using guarded = await serving(api, { health: { access: nobody.authenticated } })
  expect(await guarded.send(get('/readyz'))).toMatch(/^HTTP\/1.1 401 /)
})

test('an operation of the app at one of their paths is an error that names both', () => {
  const taken = router('/', { alive: route.get('/healthz', { access: anyone }, () => undefined) })
  expect(() => createApp({ title: 'T', version: '1.0.0', api: taken })).toThrow(/GET \/healthz is taken by "alive"/)
})
