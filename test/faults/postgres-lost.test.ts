import { afterEach, beforeEach, expect, test } from 'vitest'
import { setTimeout as delay } from 'node:timers/promises'
import { LONG } from './goals.ts'
import { ask, Load, until } from './load.ts'
import { ordinaryApp, type OrdinaryApp } from './ordinary-app.ts'
import { ownPostgres, type OwnPostgres } from './own-postgres.ts'
import { DATABASE_CODES, expectSurvived, refusedSome } from './survival.ts'

const LIMIT_MS = 180_000

let postgres: OwnPostgres
let app: OrdinaryApp
let load: Load

beforeEach(async () => {
  postgres = await ownPostgres()
  app = await ordinaryApp({ databaseUrl: postgres.url })
  load = new Load(app.port)
})
afterEach(async () => {
  await load.stop()
  await app.remove()
  await postgres.remove()
})

test(
  'a database that is stopped and started again: refusals that say so, and successes soon after, from the same process',
  { timeout: LIMIT_MS },
  async () => {
    const recoveriesMs: number[] = []
    for (const how of LONG ? (['fast', 'immediate', 'fast', 'immediate'] as const) : (['fast', 'immediate'] as const)) {
      await load.more(100)
      await postgres.stop(how)
      await refusedSome(load, 50)
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
      await until(async () => (await fetch(`${app.url}/readyz`)).status === 503, 'the app says that it is not ready')
      await postgres.start()
      recoveriesMs.push(await load.recoveredAfter(performance.now()))
    }
    await expectSurvived('postgres stopped and started', { app, load, postgres, recoveriesMs, codes: DATABASE_CODES })
  },
)

const TERMINATE = `
select pg_terminate_backend(pid) from pg_stat_activity
where pid <> pg_backend_pid() and datname = current_database() and backend_type = 'client backend'`

test(
  'connections that are ended by the database every 200 ms: what was under way is refused, and nothing else',
  { timeout: LIMIT_MS },
  async () => {
    await load.more(100)
    for (let times = 0; times < (LONG ? 100 : 15); times += 1) {
      await postgres.query(TERMINATE)
      await delay(200)
    }
    const recoveriesMs = [await load.recoveredAfter(performance.now())]
    const shareRefused = load.refused.length / load.answers.length
    await expectSurvived('backends terminated every 200 ms', {
      app,
      load,
      postgres,
      recoveriesMs,
      codes: DATABASE_CODES,
    })
    expect(shareRefused).toBeLessThan(0.5)
  },
)

test(
  'all connections held by slow requests: who waits too long is refused with when to come back, what needs no database goes on',
  { timeout: LIMIT_MS },
  async () => {
    await load.more(50)
    const hold = { name: 'hold', method: 'GET', path: `/api/hold/${LONG ? 8_000 : 2_500}` } as const
    const held = Array.from({ length: 30 }, () => ask(app.port, hold))
    await refusedSome(load, 10)
    expect((await ask(app.port, { name: 'hello', method: 'GET', path: '/api/hello' })).status).toBe(200)
    const holders = await Promise.all(held)
    const recoveriesMs = [await load.recoveredAfter(performance.now())]
    const longestMs = Math.max(...[...load.refused, ...holders.filter(({ status }) => status !== 204)].map(lasted))
    // What could not get a connection has been told so: nothing hung on.
    expect(holders.filter(({ status, retryAfter }) => status !== 204 && !(status === 503 && retryAfter))).toEqual([])
    expect(longestMs).toBeLessThan(30_000)
    await expectSurvived('pool exhausted', { app, load, postgres, recoveriesMs, codes: DATABASE_CODES })
  },
)

function lasted({ beganAt, endedAt }: { readonly beganAt: number; readonly endedAt: number }): number {
  return endedAt - beganAt
}
