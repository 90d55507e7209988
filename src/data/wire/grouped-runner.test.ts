import { Client, type Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { database } from '../database.ts'
import { CommitOutcomeUnknown } from '../errors.ts'
import { createPool } from '../pool.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { exclusiveRunner } from './exclusive-runner.ts'
import { groupedRunner } from './grouped-runner.ts'
import type { Runner } from './runner.ts'

const INSERT = { text: 'INSERT INTO saved (n) VALUES ($1) RETURNING n, tx', name: 'insert' }
const sleeping = (seconds: number): typeof INSERT => ({
  text: `INSERT INTO saved (n) SELECT $1::int FROM pg_sleep(${seconds}) RETURNING n, tx`,
  name: `insert_sleeping_${seconds}`,
})

/** Who waits for a lock waits longer than a test may take. */
const LIMITS = { statementTimeoutMs: 30_000, lockTimeoutMs: 0 }

let own: TestDatabase<Record<string, never>>
let other: Client
let pool: Pool
let runner: Runner

beforeAll(async () => {
  own = await createTestDatabase(database())
  other = new Client({ connectionString: own.url })
  await other.connect()
  await other.query('CREATE TABLE saved (n int PRIMARY KEY, tx bigint NOT NULL DEFAULT txid_current())')
})
afterAll(async () => {
  await other.end()
  await own.drop()
})
beforeEach(async () => {
  await other.query('TRUNCATE saved')
  pool = createPool(own.url, { limits: LIMITS })
  runner = groupedRunner(pool, exclusiveRunner(pool), LIMITS)
})
afterEach(() => pool.end())

/** So many at one time wait for nobody. */
const FEW = 4

const numbers = (length: number, from = 0): number[] => Array.from({ length }, (_, n) => from + n)

/** The transaction it was saved in. */
async function insert(n: number, statement = INSERT, signal?: AbortSignal): Promise<string> {
  const rows = await runner.run(statement, [n], signal && { signal })
  expect([rows.length, rows.affected, rows.text(0, 0)]).toEqual([1, 1, String(n)])
  return rows.text(0, 1)!
}

const codesOf = (outcomes: readonly PromiseSettledResult<unknown>[]): string[] =>
  outcomes.map((each) => (each.status === 'fulfilled' ? 'saved' : (each.reason as { code: string }).code))

async function saved(): Promise<number[]> {
  const { rows } = await other.query<{ n: number }>('SELECT n FROM saved ORDER BY n')
  return rows.map(({ n }) => n)
}

describe('rows that are inserted at one time', () => {
  test('share few transactions, and each is answered to the one who sent it', async () => {
    const transactions = await Promise.all(numbers(200).map((n) => insert(n)))
    expect(new Set(transactions).size).toBeLessThan(50)
    expect(await saved()).toEqual(numbers(200))
    const { rows } = await other.query<{ tx: string }>('SELECT tx FROM saved ORDER BY n')
    expect(transactions).toEqual(rows.map(({ tx }) => tx))
  })

  test('of different statements do so too', async () => {
    await insert(0)
    const text = { ...INSERT, text: `${INSERT.text}, n::text AS again`, name: 'insert_text' }
    const transactions = await Promise.all(numbers(20, 1).map((n) => insert(n, n % 2 === 0 ? INSERT : text)))
    expect(new Set(transactions.slice(FEW)).size).toBeLessThan(5)
  })

  test('wait for nobody where they are few', async () => {
    const transactions = await Promise.all(numbers(FEW).map((n) => insert(n)))
    expect(new Set(transactions).size).toBe(FEW)
  })

  test('one after the other have a transaction each', async () => {
    const transactions: string[] = []
    for (const n of numbers(5)) transactions.push(await insert(n))
    expect(new Set(transactions).size).toBe(5)
  })

  test('leave the limits of their connection as they were', async () => {
    await Promise.all(numbers(20).map((n) => insert(n)))
    const { rows } = await pool.query(
      "SELECT current_setting('lock_timeout') AS l, current_setting('statement_timeout') AS s",
    )
    expect(rows).toEqual([{ l: '0', s: '30s' }])
  })

  test('and take longer than a group may are saved each by itself', async () => {
    const slow = sleeping(0.15)
    const transactions = await Promise.all(numbers(9).map((n) => insert(n, slow)))
    expect(new Set(transactions).size).toBe(9)
  })

  test('that are changed, not inserted, are saved each by itself', async () => {
    await insert(1)
    const update = { text: 'UPDATE saved SET n = n WHERE n = $1 RETURNING txid_current()', name: 'update' }
    const results = await Promise.all(numbers(9).map(() => runner.run(update, [1])))
    expect(new Set(results.map((rows) => rows.text(0, 0))).size).toBe(9)
  })

  test('are inserted into a table that has changed meanwhile', async () => {
    const all = { text: 'INSERT INTO saved (n) VALUES ($1) RETURNING *', name: 'insert_all' }
    await Promise.all(numbers(20).map((n) => insert(n, all)))
    await other.query('ALTER TABLE saved ADD COLUMN more int')
    await Promise.all(numbers(20, 20).map((n) => insert(n, all)))
    await other.query('ALTER TABLE saved DROP COLUMN more')
    await Promise.all(numbers(20, 40).map((n) => insert(n, all)))
    expect(await saved()).toEqual(numbers(60))
  })
})

describe('a row that is refused', () => {
  test('is told to the one who sent it, and all others are saved once', async () => {
    await insert(7)
    const outcomes = await Promise.allSettled(numbers(30).map((n) => insert(n)))
    expect(codesOf(outcomes)).toEqual(numbers(30).map((n) => (n === 7 ? '23505' : 'saved')))
    expect(await saved()).toEqual(numbers(30))
  })

  test('by another of the same group leaves one of the two', async () => {
    const outcomes = await Promise.allSettled([...numbers(10), 7, 10].map((n) => insert(n)))
    const codes = codesOf(outcomes)
    expect(codes.filter((each) => each === 'saved')).toHaveLength(11)
    expect(new Set([codes[7], codes[10]])).toEqual(new Set(['saved', '23505']))
    expect(await saved()).toEqual(numbers(11))
  })

  test('at the commit is refused alone', async () => {
    await other.query(`CREATE TABLE late (n int, UNIQUE (n) DEFERRABLE INITIALLY DEFERRED, tx bigint DEFAULT txid_current());
      INSERT INTO late VALUES (7)`)
    const late = { text: 'INSERT INTO late (n) VALUES ($1) RETURNING n, tx', name: 'insert_late' }
    const outcomes = await Promise.allSettled(numbers(12).map((n) => insert(n, late)))
    expect(codesOf(outcomes)).toEqual(numbers(12).map((n) => (n === 7 ? '23505' : 'saved')))
  })

  test('since it cannot be sent keeps no other from being so', async () => {
    const many = { text: 'INSERT INTO saved (n) VALUES ($1)', name: 'insert_many' }
    const outcomes = await Promise.allSettled([
      ...numbers(5).map((n) => insert(n)),
      runner.run(
        many,
        Array.from({ length: 70_000 }, () => 1),
      ),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([...numbers(5).map(() => 'fulfilled'), 'rejected'])
    expect(await saved()).toEqual(numbers(5))
  })
})

describe("a row that waits for another's lock", () => {
  test('makes no other wait for it', async () => {
    await other.query('BEGIN')
    await other.query('INSERT INTO saved (n) VALUES (5)')
    const outcomes = numbers(20).map((n) => insert(n))
    void Promise.allSettled(outcomes)
    await Promise.all(outcomes.filter((_, n) => n !== 5))
    await other.query('COMMIT')
    await expect(outcomes[5]).rejects.toMatchObject({ code: '23505' })
    expect(await saved()).toEqual(numbers(20))
  })

  test('is saved where that goes back', async () => {
    await other.query('BEGIN')
    await other.query('INSERT INTO saved (n) VALUES (5)')
    const outcomes = numbers(20).map((n) => insert(n))
    await Promise.all(outcomes.filter((_, n) => n !== 5))
    await other.query('ROLLBACK')
    await outcomes[5]
    expect(await saved()).toEqual(numbers(20))
  })

  test('gives way before it can be a part of a deadlock', async () => {
    await other.query('BEGIN')
    await other.query('INSERT INTO saved (n) VALUES (8)')
    // The first few run alone, and the others as a group, in which 9 is there before 8 is waited for.
    const outcomes = [0, 1, 2, 3, 9, 4, 8].map((n) => insert(n))
    await other.query('INSERT INTO saved (n) VALUES (9) ON CONFLICT DO NOTHING')
    await outcomes[5]
    await other.query('ROLLBACK')
    await Promise.all(outcomes)
    expect(await saved()).toEqual([0, 1, 2, 3, 4, 8, 9])
  })
})

describe('where nobody knows', () => {
  test('what became of a group whose connection broke, all of it is told so', async () => {
    const all = numbers(10).map((n) => insert(n, n < FEW ? INSERT : sleeping(0.05)))
    const outcomes = Promise.allSettled(all.slice(FEW))
    await Promise.all(all.slice(0, FEW))
    await ended()
    for (const each of await outcomes) expect(each).toMatchObject({ reason: expect.any(CommitOutcomeUnknown) })
    expect(await saved()).toEqual(numbers(FEW))
    await Promise.all(numbers(6, FEW).map((n) => insert(n)))
  })

  test('of a database that cannot be reached, nothing was sent', async () => {
    const gone = createPool('postgres://root@127.0.0.1:1/none')
    const runner = groupedRunner(gone, exclusiveRunner(gone), LIMITS)
    const outcomes = await Promise.allSettled(numbers(9).map((n) => runner.run(INSERT, [n])))
    expect(codesOf(outcomes)).toEqual(numbers(9).map(() => 'database_unavailable'))
    await gone.end()
  })

  test('of one who went before it was sent, nothing is saved', async () => {
    const few = numbers(FEW).map((n) => insert(n, sleeping(0.05)))
    const gone = new AbortController()
    const outcomes = [insert(10), insert(11, INSERT, gone.signal), insert(12)]
    gone.abort(new Error('gone'))
    await expect(outcomes[1]).rejects.toThrow('gone')
    await Promise.all([...few, outcomes[0], outcomes[2]])
    expect(await saved()).toEqual([...numbers(FEW), 10, 12])
  })
})

/** Ends the connection on which a group is under way. */
async function ended(): Promise<void> {
  for (;;) {
    const { rows } = await other.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = $1 AND state = 'active'",
      [sleeping(0.05).text],
    )
    if (rows.length > 0) return
  }
}
