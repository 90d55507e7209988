import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, isSuccess, Load, ORDINARY, until, type Kind } from '../faults/load.ts'
import { ordinaryApp, type OrdinaryApp } from '../faults/ordinary-app.ts'
import { ownPostgres, type OwnPostgres } from '../faults/own-postgres.ts'
import { ownRedis, REDIS_SERVER, type OwnRedis } from '../faults/own-redis.ts'
import { refusedSome } from '../faults/survival.ts'

// More of it, one loss at a time and under load for longer: test/faults/postgres-lost.test.ts and test/faults/redis-lost.test.ts.

let postgres: OwnPostgres
let redis: OwnRedis | undefined
let app: OrdinaryApp
beforeAll(async () => {
  postgres = await ownPostgres()
  redis = REDIS_SERVER === undefined ? undefined : await ownRedis()
  app = await ordinaryApp({ databaseUrl: postgres.url, redisUrl: redis?.url })
})
afterAll(async () => {
  await app?.remove()
  await redis?.stop()
  await postgres?.remove()
})

const get = (path: string): Kind => ({ name: path, method: 'GET', path })
const readiness = async (): Promise<number> => (await fetch(`${app.url}/readyz`)).status

test(`the database${REDIS_SERVER === undefined ? '' : ' and Redis'} lost at once: 503 with Retry-After where they are needed, answers where they are not, and all of it again when they are back, from the same process`, async () => {
  const load = new Load(app.port)
  await load.more(50)
  await redis?.stop()
  await postgres.stop('immediate')
  await refusedSome(load, 30)

  expect(isSuccess(await ask(app.port, get('/api/hello')))).toBe(true)
  // Limits that were declared to let nobody through uncounted; others count in the process.
  if (redis !== undefined)
    expect(await ask(app.port, get('/api/closed'))).toMatchObject({ status: 503, code: 'unavailable', retryAfter: '1' })
  expect(await ask(app.port, get('/api/local'))).toMatchObject({ status: 200 })
  await until(async () => (await readiness()) === 503, 'the app says that it is not ready')
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200)

  await postgres.start()
  await redis?.start()
  expect(await load.recoveredAfter(performance.now())).toBeLessThan(Infinity)
  await until(async () => (await readiness()) === 200, 'the app says that it is ready')
  await load.stop()

  expect(app.isAlive).toBe(true)
  expect(load.unclear().filter(({ code }) => code !== 'commit_outcome_unknown')).toEqual([])
  const there = new Set((await postgres.query<{ id: string }>('select id from orders')).map(({ id }) => id))
  expect(load.made('order').filter((id) => !there.has(id))).toEqual([])
  expect(isSuccess(await ask(app.port, ORDINARY[0]!))).toBe(true)
})
