import { once } from 'node:events'
import { Client, type Pool } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { database } from '../database.ts'
import { createPool, type PoolSettings } from '../pool.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { translateDatabaseError } from '../translate-error.ts'
import { poolRunner, type PoolRunner, type PoolRunnerOptions } from './pool-runner.ts'

const QUICK = { text: 'SELECT $1::int', name: 'quick' }
const SLOW = { text: 'SELECT pg_sleep(9) AS slow', name: 'slow' }

let own: TestDatabase<Record<string, never>>
let observer: Client
let pool: Pool
let runner: PoolRunner

beforeAll(async () => {
  own = await createTestDatabase(database())
  observer = new Client({ connectionString: own.url })
  await observer.connect()
})
afterAll(async () => {
  await observer.end()
  await own.drop()
})
afterEach(async () => {
  await observer.query('SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = $1', [SLOW.text])
  await runner.end()
  await pool.end()
})

function start(settings: PoolSettings = {}, options: PoolRunnerOptions = {}): void {
  pool = createPool(own.url, settings)
  runner = poolRunner(pool, options)
}

const quick = async (n: number): Promise<number> => Number((await runner.run(QUICK, [n])).text(0, 0))
const numbers = (length: number): number[] => Array.from({ length }, (_, n) => n)

/** A statement that is under way, and is seen to be slow. */
async function slow(): Promise<{ isOver(): boolean; readonly outcome: Promise<string> }> {
  let isOver = false
  const outcome = runner.run(SLOW, []).then(
    () => 'answered',
    (error: { code: string }) => error.code,
  )
  void outcome.finally(() => (isOver = true))
  await untilSeen(`query = '${SLOW.text}' AND state = 'active' AND now() - query_start > interval '100 ms'`)
  return { isOver: () => isOver, outcome }
}

async function untilSeen(condition: string): Promise<void> {
  for (;;) {
    const { rows } = await observer.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`,
    )
    if (rows.length > 0) return
  }
}

describe('many statements share few connections', () => {
  test('each gets its own answer', async () => {
    start()
    expect(await Promise.all(numbers(500).map(quick))).toEqual(numbers(500))
    expect(pool.totalCount).toBeLessThan(10)
  })

  test('a few at once need one connection', async () => {
    start()
    await quick(0)
    expect(await Promise.all(numbers(16).map(quick))).toEqual(numbers(16))
    expect(pool.totalCount).toBe(1)
  })

  test('one that fails fails alone', async () => {
    start()
    const bad = { text: 'SELECT 1 / $1::int', name: 'bad' }
    const outcomes = await Promise.allSettled([quick(1), runner.run(bad, [0]), quick(2)])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})

describe('a slow statement', () => {
  test('holds up none that come after it was seen to be slow', async () => {
    start()
    await quick(0)
    const { isOver, outcome } = await slow()
    expect(await Promise.all(numbers(50).map(quick))).toEqual(numbers(50))
    expect(isOver()).toBe(false)
    await observer.query('SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = $1', [SLOW.text])
    expect(await outcome).toBe('57014')
    expect(await Promise.all(numbers(50).map(quick))).toEqual(numbers(50))
  })

  test('holds up no more than what one connection takes where all come at once', async () => {
    start({}, { depth: 8 })
    await quick(0)
    const slow = runner.run(SLOW, []).catch(() => undefined)
    let answered = 0
    const all = numbers(100).map(async (n) => {
      await quick(n)
      answered += 1
    })
    await untilSeen(`query = '${SLOW.text}' AND state = 'active' AND now() - query_start > interval '100 ms'`)
    await Promise.all(numbers(20).map(quick))
    expect(answered).toBeGreaterThanOrEqual(100 - 7)
    await observer.query('SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = $1', [SLOW.text])
    await Promise.all(all)
    await slow
  })

  test('ends at the limit of statements', async () => {
    start({ limits: { statementTimeoutMs: 150, lockTimeoutMs: 100 } })
    const error: unknown = await runner.run(SLOW, []).catch((reason: unknown) => reason)
    expect(translateDatabaseError(error)).toMatchObject({ code: 'statement_timeout' })
    expect(await quick(1)).toBe(1)
  })
})

describe('the connections of the pool', () => {
  test('stay for transactions, one at least', async () => {
    start({ max: 2 })
    const { isOver } = await slow()
    const client = await pool.connect()
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    client.release()
    expect(isOver()).toBe(false)
  })

  test('of which there is one serve statements and transactions in turns', async () => {
    start({ max: 1 })
    const served = Promise.all(numbers(100).map(quick))
    const client = await pool.connect()
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    const waiting = quick(7)
    client.release()
    expect(await waiting).toBe(7)
    expect(await served).toEqual(numbers(100))
  })

  test('go back to it when they are not used', async () => {
    start()
    const released = once(pool, 'release')
    await quick(1)
    expect(pool.idleCount).toBe(0)
    await released
    expect([pool.idleCount, pool.totalCount]).toEqual([1, 1])
    expect(await quick(2)).toBe(2)
  })

  test('that are all in use are waited for as long as the pool says', async () => {
    start({ max: 2, acquireTimeoutMs: 150 })
    const clients = [await pool.connect(), await pool.connect()]
    const error: unknown = await quick(1).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'database_unavailable', status: 503 })
    const waiting = quick(2)
    for (const client of clients) client.release()
    expect(await waiting).toBe(2)
  })

  test('that cannot be opened fail at once', async () => {
    start()
    await runner.end()
    await pool.end()
    const url = new URL(own.url)
    url.searchParams.delete('host')
    url.host = '127.0.0.1:1'
    pool = createPool(url.href, {})
    runner = poolRunner(pool)
    await expect(Promise.all(numbers(40).map(quick))).rejects.toMatchObject({ code: 'database_unavailable' })
  })

  test('that break fail what was under way on them, and are replaced', async () => {
    start()
    await quick(0)
    const broken = Promise.allSettled([runner.run(SLOW, []), quick(1), quick(2)])
    await untilSeen(`query = '${SLOW.text}' AND state = 'active'`)
    await observer.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = $1', [SLOW.text])
    const errors = (await broken).map((each) => each.status === 'rejected' && (each.reason as unknown))
    const codes = errors.map((error) => translateDatabaseError(error) ?? error)
    expect(codes).toMatchObject(Array.from({ length: 3 }, () => ({ code: 'database_unavailable', status: 503 })))
    expect(await Promise.all(numbers(50).map(quick))).toEqual(numbers(50))
  })

  test('are all given back at the end, when what is under way is answered', async () => {
    start()
    const answers = Promise.all(numbers(100).map(quick))
    await runner.end()
    expect(pool.idleCount).toBe(pool.totalCount)
    expect(await answers).toEqual(numbers(100))
    await expect(quick(1)).rejects.toThrow('Cannot use a pool after calling end on the pool')
  })
})

describe('a signal', () => {
  const reason = new Error('the client has gone')

  test('ends the wait for a statement at once; the connection goes on', async () => {
    start()
    await quick(0)
    const abort = new AbortController()
    const aborted = runner.run(SLOW, [], { signal: abort.signal })
    await untilSeen(`query = '${SLOW.text}' AND state = 'active' AND now() - query_start > interval '100 ms'`)
    abort.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    expect(await Promise.all(numbers(50).map(quick))).toEqual(numbers(50))
  })

  test('that was aborted before sends nothing', async () => {
    start()
    await expect(runner.run(QUICK, [1], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(pool.totalCount).toBe(0)
  })

  test('ends the wait for a connection', async () => {
    start({ max: 2 })
    const clients = [await pool.connect(), await pool.connect()]
    const abort = new AbortController()
    const aborted = runner.run(QUICK, [1], { signal: abort.signal })
    abort.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    const waiting = quick(2)
    for (const client of clients) client.release()
    expect(await waiting).toBe(2)
  })
})
