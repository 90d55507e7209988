import { getTableColumns } from 'drizzle-orm'
import {
  customType,
  geometry,
  halfvec,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  vector,
  type PgColumnBuilderBase,
} from 'drizzle-orm/pg-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { columnKind } from './column-kind.ts'
import { mood } from './every-column.fixture.ts'
import { everyColumn, storeRandomRows, type Stored } from './every-table.fixture.ts'

const ROWS = 100
let stored: Stored

beforeAll(async () => {
  stored = await storeRandomRows(ROWS)
}, 60_000)

function kindOf(builder: PgColumnBuilderBase): ReturnType<typeof columnKind> {
  return columnKind(getTableColumns(pgTable('t', { it: builder })).it)
}

describe("a column's text becomes what Drizzle gives", () => {
  test.each(everyColumn.map(([key]) => key))('%s', (key) => {
    const index = everyColumn.findIndex(([each]) => each === key)
    const { decode } = columnKind(everyColumn[index]![1])
    const decoded = stored.texts.map((row) => (row[index] === null ? null : decode(row[index]!)))
    expect(decoded).toHaveLength(ROWS)
    expect(decoded).toEqual(stored.rows.map((row) => row[key as keyof typeof row]))
  })
})

describe('where Drizzle errs, the value is the right one', () => {
  test('NULL in an array is null', () => {
    expect(kindOf(numeric().array()).decode('{1.5,NULL,"NULL"}')).toEqual(['1.5', null, 'NULL'])
    expect(kindOf(integer().array().array()).decode('{{1,NULL},{2,3}}')).toEqual([
      [1, null],
      [2, 3],
    ])
  })

  test('a backslash stays in an array of a type pg does not know', () => {
    expect(kindOf(mood().array()).decode('{"a\\\\b"}')).toEqual(['a\\b'])
  })

  test('a JSON text stays a text, whatever it says', () => {
    expect(kindOf(jsonb()).decode('"123"')).toBe('123')
  })

  test('times in an array are ISO 8601', () => {
    const times = kindOf(timestamp({ mode: 'string', withTimezone: true }).array())
    expect(times.decode('{"2026-01-02 03:04:05+00"}')).toEqual(['2026-01-02T03:04:05.000Z'])
  })
})

test('types of extensions become what Drizzle makes of them', () => {
  expect(kindOf(vector({ dimensions: 2 })).decode('[1,2.5]')).toEqual([1, 2.5])
  expect(kindOf(halfvec({ dimensions: 2 })).decode('[1,2.5]')).toEqual([1, 2.5])
  expect(kindOf(geometry()).decode('0101000000000000000000F03F0000000000000040')).toEqual([1, 2])
})

test('only what has an order is compared, only text is searched, only arrays and jsonb contain', () => {
  const named = (test: (kind: ReturnType<typeof columnKind>) => unknown): string[] =>
    everyColumn.filter(([, column]) => test(columnKind(column))).map(([key]) => key)
  expect(named(({ like }) => like)).toEqual(['text', 'choice', 'varchar', 'char'])
  expect(named(({ contains }) => contains === 'json')).toEqual(['jsonb'])
  expect(named(({ contains }) => contains === 'array')).toEqual(
    everyColumn.filter(([, column]) => column.getSQLType().endsWith(']')).map(([key]) => key),
  )
  expect(named(({ ordered, contains }) => !ordered && contains !== 'array')).toEqual([
    'boolean',
    'json',
    'jsonb',
    'point',
    'pointXY',
    'line',
    'lineABC',
    'bit',
    'bytea',
    'place',
    'circle',
    'search',
  ])
  expect(named(({ ordered, sortable }) => sortable && !ordered)).toEqual(['boolean'])
})

describe('a custom type is written from its text only where nothing is made of it', () => {
  const of = (dataType: string, fromDriver?: (value: unknown) => unknown): unknown =>
    kindOf(customType<{ data: unknown }>({ dataType: () => dataType, ...(fromDriver && { fromDriver }) })()).wire

  test.each([
    ['citext', 'string'],
    ['bytea', 'bytes'],
    ['numeric(10, 2)', 'string'],
    ['int4', 'number'],
    ['timestamptz', 'timestamp'],
    ['jsonb', 'json'],
    ['point', undefined],
    ['text[]', undefined],
  ])('%s', (dataType, wire) => {
    expect(of(dataType)).toEqual(wire)
    expect(of(dataType, String)).toBeUndefined()
  })

  test('text can be searched, citext too', () => {
    expect(kindOf(text()).like).toBe(true)
    expect(kindOf(customType<{ data: string }>({ dataType: () => 'citext' })()).like).toBe(true)
  })
})
