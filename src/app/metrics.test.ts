import { afterEach, describe, expect, test, vi } from 'vitest'
import { cache, cached } from '../cache/index.ts'
import { accessFor, anyone } from '../core/access/index.ts'
import { text } from '../core/content.ts'
import { dependency } from '../core/dependency.ts'
import { Unavailable } from '../core/errors/index.ts'
import { route } from '../core/route.ts'
import { router } from '../core/router.ts'
import { rateLimit } from '../limits/index.ts'
import { meters } from '../observe/index.ts'
import { MOST_SERIES } from '../observe/metrics/labelled.ts'
import { createApp } from './create-app.ts'
import type { AppDefinition } from './definition.ts'
import { mount } from './mount.ts'
import { get, serving, type Serving } from './serving.fixture.ts'

const TOKEN = 'a token of enough characters'.replaceAll(' ', '-')
const visits = dependency({ scope: 'app', uses: { meters } }, ({ meters: all }) =>
  all.counter({ name: 'shop_visits_total', help: 'Visits.', labels: ['channel'] }),
)
const api = router('/', {
  hello: route.get('/hello/:name', { access: anyone }, () => undefined),
  visit: route.post('/visit', { access: anyone, uses: { visits } }, ({ visits: counter }) => {
    counter.with({ channel: 'web' }).add()
  }),
  fails: route.get('/fails', { access: anyone }, () => {
    throw new RangeError('canary')
  }),
  gone: route.get('/gone', { access: anyone, errors: [Unavailable] }, () => {
    throw new Unavailable()
  }),
})

afterEach(() => vi.unstubAllEnvs())

/** The samples of one metric: what stands in braces, and the value. */
async function samples(t: Serving, name: string): Promise<Record<string, number>> {
  const answer = await t.send(get('/metrics'))
  expect(answer).toMatch(/^HTTP\/1.1 200 /)
  const found = answer.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? ([0-9.e+-]+)\r?$`, 'gm'))
  return Object.fromEntries([...found].map(([, labels = '', value]) => [labels, Number(value)]))
}

const labels = (operation: string, method: string, route_: string, status: number): string =>
  `operation="${operation}",http_request_method="${method}",http_route="${route_}",http_response_status_code="${status}"`

test('requests are counted and timed by operation, method, path template and status', async () => {
  await using t = await serving(api, { metrics: true })
  await t.send(get('/hello/ada'))
  await t.send(get('/hello/bob'))
  await t.send('HEAD /hello/eve HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  await t.send(get('/gone'))
  const counts = await samples(t, 'http_server_request_duration_seconds_count')
  expect(counts[labels('hello', 'GET', '/hello/:name', 204)]).toBe(2)
  expect(counts[labels('hello', 'HEAD', '/hello/:name', 204)]).toBe(1)
  expect(counts[labels('gone', 'GET', '/gone', 503)]).toBe(1)
})

test('the files of a front end are one series, and what it does not have is unknown', async () => {
  await using t = await serving(api, { metrics: true, frontend: new URL('../../docs', import.meta.url) })
  for (const path of ['/index.md', '/cli.md', '/none.md']) await t.send(get(path))
  const counts = await samples(t, 'http_server_request_duration_seconds_count')
  expect(counts[labels('frontend', 'GET', '', 200)]).toBe(2)
  expect(counts[labels('unknown', 'GET', '', 404)]).toBe(1)
})

test('what a client sends is never a label: paths and methods that nobody declared are one series', async () => {
  await using t = await serving(api, { metrics: true })
  for (const path of ['/a', '/b?c=d', '/hello', '/%F0%9F%98%80']) await t.send(get(path))
  await t.send('PURGE /a HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  const counts = await samples(t, 'http_server_request_duration_seconds_count')
  expect(counts[labels('unknown', 'GET', '', 404)]).toBe(4)
  expect(counts[labels('unknown', '_OTHER', '', 404)]).toBe(1)
})

test('failures are counted by the code or the class of their error, and nothing of what it says is shown', async () => {
  await using t = await serving(api, { metrics: true })
  await t.send(get('/fails'))
  await t.send(get('/gone'))
  expect(await samples(t, 'http_server_request_errors_total')).toEqual({
    'operation="fails",error_type="RangeError"': 1,
    'operation="gone",error_type="unavailable"': 1,
  })
  expect(await t.send(get('/metrics'))).not.toContain('canary')
})

test('requests that are none, those under way, the process and its event loop are shown', async () => {
  await using t = await serving(api, { metrics: true })
  await t.send('GET /hello HTTP/1.1\r\nhost: elsewhere.example\r\n\r\n')
  expect(await samples(t, 'http_server_refused_requests_total')).toEqual({ 'http_response_status_code="421"': 1 })
  expect(await samples(t, 'http_server_active_requests')).toEqual({ '': 1 })
  expect(Object.keys(await samples(t, 'nodejs_eventloop_time_seconds_total'))).toEqual([
    'nodejs_eventloop_state="active"',
    'nodejs_eventloop_state="idle"',
  ])
  for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes'])
    expect(Object.keys(await samples(t, name))).toEqual([''])
})

test('bounds of durations are the ones that are named', async () => {
  await using t = await serving(api, { metrics: { buckets: [0.1, 1] } })
  await t.send(get('/hello/ada'))
  const buckets = Object.keys(await samples(t, 'http_server_request_duration_seconds_bucket'))
  expect(buckets.map((each) => /le="([^"]+)"/.exec(each)?.[1])).toEqual(expect.arrayContaining(['0.1', '1', '+Inf']))
  expect(buckets.some((each) => each.includes('le="0.5"'))).toBe(false)
})

test('meters of the app stand beside them, each app has its own, and without metrics they count nothing', async () => {
  await using t = await serving(api, { metrics: true })
  await using other = await serving(api, { metrics: true })
  await using off = await serving(api)
  const visit = 'POST /visit HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'
  for (const each of [t, t, off]) expect(await each.send(visit)).toMatch(/^HTTP\/1.1 204 /)
  expect(await samples(t, 'shop_visits_total')).toEqual({ 'channel="web"': 2 })
  expect(await samples(other, 'shop_visits_total')).toEqual({})
  expect(await off.send(get('/metrics'))).toMatch(/^HTTP\/1.1 404 /)
})

test('what limits refuse and what caches have is counted by operation', async () => {
  const limited = route.get(
    '/limited',
    { access: anyone, limit: rateLimit({ name: 'few', max: 1, windowSeconds: 60, by: 'address' }) },
    () => undefined,
  )
  const rate = cached({ name: 'rate', ttlSeconds: 60 }, () => 1.1)
  const kept = route.get(
    '/kept',
    { access: anyone, cache: cache({ ttlSeconds: 60 }), uses: { rate }, response: text },
    async ({ rate: read }) => `${await read()} ${await read()}`,
  )
  await using t = await serving(router('/', { limited, kept }), { metrics: true })
  for (const path of ['/limited', '/limited', '/limited', '/kept', '/kept', '/kept']) await t.send(get(path))
  expect(await samples(t, 'rate_limit_refused_requests_total')).toEqual({ 'operation="limited",limit="few"': 2 })
  expect(await samples(t, 'cache_requests_total')).toMatchObject({
    'cache="answer",name="kept",result="hit"': 2,
    'cache="answer",name="kept",result="miss"': 1,
    'cache="value",name="rate",result="hit"': 1,
    'cache="value",name="rate",result="miss"': 1,
  })
})

test('a meter has at most so many series; what comes after counts as other', async () => {
  const keys = route.get('/keys', { access: anyone, uses: { meters } }, ({ meters: all }) => {
    const counter = all.counter({ name: 'keys_total', help: 'Keys.', labels: ['key'] })
    for (let key = 0; key < MOST_SERIES + 50; key += 1) counter.with({ key: `k${key}` }).add()
  })
  await using t = await serving(router('/', { keys }), { metrics: true })
  await t.send(get('/keys'))
  const found = await samples(t, 'keys_total')
  expect(Object.keys(found)).toHaveLength(MOST_SERIES + 1)
  expect(found['key="other"']).toBe(50)
})

test('a name stands for one meter: asked for again it is the same, of another kind an error', async () => {
  await using t = await serving(api, { metrics: true })
  const result = await t.app.run({ meters }, ({ meters: all }) => {
    const first = all.counter({ name: 'same_total', help: 'Same.' })
    expect(all.counter({ name: 'same_total', help: 'Same.' })).toBe(first)
    return () => all.gauge({ name: 'same_total', help: 'Same.' })
  })
  expect(result).toThrow(/"same_total" is a counter with the labels \(\) already/)
})

test('operations of a mounted app are shown at their whole paths', async () => {
  const inner = createApp({ title: 'Inner', version: '1.0.0', environment: 'test', api })
  await using t = await serving(router('/', {}), { metrics: true, mounts: [mount('/shop', inner)] })
  await t.send(get('/shop/hello/ada'))
  const counts = await samples(t, 'http_server_request_duration_seconds_count')
  expect(counts[labels('hello', 'GET', '/shop/hello/:name', 204)]).toBe(1)
})

describe('who may read them', () => {
  const production = { environment: 'production', allowedHosts: ['api.example.com'] } as const
  const inProduction = (metrics: AppDefinition['metrics']): (() => unknown) => {
    const definition = { title: 'T', version: '1.0.0', api, ...production }
    return () => createApp(metrics === undefined ? definition : { ...definition, metrics })
  }
  const withToken = (value: string, host = 'localhost'): string =>
    `GET /metrics HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${value}\r\nconnection: close\r\n\r\n`

  test('in production they are an error at start where nothing says who may read them', () => {
    expect(inProduction(true)).toThrow(/metrics: in production they need somebody who may read them; set METRICS_TOKEN/)
    expect(inProduction({ token: 'short' })).toThrow(/the token has 5 characters/)
    expect(inProduction({ port: 70_000 })).toThrow(/the port is a number from 0 to 65535/)
    expect(inProduction({ token: TOKEN, buckets: [1, 0.5] })).toThrow(/the buckets are bounds in seconds/)
    for (const metrics of [undefined, false, { token: TOKEN }, { port: 0 }, { access: anyone }] as const)
      expect(inProduction(metrics)).not.toThrow()
    vi.stubEnv('METRICS_TOKEN', TOKEN)
    expect(inProduction(true)).not.toThrow()
  })

  test('a token lets in whoever sends it, by whatever name the scraper calls the app, and nobody else', async () => {
    vi.stubEnv('METRICS_TOKEN', TOKEN)
    await using t = await serving(api, { ...production, metrics: true })
    expect(await t.send(withToken(TOKEN, '10.1.2.3:3000'))).toMatch(/^HTTP\/1.1 200 [\s\S]*nodejs_/)
    for (const wrong of [`${TOKEN}x`, TOKEN.slice(1), 'x', '']) {
      const refused = await t.send(withToken(wrong))
      expect(refused).toMatch(/^HTTP\/1.1 401 /)
      expect(refused).not.toContain('nodejs_')
    }
    expect(await t.send(get('/metrics').replace('localhost', 'api.example.com'))).toMatch(
      /^HTTP\/1.1 401 [\s\S]*www-authenticate: Bearer/i,
    )
  })

  test('without a token they are for this machine alone', async () => {
    await using t = await serving(api, { metrics: true, trustedProxies: ['127.0.0.1'] })
    expect(await t.send(get('/metrics'))).toMatch(/^HTTP\/1.1 200 /)
    const remote = get('/metrics').replace('connection', 'x-forwarded-for: 203.0.113.9\r\nconnection')
    expect(await t.send(remote)).toMatch(/^HTTP\/1.1 403 /)
    // A page that has its own name point here is held to the allowed hosts.
    expect(await t.send(get('/metrics').replace('localhost', 'rebound.example'))).toMatch(/^HTTP\/1.1 421 /)
  })

  test('an access rule decides in their place', async () => {
    const staff = accessFor({
      kind: 'authenticator',
      name: 'staff',
      scheme: { type: 'apiKey', in: 'header', name: 'x-staff' },
      challenge: 'Staff',
      uses: {},
      authenticate: (request) =>
        request.header('x-staff') === undefined ? undefined : { id: 1, roles: [request.header('x-staff') ?? ''] },
    })
    await using t = await serving(api, { ...production, metrics: { path: '/m', access: staff.role('admin') } })
    const as = (role: string): string =>
      get('/m').replace('host: localhost', `host: api.example.com\r\nx-staff: ${role}`)
    expect(await t.send(as('admin'))).toMatch(/^HTTP\/1.1 200 /)
    expect(await t.send(as('guest'))).toMatch(/^HTTP\/1.1 403 /)
  })

  test("a port of their own has them, and the app's has not", async () => {
    const port = await freePort()
    await using t = await serving(api, { ...production, metrics: { port, token: TOKEN } })
    const bearerOf = (token: string) => ({ authorization: `Bearer ${token}` })
    const own = async (path: string, token?: string): Promise<{ status: number; text: string }> => {
      const headers = token === undefined ? {} : bearerOf(token)
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
      return { status: response.status, text: await response.text() }
    }
    expect((await own('/metrics', TOKEN)).text).toContain('nodejs_')
    const head = await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'HEAD', headers: bearerOf(TOKEN) })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(await own('/metrics')).toEqual({ status: 401, text: '' })
    expect(await own('/hello/ada', TOKEN)).toEqual({ status: 404, text: '' })
    expect(await t.send(withToken(TOKEN, 'api.example.com'))).toMatch(/^HTTP\/1.1 404 /)
    await t.app.stop()
    await expect(own('/metrics', TOKEN)).rejects.toThrow('fetch failed')
  })
})

async function freePort(): Promise<number> {
  await using t = await serving(router('/', {}))
  return t.port
}
