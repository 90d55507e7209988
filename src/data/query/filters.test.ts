import { fillPlaceholders } from 'drizzle-orm'
import {
  bigint,
  boolean,
  date,
  integer,
  numeric,
  PgDialect,
  pgEnum,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { database } from '../database.ts'
import { modelOf } from '../model/model.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { countStatement, readCount } from './count.ts'
import { listQuery } from './list-query.ts'
import { KEY, runList } from './list.fixture.ts'
import { operatorsOf, type Operator } from './operators.ts'
import { pick, randomFrom, type Random } from './random.fixture.ts'

const status = pgEnum('state', ['open', 'late', 'closed'])
const things = pgTable('things', {
  id: integer().primaryKey(),
  title: text(),
  done: boolean(),
  state: status(),
  at: timestamp({ withTimezone: true }),
  day: date(),
  price: numeric({ precision: 10, scale: 2, mode: 'number' }),
  big: bigint({ mode: 'bigint' }),
  code: uuid(),
  tags: text().array(),
})
const model = modelOf(things)
const query = listQuery(model, { limit: { max: 1000 } }, { name: 'things' })

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  title: ['', 'a', 'A', 'ab', '%', '_', '\\', 'a%b', 'a\\b', 'É', 'é', '"', ',', '{}', 'NULL', 'null', ' '],
  done: [true, false],
  state: ['open', 'late', 'closed'],
  at: ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z', '1969-12-31T23:59:59.999Z'].map(
    (text) => new Date(text),
  ),
  day: ['2026-01-01', '2026-12-31', '1900-02-28'],
  price: [0, -1.5, 10, 9.99, 100],
  big: [0n, -1n, 9007199254740993n, 9223372036854775807n],
  code: [
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '01890000-0000-7000-8000-000000000000',
  ],
  tags: [[], ['a'], ['a', 'b'], ['a,b'], ['{"x"}'], ['NULL'], ['\\', '"'], ['']],
}
type Row = Readonly<Record<string, unknown>>

let own: TestDatabase<Record<string, never>>
const rows: Row[] = []

beforeAll(async () => {
  own = await createTestDatabase(database())
  await own.database.start()
  await own.database.pool.query(
    `create type state as enum ('open', 'late', 'closed');
     create table things (id int primary key, title text collate "C", done bool, state state, at timestamptz, day date, price numeric(10, 2), big int8,
       code uuid, tags text[])`,
  )
  const random = randomFrom(7)
  for (let id = 1; id <= 80; id += 1) {
    const values = Object.values(VALUES).map((list) => (random(5) === 0 ? null : pick(random, list)))
    await own.database.pool.query('insert into things values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
      id,
      ...values,
    ])
    rows.push({ id, ...Object.fromEntries(Object.keys(VALUES).map((key, index) => [key, values[index]])) })
  }
})
afterAll(() => own.drop())

const comparable = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value)
const lower = (value: unknown): string => (value as string).replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

/** What each operator means, said in JavaScript. A row without a value has none of it, and is not equal to any. */
const MEANING: Readonly<Record<Operator, (value: unknown, operand: unknown) => boolean>> = {
  eq: (value, operand) => comparable(value) === comparable(operand),
  ne: (value, operand) => comparable(value) !== comparable(operand),
  lt: (value, operand) => value !== null && (comparable(value) as number) < (comparable(operand) as number),
  lte: (value, operand) => value !== null && (comparable(value) as number) <= (comparable(operand) as number),
  gt: (value, operand) => value !== null && (comparable(value) as number) > (comparable(operand) as number),
  gte: (value, operand) => value !== null && (comparable(value) as number) >= (comparable(operand) as number),
  in: (value, operand) => (operand as unknown[]).map(comparable).includes(comparable(value)),
  contains: (value, operand) => value !== null && lower(value).includes(lower(operand)),
  startsWith: (value, operand) => value !== null && lower(value).startsWith(lower(operand)),
  has: (value, operand) =>
    value !== null && (operand as unknown[]).every((item) => (value as unknown[]).includes(item)),
  containsJson: () => false,
  isNull: (value, operand) => (value === null) === operand,
}

function operandFor(random: Random, key: string, operator: Operator): unknown {
  const values = VALUES[key] as readonly unknown[]
  switch (operator) {
    case 'isNull':
      return random(2) === 0
    case 'in':
      return Array.from({ length: random(4) }, () => pick(random, values))
    default:
      return pick(random, values)
  }
}

test('filters give the rows that the same conditions in JavaScript give', async () => {
  const random = randomFrom(11)
  const used = new Set<string>()
  for (let round = 0; round < 400; round += 1) {
    const asked = Array.from({ length: 1 + random(2) }, () => {
      const column = pick(
        random,
        model.columns.filter(({ key }) => key !== 'id'),
      )
      const operator = pick(random, operatorsOf(column.column))
      used.add(`${column.key}.${operator}`)
      return { key: column.key, operator, operand: operandFor(random, column.key, operator) }
    })
    const filter: Record<string, Record<string, unknown>> = {}
    for (const { key, operator, operand } of asked) filter[key] = { ...filter[key], [operator]: operand }
    const given = await runList(own.database.pool, things, query.readObject({ filter, limit: 1000 }, KEY))
    const expected = rows.filter((row) =>
      Object.entries(filter).every(([key, operators]) =>
        Object.entries(operators).every(([operator, operand]) => MEANING[operator as Operator](row[key], operand)),
      ),
    )
    const shown = JSON.stringify(filter, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
    expect(
      given.rows.map(({ id }) => id),
      shown,
    ).toEqual(expected.map(({ id }) => id))
  }
  const possible = model.columns.flatMap(({ key, column }) =>
    operatorsOf(column).map((operator) => `${key}.${operator}`),
  )
  expect(possible.filter((each) => !used.has(each) && !each.startsWith('id.'))).toEqual([])
})

test('a bare value is equality, null its absence, and nothing is no filter', async () => {
  const ids = async (filter: object) =>
    (await runList(own.database.pool, things, query.readObject({ filter, limit: 1000 }, KEY))).rows.map(({ id }) => id)
  expect(await ids({ done: true })).toEqual(await ids({ done: { eq: true } }))
  expect(await ids({ at: VALUES['at']?.[0] })).toEqual(await ids({ at: { eq: VALUES['at']?.[0] } }))
  expect(await ids({ done: null })).toEqual(await ids({ done: { isNull: true } }))
  expect(await ids({ done: undefined })).toHaveLength(80)
})

test('counts are of the conditions without the page: exactly, or as the planner estimates', async () => {
  const first = query.readObject({ filter: { done: true }, limit: 1 }, KEY)
  const { next } = await runList(own.database.pool, things, first)
  const request = query.readObject({ filter: { done: true }, limit: 1, cursor: next as string }, KEY)
  await own.database.pool.query('analyze things')
  const expected = rows.filter(({ done }) => done === true).length
  const count = async (counting: 'exact' | 'estimated') => {
    const { sql: statement, params } = new PgDialect().sqlToQuery(
      countStatement(counting, things, request.conditions(things)),
    )
    const { rows: answer } = await own.database.pool.query<unknown[]>({
      text: statement,
      values: fillPlaceholders(params, request.values),
      rowMode: 'array',
    })
    return readCount(counting, answer[0]?.[0])
  }
  expect(await count('exact')).toBe(expected)
  expect(await count('estimated')).toBe(expected)
  expect(readCount('estimated', '[{"Plan":{"Plan Rows":7}}]')).toBe(7)
})
