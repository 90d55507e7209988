import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LONG, notMeasured } from './goals.ts'
import { ask, isSuccess, Load, ORDINARY, type Kind } from './load.ts'
import { ordinaryApp, type OrdinaryApp } from './ordinary-app.ts'
import { ownPostgres, type OwnPostgres } from './own-postgres.ts'
import { ownRedis, REDIS_SERVER, type OwnRedis } from './own-redis.ts'
import { slowProxy, type SlowProxy } from './slow-proxy.ts'
import { expectSurvived } from './survival.ts'

const LIMIT_MS = 120_000
const WHY = 'there is no redis-server on this machine'
/** Of limits that must not let anybody through uncounted. */
const CODES = ['unavailable']
const COUNTED_CLOSED: Kind = { name: 'closed', method: 'GET', path: '/api/closed' }
const countedLocal = (client: string): Kind => ({
  name: 'local',
  method: 'GET',
  path: '/api/local',
  headers: () => ({ 'x-client': client }),
})
const KINDS = [...ORDINARY, COUNTED_CLOSED]

for (const name of ['redis stopped and started', 'redis flushed', 'redis slowed'] as const)
  if (REDIS_SERVER === undefined) notMeasured(name, WHY)

describe.skipIf(REDIS_SERVER === undefined)('while Redis', () => {
  let postgres: OwnPostgres
  let redis: OwnRedis
  let proxy: SlowProxy
  let app: OrdinaryApp
  let load: Load

  beforeAll(async () => {
    postgres = await ownPostgres()
  })
  afterAll(() => postgres.remove())
  beforeEach(async () => {
    redis = await ownRedis()
    proxy = await slowProxy(redis.port)
    app = await ordinaryApp({ databaseUrl: postgres.url, redisUrl: `redis://127.0.0.1:${proxy.port}` })
    load = new Load(app.port, { kinds: KINDS })
    await load.more(50)
  })
  afterEach(async () => {
    await load.stop()
    await app.remove()
    proxy.close()
    await redis.stop()
  })

  /** How many of so many calls the limit of 20 lets through, of a client that nobody has counted before. */
  async function passed(client: string): Promise<number> {
    const statuses: number[] = []
    for (let calls = 0; calls < 30; calls += 1) statuses.push((await ask(app.port, countedLocal(client))).status)
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([])
    return statuses.filter((status) => status === 200).length
  }

  /** Of what needs Redis only to be quick, all goes on. */
  function expectOthersUnharmed(): void {
    const harmed = load.refused.filter(({ kind }) => kind !== 'closed')
    expect(harmed.slice(0, 3)).toEqual([])
  }

  test(
    'is gone: limits count in the process or refuse, as declared; caches and all else go on; it is used again when it is back',
    { timeout: LIMIT_MS },
    async () => {
      const recoveriesMs: number[] = []
      for (let times = 0; times < (LONG ? 4 : 1); times += 1) {
        await redis.stop()
        await load.more(200)
        expect(await ask(app.port, COUNTED_CLOSED)).toMatchObject({ status: 503, code: 'unavailable', retryAfter: '1' })
        expect(await passed(`gone ${times}`)).toBe(20)
        await redis.start()
        recoveriesMs.push(await load.recoveredAfter(performance.now()))
        // Some may be counted in the process still: no more than each of the two lets through.
        expect(await passed(`back ${times}`)).toBeLessThanOrEqual(40)
      }
      expectOthersUnharmed()
      await expectSurvived('redis stopped and started', { app, load, postgres, recoveriesMs, codes: CODES })
    },
  )

  test(
    'is flushed again and again: nobody is refused, and what was kept is made again',
    { timeout: LIMIT_MS },
    async () => {
      for (let times = 0; times < (LONG ? 100 : 20); times += 1) {
        expect(await redis.command('FLUSHALL')).toBe('+OK')
        await delay(50)
      }
      const recoveriesMs = [await load.recoveredAfter(performance.now())]
      expect(load.refused).toEqual([])
      await expectSurvived('redis flushed', { app, load, postgres, recoveriesMs, codes: [] })
    },
  )

  test(
    'is slow, a little or longer than it may take: what waits for it is answered in time',
    { timeout: LIMIT_MS },
    async () => {
      const recoveriesMs: number[] = []
      for (const delayMs of [100, 3_000]) {
        proxy.delayMs = delayMs
        await load.more(LONG ? 120 : 60)
        const answer = await ask(app.port, ORDINARY[0]!)
        expect([delayMs, isSuccess(answer)]).toEqual([delayMs, true])
        proxy.delayMs = 0
        recoveriesMs.push(await load.recoveredAfter(performance.now()))
      }
      expectOthersUnharmed()
      await expectSurvived('redis slowed', { app, load, postgres, recoveriesMs, codes: CODES })
    },
  )
})
