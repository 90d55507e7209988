import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { AppDefinition } from '../app/definition.ts'
import { createApp } from '../app/create-app.ts'
import { anyone, authenticated, optionallyAuthenticated } from '../core/access/index.ts'
import { dependency } from '../core/dependency.ts'
import { route } from '../core/route.ts'
import { router, type Router } from '../core/router.ts'
import { testApp, type TestApp, type TestRequestInit } from '../testing/index.ts'
import { bearer } from '../auth/index.ts'
import { rateLimit, type RateLimitOptions } from './index.ts'

const ended: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const end of ended.splice(0).reverse()) await end()
})

const auth = [bearer({ verify: (token) => (token === 'wrong' ? undefined : { id: token, keyId: `key-of-${token}` }) })]

async function serving(api: Router, changes: Partial<AppDefinition> = {}) {
  const t = await testApp(createApp({ title: 'T', version: '1', auth, trustedProxies: ['loopback'], ...changes, api }))
  ended.push(() => t.stop())
  return { t, call: caller(t) }
}

function caller(t: Pick<TestApp, 'fetch'>) {
  return async (path: string, { from = '203.0.113.7', ...init }: TestRequestInit & { readonly from?: string } = {}) => {
    const { status, headers } = await t.fetch(path, {
      ...init,
      headers: { 'x-forwarded-for': from, ...(init.headers as Record<string, string> | undefined) },
    })
    const field = (name: string): string | null => headers.get(name)?.replaceAll(/;pk=:[\w+/]{12}:/g, ';pk') ?? null
    return {
      status,
      policy: field('ratelimit-policy'),
      left: field('ratelimit'),
      retryAfter: headers.get('retry-after'),
      raw: headers.get('ratelimit'),
    }
  }
}

const asUser = (token: string): { readonly headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${token}` },
})

function limited(options: Partial<RateLimitOptions> = {}): Router {
  const limit = rateLimit({ max: 2, windowSeconds: 60, ...options })
  return router('/x', {
    read: route.get('/', { access: optionallyAuthenticated, limit }, () => undefined),
    mine: route.get('/mine', { access: authenticated, limit }, () => undefined),
  })
}

test('every answer tells what is left; what is more is 429 and says when to come back', async () => {
  const { call } = await serving(limited())
  expect(await call('/x')).toMatchObject({
    status: 204,
    policy: '"user-60s";q=2;w=60;pk',
    left: '"user-60s";r=1;t=60;pk',
  })
  expect(await call('/x')).toMatchObject({ status: 204, left: expect.stringMatching(/^"user-60s";r=0;t=\d+;pk$/) })
  const refused = await call('/x')
  expect(refused).toMatchObject({ status: 429, policy: '"user-60s";q=2;w=60;pk' })
  expect(refused.left).toBe(`"user-60s";r=0;t=${refused.retryAfter};pk`)
  expect(Number(refused.retryAfter)).toBeGreaterThan(0)
})

test('the answer of an operation that fails tells it too', async () => {
  const limit = rateLimit({ max: 2, windowSeconds: 60 })
  const fails = route.get('/', { access: anyone, limit }, () => {
    throw new Error('no')
  })
  const { call } = await serving(router('/x', { fails }), { logger: silent })
  expect(await call('/x')).toMatchObject({ status: 500, left: '"user-60s";r=1;t=60;pk' })
})

test('each operation is counted for itself, and each user, wherever they call from', async () => {
  const { call } = await serving(limited())
  expect((await call('/x', asUser('ada'))).left).toContain('r=1')
  expect((await call('/x/mine', asUser('ada'))).left).toContain('r=1')
  expect((await call('/x/mine', { ...asUser('ada'), from: '203.0.113.8' })).left).toContain('r=0')
  expect((await call('/x/mine', asUser('bob'))).left).toContain('r=1')
})

test('who is not known is counted by address, of IPv6 by the /64', async () => {
  const { call } = await serving(limited())
  await call('/x', { from: '2001:db8::1' })
  expect((await call('/x', { from: '2001:db8::2' })).left).toContain('r=0')
  expect((await call('/x', { from: '2001:db8:0:1::1' })).left).toContain('r=1')
})

test('by address it is counted before it is asked who calls, by user only once that is known', async () => {
  const byAddress = await serving(limited({ by: 'address' }))
  const statuses = async (call: ReturnType<typeof caller>): Promise<number[]> => [
    (await call('/x/mine', asUser('wrong'))).status,
    (await call('/x/mine', asUser('wrong'))).status,
    (await call('/x/mine', asUser('wrong'))).status,
  ]
  expect(await statuses(byAddress.call)).toEqual([401, 401, 429])
  const byUser = await serving(limited())
  expect(await statuses(byUser.call)).toEqual([401, 401, 401])
})

test('by key, and by a function of the call, which may leave calls out', async () => {
  const byKey = await serving(limited({ by: 'key' }))
  await byKey.call('/x', asUser('ada'))
  expect((await byKey.call('/x', asUser('ada'))).left).toContain('r=0')
  const own = await serving(limited({ by: ({ head }) => head.header('x-tenant'), name: 'tenant' }))
  expect((await own.call('/x')).left).toBe(null)
  expect((await own.call('/x', { headers: { 'x-tenant': 'ü'.repeat(500) } })).left).toContain('"tenant";r=1')
  expect((await own.call('/x', { headers: { 'x-tenant': 'ü'.repeat(501) } })).left).toContain('"tenant";r=1')
})

test('a call costs what is said, and one that costs too much leaves the others what there is', async () => {
  const cost = ({ head }: { readonly head: { header(name: string): string | undefined } }): number =>
    Number(head.header('x-cost') ?? 1)
  const { call } = await serving(limited({ max: 10, cost }), { logger: silent })
  const costing = (amount: string) => call('/x', { headers: { 'x-cost': amount } })
  expect((await costing('7')).left).toContain('r=3')
  expect(await costing('4')).toMatchObject({ status: 429, left: expect.stringContaining('r=3') })
  expect((await costing('0')).left).toBe(null)
  expect(await costing('3')).toMatchObject({ status: 204, left: expect.stringContaining('r=0') })
  expect((await costing('-1')).status).toBe(500)
})

test('several limits are one field each, and all must have something left', async () => {
  const limit = [rateLimit({ max: 5, windowSeconds: 3_600, by: 'address' }), rateLimit({ max: 1, windowSeconds: 60 })]
  const { call } = await serving(router('/x', { read: route.get('/', { access: anyone, limit }, () => undefined) }))
  expect(await call('/x')).toMatchObject({
    policy: '"address-3600s";q=5;w=3600;pk, "user-60s";q=1;w=60;pk',
    left: '"address-3600s";r=4;t=3600;pk, "user-60s";r=0;t=60;pk',
  })
  expect(await call('/x')).toMatchObject({ status: 429, left: expect.stringMatching(/r=3;t=\d+;pk, "user-60s";r=0/) })
})

test('a shared limit counts all operations together', async () => {
  const { call } = await serving(limited({ scope: 'shared', name: 'all' }))
  await call('/x', asUser('ada'))
  expect((await call('/x/mine', asUser('ada'))).left).toContain('"all";r=0')
})

test('the partition key tells callers apart and says nothing of them', async () => {
  const { call } = await serving(limited())
  const [ada, bob] = [await call('/x', asUser('ada')), await call('/x', asUser('bob'))]
  expect(ada.raw).toMatch(/;pk=:[\w+/]{12}:$/)
  expect(ada.raw).not.toBe(bob.raw)
  expect(ada.raw).not.toContain('ada')
})

test('an operation that is run again is one call', async () => {
  let runs = 0
  const conflict = {
    ...dependency(() => undefined),
    rerun: { times: 2, delayMs: () => 0, when: (error: unknown) => error instanceof RangeError },
  }
  const limit = rateLimit({ max: 5, windowSeconds: 60 })
  const again = route.post('/', { access: anyone, limit, uses: { conflict } }, () => {
    runs += 1
    if (runs < 3) throw new RangeError('again')
  })
  const { call } = await serving(router('/x', { again }))
  expect(await call('/x', { method: 'POST' })).toMatchObject({ status: 204, left: '"user-60s";r=4;t=60;pk' })
  expect(runs).toBe(3)
})

test('the document has the answer and the headers', () => {
  const { paths } = createApp({ title: 'T', version: '1', auth, api: limited() }).openapi()
  const { responses } = z
    .object({ responses: z.record(z.string(), z.object({ headers: z.record(z.string(), z.unknown()) })) })
    .parse(paths['/x']!['get'])
  expect(Object.keys(responses['204']!.headers)).toEqual(expect.arrayContaining(['ratelimit-policy', 'ratelimit']))
  expect(Object.keys(responses['429']!.headers)).toContain('retry-after')
})

describe('mistakes are named at start', () => {
  test.each([
    [{ max: 0 }, /max .* from 1 to 2147483647; it is 0/],
    [{ windowSeconds: 0.5 }, /windowSeconds .* it is 0.5/],
    [{ cost: 3 }, /cost .* from 1 to 2; it is 3/],
    [{ name: 'my limit' }, /letters, digits and dashes/],
    [{ scope: 'shared' }, /needs a name/],
    [{ by: 'ip' as 'user' }, /by .* user, key, address/],
    [{ failure: 'never' as 'open' }, /failure/],
  ] satisfies [Partial<RateLimitOptions>, RegExp][])('%j', (options, message) => {
    expect(() => limited(options)).toThrow(message)
  })

  test('two limits of one name on one operation', () => {
    const limit = rateLimit({ max: 1, windowSeconds: 60 })
    const read = route.get('/', { access: anyone, limit }, () => undefined)
    const api = router('/x', { limit }, { read })
    expect(() => createApp({ title: 'T', version: '1', api })).toThrow(/read: it has two limits named "user-60s"/)
  })
})

describe('in production, without Redis and a table', () => {
  const production = { environment: 'production', allowedHosts: ['localhost'], title: 'T', version: '1' } as const

  test('one process warns once, and counts', () => {
    const warn = vi.fn()
    createApp({ ...production, auth, logger: { ...silent, warn }, api: limited() })
    expect(warn.mock.calls.map(([, message]) => message)).toEqual([
      expect.stringMatching(/rate limits are counted in this process alone.*redis\(\).*rateLimitCounters/),
    ])
  })

  test('several processes are refused, unless each may have all of it', () => {
    vi.stubEnv('WEB_CONCURRENCY', '4')
    expect(() => createApp({ ...production, auth, logger: silent, api: limited() })).toThrow(/there are 4; add redis/)
    expect(() => createApp({ ...production, auth, logger: silent, api: limited({ store: 'process' }) })).not.toThrow()
  })
})

const nothing = (): void => undefined
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
