import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileSerializer } from '../../schema/index.ts'
import { database } from '../database.ts'
import { createPool } from '../pool.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import type { WireObject } from './columns.ts'
import { interpretRow } from './json-row-closures.ts'
import { compileJson, type JsonRange } from './json-rows.ts'
import { JsonSink } from './json-sink.ts'
import { UnwritableValue } from './json-values.ts'
import { compileObjects } from './objects.ts'
import { poolRunner, type PoolRunner } from './pool-runner.ts'
import { RowCursor } from './row-cursor.ts'
import type { RowSet } from './row-set.ts'
import { COLUMNS, ROW_SCHEMA, seeded, SHAPE } from './wire-shapes.fixture.ts'

const ROWS = 2000

let own: TestDatabase<Record<string, never>>
let pool: Pool
let runner: PoolRunner

beforeAll(async () => {
  own = await createTestDatabase(database())
  pool = createPool(own.url, {})
  runner = poolRunner(pool)
  const random = seeded(7)
  const columns = COLUMNS.map(({ type }, index) => `c${index} ${type}`)
  await pool.query(`CREATE TABLE random_rows (number int, ${columns.join(', ')})`)
  const values = Array.from({ length: ROWS }, (_, number) => [
    number,
    ...COLUMNS.map((column) => (random() < 0.1 ? null : column.random(random))),
  ])
  const places = ['number', ...COLUMNS.map((_, index) => `c${index}`)].map((_, index) => `$${index + 1}`).join(', ')
  await Promise.all(
    values.map((row) =>
      pool.query({ text: `INSERT INTO random_rows VALUES (${places})`, values: row, name: 'insert' }),
    ),
  )
})
afterAll(async () => {
  await runner.end()
  await pool.end()
  await own.drop()
})

/** `form`: how uuids and times come. A statement's first run brings text, for it is then that the server tells its columns. */
async function select(sql: string, form: Form = 'text'): Promise<RowSet> {
  const statement = { text: sql, name: form === 'text' ? undefined : sql }
  if (form === 'binary') await runner.run(statement, [])
  return runner.run(statement, [])
}

type Form = 'text' | 'binary'

function randomRows(form: Form): Promise<RowSet> {
  return select(`SELECT ${COLUMNS.map((_, index) => `c${index}`).join(', ')} FROM random_rows ORDER BY number`, form)
}

function json(shape: WireObject, rows: RowSet, range?: JsonRange): string {
  // A small sink has to grow in the middle of a row.
  const sink = new JsonSink(1)
  sink.byte(0x5b)
  compileJson(shape)(rows, sink, range)
  sink.byte(0x5d)
  return sink.toText()
}

function objects(shape: WireObject, rows: RowSet): Record<string, unknown>[] {
  const read = compileObjects(shape)
  return Array.from({ length: rows.length }, (_, row) => read(rows, row))
}

describe.each<Form>(['text', 'binary'])(
  'rows with uuids and times as %s become the JSON their objects would',
  (form) => {
    test('of JSON.stringify, byte for byte, whatever is in them', async () => {
      const rows = await randomRows(form)
      expect(rows.length).toBe(ROWS)
      expect(json(SHAPE, rows)).toBe(JSON.stringify(objects(SHAPE, rows)))
    })

    test('of the response serializer, byte for byte', async () => {
      const rows = await randomRows(form)
      const serialize = compileSerializer(ROW_SCHEMA.array())
      expect(json(SHAPE, rows)).toBe(serialize(objects(SHAPE, rows)))
    })

    test('with generated code as without', async () => {
      const rows = await randomRows(form)
      const sink = new JsonSink(1)
      const cursor = new RowCursor(rows, sink, () => undefined)
      const write = interpretRow(SHAPE, rows.binary)
      for (let row = 0; row < rows.length; row += 1) {
        cursor.moveTo(row)
        if (row > 0) sink.byte(0x2c)
        write(cursor)
      }
      expect(json(SHAPE, rows)).toBe(`[${sink.toText()}]`)
    })

    test('from one row to another, backwards too, on lines too', async () => {
      const rows = await randomRows(form)
      const all = objects(SHAPE, rows)
      expect(json(SHAPE, rows, { from: 3, to: 700 })).toBe(JSON.stringify(all.slice(3, 700)))
      expect(json(SHAPE, rows, { from: 1, to: 1200, reverse: true })).toBe(
        JSON.stringify(all.slice(1, 1200).toReversed()),
      )
      expect(json(SHAPE, rows, { from: 5, to: 5 })).toBe('[]')
      expect(json(SHAPE, rows, { to: 20, separator: '\n' }).slice(1, -1).split('\n')).toEqual(
        all.slice(0, 20).map((each) => JSON.stringify(each)),
      )
    })
  },
)

test('rows are the same in both forms', async () => {
  const [asText, asBinary] = [await randomRows('text'), await randomRows('binary')]
  expect([asText.binary, asBinary.binary?.types.filter(Boolean)]).toEqual([
    undefined,
    COLUMNS.map(({ type }) => type).filter((type) => /^(uuid|timestamp|timestamptz)$/.test(type)),
  ])
  const texts = (rows: RowSet): unknown[] => Array.from({ length: rows.length }, (_, row) => rows.texts(row))
  expect(texts(asBinary)).toEqual(texts(asText))
  for (const column of COLUMNS.keys()) expect(asBinary.text(7, column)).toBe(asText.text(7, column))
  expect(json(SHAPE, asBinary)).toBe(json(SHAPE, asText))
})

describe('the shape of an object', () => {
  const person: WireObject = {
    fields: [
      { key: 'name', kind: 'string', index: 2 },
      { key: 'id', kind: 'number', index: 1 },
    ],
  }
  const shape: WireObject = {
    fields: [
      { key: 'tags', slot: 4 },
      { key: 'owner', object: person, presentIf: 1 },
      { key: 'id', kind: 'number', index: 0 },
      { key: 'nothing', object: { fields: [] }, presentIf: 0 },
    ],
  }
  const SQL = `SELECT * FROM (VALUES (1, 7, 'Ada'), (2, NULL, NULL)) AS v(a, b, c)`

  test('nests what was joined, null where it is missing, and takes what others supply', async () => {
    const rows = await select(SQL)
    const slots: JsonRange['slots'] = (slot, row, sink) => sink.text(`["${slot} of ${row}"]`)
    expect(json(shape, rows, { slots })).toBe(
      '[{"tags":["4 of 0"],"owner":{"name":"Ada","id":7},"id":1,"nothing":{}},{"tags":["4 of 1"],"owner":null,"id":2,"nothing":{}}]',
    )
    const read = compileObjects(shape)
    expect(read(rows, 0, (slot, row) => [`${slot} of ${row}`])).toEqual({
      tags: ['4 of 0'],
      owner: { name: 'Ada', id: 7 },
      id: 1,
      nothing: {},
    })
    expect(read(rows, 1)).toMatchObject({ owner: null, id: 2 })
  })

  test('that has a slot nothing is supplied for is a mistake', async () => {
    const rows = await select(SQL)
    expect(() => json(shape, rows)).toThrow('slot 4')
  })

  test('of no rows is nothing', async () => {
    expect(json(shape, await select(`${SQL} WHERE false`))).toBe('[]')
  })
})

describe('values of which JSON has a form of its own, or none', () => {
  const one = (kind: 'number' | 'json' | 'bytes'): WireObject => ({ fields: [{ key: 'v', kind, index: 0 }] })

  test.each(['NaN', 'Infinity', '-Infinity'])('%s is an error, and not null', async (value) => {
    const rows = await select(`SELECT '${value}'::float8`)
    expect(() => json(one('number'), rows)).toThrow(UnwritableValue)
  })

  test.each(['infinity', '0044-03-15 12:00:00+00 BC', '12026-01-02 03:04:05+00'])(
    'the time %s is an error where it is to be a Date',
    async (value) => {
      const shape: WireObject = { fields: [{ key: 'v', kind: 'instant', index: 0 }] }
      for (const form of ['text', 'binary'] as const) {
        const rows = await select(`SELECT '${value}'::timestamptz`, form)
        expect(() => json(shape, rows)).toThrow(UnwritableValue)
      }
    },
  )

  test('jsonb stays as the server sent it', async () => {
    const rows = await select(`SELECT '{"a": [1.50, "x\\"\\n漢"], "b": 12345678901234567000}'::jsonb`)
    expect(json(one('json'), rows)).toBe(`[{"v":${rows.text(0, 0)}}]`)
    expect(compileObjects(one('json'))(rows, 0)).toEqual({ v: { a: [1.5, 'x"\n漢'], b: 12345678901234567000 } })
  })

  test('json stays on one line', async () => {
    const rows = await select(`SELECT E'{\\n\\t"a":\\r\\n1 }'::json`)
    expect(json(one('json'), rows)).toBe('[{"v":{  "a":  1 }}]')
  })

  test('bytes are base64', async () => {
    const rows = await select(String.raw`SELECT '\x00ff10'::bytea`)
    expect(json(one('bytes'), rows)).toBe('[{"v":"AP8Q"}]')
    expect(compileObjects(one('bytes'))(rows, 0)).toEqual({ v: new Uint8Array([0, 255, 16]) })
  })
})
