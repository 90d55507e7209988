import { fillPlaceholders } from 'drizzle-orm'
import { doublePrecision, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { database } from '../database.ts'
import { modelOf } from '../model/model.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { listQuery, type ListQuery } from './list-query.ts'
import { KEY, readUrl, runList, statementOf, type Page } from './list.fixture.ts'
import { pick, randomFrom, type Random } from './random.fixture.ts'

const rows = pgTable(
  'rows',
  {
    part: integer().notNull(),
    number: integer().notNull(),
    a: integer(),
    b: text(),
    c: doublePrecision(),
    at: timestamp({ withTimezone: true, mode: 'string' }).notNull(),
    d: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.part, table.number] })],
)
type Row = typeof rows.$inferSelect
const COLUMNS = ['a', 'b', 'c', 'at', 'd', 'part', 'number'] as const
const query = listQuery(modelOf(rows), { sort: COLUMNS, filter: ['d'], limit: { max: 1000 } }, { name: 'rows' })
const offsets = listQuery(modelOf(rows), { sort: COLUMNS, page: 'offset' }, { name: 'rows' })

let own: TestDatabase<Record<string, never>>

beforeAll(async () => {
  own = await createTestDatabase(database())
  await own.database.start()
  await own.database.pool.query(
    `create table rows (part int, number int, a int, b text collate "C", c float8, at timestamptz not null, d int not null,
       primary key (part, number))`,
  )
})
afterAll(() => own.drop())

let lastNumber = 0
async function insert(random: Random, count: number): Promise<void> {
  const values = Array.from({ length: count }, () => [
    random(2),
    (lastNumber += 1),
    pick(random, [null, null, 1, 2, 3]),
    pick(random, [null, '', 'x', 'y"\\', 'z']),
    pick(random, [null, 0.1, 0.30000000000000004, -5e-300, Infinity, NaN]),
    pick(random, ['2026-01-01T00:00:00.123456Z', '2026-01-01T00:00:00.123457Z', '2026-01-01T00:00:00Z']),
    random(3),
  ])
  for (const row of values) await own.database.pool.query('insert into rows values ($1, $2, $3, $4, $5, $6, $7)', row)
}

function randomSort(random: Random): string[] {
  return Array.from({ length: random(4) }, () => {
    const column = pick(random, COLUMNS)
    const nulls = 'abc'.includes(column) ? pick(random, ['', '.nullsFirst', '.nullsLast']) : ''
    return `${pick(random, ['', '-'])}${column}${nulls}`
  })
}

const numberOf = (page: Page): number[] => page.rows.map(({ number }) => number as number)

async function run(input: object, of: ListQuery = query): Promise<Page> {
  return runList(own.database.pool, rows, of.readObject(input, KEY))
}

/** What the order means, said once more. PostgreSQL takes NaN for the largest number. */
function compare(sort: readonly string[]): (x: Row, y: Row) => number {
  const terms = sort.map((name) => {
    const [, minus, key, nulls] = /^(-?)(\w+)(?:\.(\w+))?$/.exec(name) as unknown as [string, string, keyof Row, string]
    return {
      sign: minus === '-' ? -1 : 1,
      key,
      nullsFirst: nulls === undefined ? minus === '-' : nulls === 'nullsFirst',
    }
  })
  const sign = terms.at(-1)?.sign ?? 1
  const all = [...terms, ...(['part', 'number'] as const).map((key) => ({ sign, key, nullsFirst: false }))]
  return (x, y) => {
    for (const { key, sign: direction, nullsFirst } of all) {
      const [left, right] = [x[key], y[key]]
      if (Object.is(left, right) || left === right) continue
      if (left === null || right === null) return (left === null) === nullsFirst ? -1 : 1
      if (Number.isNaN(left)) return direction
      if (Number.isNaN(right)) return -direction
      return left < right ? -direction : direction
    }
    return 0
  }
}

test('walking forward and then back gives every row once, in order, whatever the sort and the pages', async () => {
  const random = randomFrom(20261)
  await own.database.pool.query('delete from rows')
  await insert(random, 60)
  for (let round = 0; round < 60; round += 1) {
    const sort = randomSort(random)
    const whole = await run({ ...(sort.length > 0 && { sort }), limit: 1000 })
    expect(whole.rows, sort.join()).toEqual((whole.rows as Row[]).toSorted(compare(sort)))
    const limit = 1 + random(25)
    const input = { ...(sort.length > 0 && { sort }), limit }
    const forward: Page[] = [await run(input)]
    for (let at = forward[0]; at?.next !== undefined; at = forward.at(-1))
      forward.push(await run({ ...input, cursor: at.next }))
    expect(forward.flatMap(numberOf), sort.join()).toEqual(numberOf(whole))
    expect(forward[0]?.previous).toBeUndefined()
    const back: Page[] = [forward.at(-1) as Page]
    for (let at = back[0]; at?.previous !== undefined; at = back[0])
      back.unshift(await run({ ...input, cursor: at.previous }))
    expect(back.flatMap(numberOf), sort.join()).toEqual(numberOf(whole))
  }
})

test('rows that stay are given exactly once while others are inserted and deleted between pages', async () => {
  const random = randomFrom(20262)
  for (let round = 0; round < 12; round += 1) {
    await own.database.pool.query('delete from rows')
    await insert(random, 40)
    const sort = randomSort(random)
    const input = { ...(sort.length > 0 && { sort }), limit: 1 + random(9) }
    const before = new Set(numberOf(await run({ limit: 1000 })))
    const given: number[] = []
    let page = await run(input)
    for (let pages = 1; ; pages += 1) {
      given.push(...numberOf(page))
      // Not for ever, since new rows may lie ahead.
      if (pages < 12) await disturb(random, before, given)
      if (page.next === undefined) break
      page = await run({ ...input, cursor: page.next })
    }
    expect(new Set(given).size).toBe(given.length)
    expect(given, sort.join()).toEqual(expect.arrayContaining([...before]))
  }
})

/** Inserts rows, and deletes one that is still ahead or has passed, and the one that the cursor was made of. */
async function disturb(random: Random, kept: Set<number>, given: readonly number[]): Promise<void> {
  await insert(random, 2)
  const doomed = [pick(random, [...kept]), given.at(-1) as number]
  await own.database.pool.query('delete from rows where number = any($1)', [doomed])
  for (const number of doomed) kept.delete(number)
}

test('a page before a page is the page it came from, with new rows at the end', async () => {
  const random = randomFrom(20263)
  await own.database.pool.query('delete from rows')
  await insert(random, 10)
  const first = await run({ sort: ['number'], limit: 4 })
  const second = await run({ sort: ['number'], limit: 4, cursor: first.next })
  await insert(random, 3)
  const again = await run({ sort: ['number'], limit: 4, cursor: second.previous })
  expect(numberOf(again)).toEqual(numberOf(first))
  expect(again.previous).toBeUndefined()
  expect(again.next).toBe(first.next)
})

test('offsets skip rows, as far as the limit', async () => {
  const all = numberOf(await run({ sort: ['a'], limit: 1000 }))
  const read = (url: string) => runList(own.database.pool, rows, readUrl(offsets, url))
  expect(numberOf(await read('sort=a&offset=3&limit=5'))).toEqual(all.slice(3, 8))
  expect((await read('sort=a&offset=3&limit=5')).next).toBeUndefined()
  expect(() => readUrl(offsets, 'offset=10001')).toThrow(expect.objectContaining({ code: 'validation_failed' }))
  expect(() => readUrl(offsets, 'cursor=x')).toThrow(expect.objectContaining({ code: 'query_invalid' }))
  expect(() => readUrl(query, 'offset=1')).toThrow(expect.objectContaining({ code: 'query_invalid' }))
})

test('a limit beyond the largest is taken as the largest, and one that is no number of rows is refused', () => {
  const usual = listQuery(modelOf(rows), {}, { name: 'rows' })
  expect(readUrl(usual, '').limit).toBe(20)
  expect(readUrl(usual, 'limit=1').limit).toBe(1)
  for (const limit of ['101', '1000000000']) expect(readUrl(usual, `limit=${limit}`).limit).toBe(100)
  for (const limit of ['0', '-1', '1.5', 'all', '', '99999999999999999999'])
    expect(() => readUrl(usual, `limit=${limit}`), limit).toThrow(
      expect.objectContaining({ code: 'validation_failed' }),
    )
  expect(usual.readObject({ limit: 5000 }, KEY).limit).toBe(100)
})

test('a page is read from where the cursor is in an index, for one direction and for several', async () => {
  await own.database.pool.query('create index rows_d_at on rows (d, at, part, number)')
  await own.database.pool.query('create index rows_d_at_mixed on rows (d, at desc, part desc, number desc)')
  const plan = async (sort: readonly string[]): Promise<string> => {
    const { next } = await run({ sort, limit: 2 })
    const request = query.readObject({ sort, limit: 2, cursor: next as string }, KEY)
    const { sql: text, params } = statementOf(request, rows)
    const client = await own.database.pool.connect()
    try {
      await client.query('set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off')
      const explained = await client.query<{ 'QUERY PLAN': string }>(
        `explain ${text}`,
        fillPlaceholders(params, request.values),
      )
      return explained.rows.map((row) => row['QUERY PLAN']).join('\n')
    } finally {
      client.release(true)
    }
  }
  for (const sort of [
    ['d', 'at'],
    ['-d', '-at'],
  ])
    expect(await plan(sort), sort.join()).toMatch(/Index Cond: \(ROW\(d, at, part, number\) [<>] ROW\(/)
  expect(await plan(['d', '-at'])).toMatch(/Index Cond: \(d >= \d\)/)
  expect(await plan(['-d', 'at'])).toMatch(/Index Cond: \(d <= \d\)/)
})
