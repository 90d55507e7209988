import { createClient } from 'redis'
import { afterEach, describe, expect, test } from 'vitest'
import type { TestApp } from '../../testing/test-app.ts'
import { silentProxy } from '../../data/silent-proxy.fixture.ts'
import { redis } from '../../redis/index.ts'
import { countingApp } from '../core/counting-app.fixture.ts'
import type { AttemptOptions } from '../core/options.ts'

const { REDIS_URL } = process.env

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

async function counting(attempts: AttemptOptions = {}) {
  const made = await countingApp({ attempts })
  ended.unshift(() => made.t.stop())
  return made
}

/** The status of an attempt that fails; from an address of its own, unless one is given. */
let addresses = 0
async function attempt(t: Pick<TestApp, 'fetch'>, account: string, { from, path = '/wrong', ...body }: Given = {}) {
  addresses += 1
  const headers = { 'x-forwarded-for': from ?? `203.0.${addresses >> 8}.${addresses & 255}` }
  const { status, headers: given } = await t.fetch(path, { method: 'POST', headers, json: { account, ...body } })
  return { status, retryAfter: given.get('retry-after'), rateLimit: given.get('ratelimit') }
}
interface Given {
  readonly from?: string
  readonly path?: string
  readonly [field: string]: unknown
}

async function statuses(times: number, one: (i: number) => Promise<{ readonly status: number }>): Promise<number[]> {
  const all: number[] = []
  for (let i = 0; i < times; i += 1) all.push((await one(i)).status)
  return all
}

const stores = ['postgres', ...(REDIS_URL === undefined ? [] : ['redis'])]
describe.each(stores)('attempts counted with %s', (store) => {
  const options = (limits: AttemptOptions = {}): AttemptOptions =>
    store === 'redis' ? { ...limits, redis: redis({ url: REDIS_URL! }) } : limits

  test('a success that is undone forgets nothing', async () => {
    const { t } = await counting(options())
    const undone = (): Promise<{ readonly status: number }> => attempt(t, 'undone@example.com', { path: '/undone' })
    expect(await statuses(6, undone)).toEqual([...Array(5).fill(403), 429])
  })

  test('an account has five, in whatever way it is written and whatever else the body says', async () => {
    const { t } = await counting(options())
    const forms = [
      'Ada\u0308@example.com',
      'ad\u00e4@example.com',
      ' ADA\u0308@EXAMPLE.COM ',
      'ad\u00c4@Example.com',
      'ada\u0308@example.com',
    ]
    expect(await statuses(5, (i) => attempt(t, forms[i]!, { email: `x${i}@example.com` }))).toEqual(Array(5).fill(403))
    const refused = await attempt(t, 'ADÄ@EXAMPLE.COM', { email: 'other@example.com', id: 7 })
    expect(refused).toMatchObject({ status: 429 })
    expect(Number(refused.retryAfter)).toBeGreaterThanOrEqual(1)
    expect(Number(refused.retryAfter)).toBeLessThanOrEqual(900)
    expect(refused.rateLimit).toBe(`"account";r=0;t=${refused.retryAfter}`)
    expect(await attempt(t, 'bob@example.com')).toMatchObject({ status: 403 })
  })

  test('a network has twenty, whatever the accounts are', async () => {
    const { t } = await counting(options())
    const from = '198.51.100.7'
    expect(await statuses(20, (i) => attempt(t, `u${i}`, { from }))).toEqual(Array(20).fill(403))
    expect(await attempt(t, 'another', { from })).toMatchObject({
      status: 429,
      rateLimit: expect.stringMatching(/^"network";r=0;t=\d+$/),
    })
    expect(await attempt(t, 'another', { from: '::ffff:198.51.100.7' })).toMatchObject({ status: 429 })
    expect(await attempt(t, 'another', { from: '::FFFF:C633:6407' })).toMatchObject({ status: 429 })
    expect(await attempt(t, 'another', { from: '198.51.100.8' })).toMatchObject({ status: 403 })
  })

  test('what a network that is out still sends counts for no account', async () => {
    const { t } = await counting(options({ perNetwork: 2 }))
    const from = '198.51.100.7'
    expect(await statuses(12, (i) => attempt(t, i < 2 ? `u${i}` : 'ada', { from }))).toEqual([
      403,
      403,
      ...Array(10).fill(429),
    ])
    expect(await attempt(t, 'ada')).toMatchObject({ status: 403 })
  })

  test('after a success the account begins anew, and the network has that one attempt back', async () => {
    const { t } = await counting(options({ perNetwork: 7 }))
    const from = '198.51.100.7'
    expect(await statuses(4, () => attempt(t, 'ada', { from }))).toEqual([403, 403, 403, 403])
    expect(await attempt(t, 'ada', { from, path: '/right' })).toMatchObject({ status: 204 })
    expect(await statuses(4, () => attempt(t, 'ada', { from }))).toEqual([403, 403, 403, 429])
    expect(await statuses(3, () => attempt(t, 'ada'))).toEqual([403, 403, 429])
  })

  test('many at once get no more than there are', async () => {
    const { t } = await counting(options())
    const second = await t.with({})
    const all = await Promise.all(Array.from({ length: 60 }, (_, i) => attempt(i % 2 === 0 ? t : second, 'ada')))
    expect(all.filter(({ status }) => status === 403)).toHaveLength(5)
    expect(all.filter(({ status }) => status === 429)).toHaveLength(55)
  })

  test('instances share them, and a restart forgets none', async () => {
    const { t } = await counting(options())
    const [first, second] = [await t.with({}), await t.with({})]
    const from = '2001:db8::1'
    expect(await statuses(4, (i) => attempt(i % 2 === 0 ? first : second, 'ada', { from }))).toEqual([
      403, 403, 403, 403,
    ])
    await first.stop()
    await second.stop()
    const third = await t.with({})
    expect(await statuses(2, () => attempt(third, 'ada', { from }))).toEqual([403, 429])
    expect(await statuses(15, (i) => attempt(third, `u${i}`, { from }))).toEqual([...Array(14).fill(403), 429])
  })
})

test('attempts go on where every connection of the operations is taken', async () => {
  const { t, db } = await counting()
  const held = Promise.withResolvers<void>()
  const holders = Array.from({ length: 10 }, () =>
    t.run({ engine: db.engine }, async ({ engine }) => {
      const client = await engine.pool.connect()
      await held.promise
      client.release()
    }),
  )
  expect(await attempt(t, 'ada')).toMatchObject({ status: 403 })
  held.resolve()
  await Promise.all(holders)
})

test('without the database nobody is let in', async () => {
  const { t, db } = await counting()
  await t.run(
    { drizzle: db.drizzle },
    async ({ drizzle }) => void (await drizzle.execute('ALTER TABLE auth_limits RENAME TO gone')),
  )
  expect((await attempt(t, 'ada', { path: '/right' })).status).toBeGreaterThanOrEqual(500)
})

test.each([{ perAccount: 0 }, { perNetwork: 1.5 }, { windowSeconds: -1 }])(
  'limits of %j are none',
  async (attempts) => {
    await expect(countingApp({ attempts })).rejects.toThrow(RangeError)
  },
)

describe.skipIf(REDIS_URL === undefined)('with Redis', () => {
  test('a flush gives networks new attempts, and accounts none', async () => {
    const { t, origin } = await counting({ redis: redis({ url: REDIS_URL! }) })
    const from = '198.51.100.7'
    await statuses(5, () => attempt(t, 'ada', { from }))
    await statuses(15, (i) => attempt(t, `u${i}`, { from }))
    expect(await attempt(t, 'bob', { from })).toMatchObject({ status: 429 })
    const client = await createClient({ url: REDIS_URL! }).connect()
    const keys = await client.keys(`*${new URL(origin).host}*`)
    expect(keys).toHaveLength(1)
    await client.del(keys)
    client.destroy()
    expect(await attempt(t, 'bob', { from })).toMatchObject({ status: 403 })
    expect(await attempt(t, 'ada', { from })).toMatchObject({
      status: 429,
      rateLimit: expect.stringContaining('account'),
    })
  })

  test.each(['silent', 'gone'])('where it is %s, networks are counted in the database', async (state) => {
    const proxy = await silentProxy(REDIS_URL!)
    ended.push(() => proxy.close())
    const { t } = await counting({ redis: redis({ url: proxy.url }), perNetwork: 3 })
    const from = '198.51.100.7'
    expect(await attempt(t, 'u0', { from })).toMatchObject({ status: 403 })
    if (state === 'silent') proxy.silence()
    else proxy.close()
    expect(await statuses(5, (i) => attempt(t, `v${i}`, { from }))).toEqual([403, 403, 403, 429, 429])
  })
})
