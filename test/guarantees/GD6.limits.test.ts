import { randomBytes } from 'node:crypto'
import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { rateLimit, type LimitFailure } from 'ashlar/limits'
import { redis } from 'ashlar/redis'
import { afterEach, expect, test } from 'vitest'
import { silentProxy } from '../../src/data/silent-proxy.fixture.ts'

const { REDIS_URL } = process.env

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

/** A limit of two, in a Redis that can be taken away; none of them is in any database. */
async function limited(failure?: LimitFailure) {
  const proxy = await silentProxy(REDIS_URL!)
  ended.push(() => proxy.close())
  const part = redis({ url: proxy.url, prefix: `gd6-${randomBytes(6).toString('hex')}:`, timeoutMs: 200 })
  const nobody = (): string => 'everybody'
  const limit = rateLimit({ max: 2, windowSeconds: 3_600, by: nobody, ...(failure !== undefined && { failure }) })
  const read = route.get('/x', { access: anyone, limit }, () => undefined)
  const lines: string[] = []
  const write = (_: object, message?: string): void => void lines.push(message ?? '')
  const logger = { debug: write, info: write, warn: write, error: write }
  const app = createApp({
    title: 'T',
    version: '1',
    environment: 'test',
    logger,
    redis: part,
    api: router('', { read }),
  })
  const { url } = await app.listen({ port: 0, host: '127.0.0.1' })
  ended.push(() => app.stop())
  const call = async (): Promise<Response> => fetch(`${url}/x`)
  const statuses = async (count: number): Promise<number[]> => {
    const all: number[] = []
    for (let i = 0; i < count; i += 1) all.push((await call()).status)
    return all
  }
  return { proxy, call, statuses, lines }
}

const without = { silent: 'silence', gone: 'close' } as const

test.skipIf(REDIS_URL === undefined).each(['silent', 'gone'] as const)(
  'where Redis is %s, a limit is a limit still, of this process (GD6)',
  async (state) => {
    const { proxy, statuses, lines } = await limited()
    expect(await statuses(1)).toEqual([204])
    proxy[without[state]]()
    expect(await statuses(4)).toEqual([204, 204, 429, 429])
    expect(lines.filter((line) => line === 'rate limits cannot be counted here')).toHaveLength(1)
  },
)

test.skipIf(REDIS_URL === undefined)(
  'one that is declared closed lets nobody in, and says when to come back (GD6)',
  async () => {
    const { proxy, call, statuses } = await limited('closed')
    expect(await statuses(1)).toEqual([204])
    proxy.silence()
    const refused = await call()
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({ code: 'unavailable' })
  },
)

test.skipIf(REDIS_URL === undefined)('one that is declared open lets everybody in (GD6)', async () => {
  const { proxy, statuses } = await limited('open')
  proxy.silence()
  expect(await statuses(4)).toEqual([204, 204, 204, 204])
})
