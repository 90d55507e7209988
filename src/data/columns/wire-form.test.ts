import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Issue } from '../../core/errors/issue.ts'
import { compileInput, compileSerializer } from '../../schema/index.ts'
import { valueWriter } from '../wire/json-values.ts'
import { JsonSink } from '../wire/json-sink.ts'
import { columnKind } from './column-kind.ts'
import { everything } from './every-column.fixture.ts'
import { everyColumn, storeRandomRows, type Stored } from './every-table.fixture.ts'
import { tableSchemas } from './table-schemas.ts'

const XY = z.object({ x: z.number(), y: z.number() })
const { row, create } = tableSchemas(everything, {
  refine: {
    cents: z.int(),
    place: XY,
    circle: XY.extend({ radius: z.number() }),
    words: z.array(z.string()),
    moment: z.iso.datetime({ offset: true }),
  },
})
const keys = everyColumn.map(([key]) => key)

let stored: Stored
/** What each row is sent as. */
let sent: Record<string, unknown>[]

beforeAll(async () => {
  stored = await storeRandomRows(100)
  const write = compileSerializer(row)
  sent = stored.rows.map((each) => JSON.parse(write(each)) as Record<string, unknown>)
}, 60_000)

/** As the JSON writer of the data layer writes it, from PostgreSQL's text. */
function written(index: number): unknown[] | undefined {
  const { wire } = columnKind(everyColumn[index]![1])
  if (wire === undefined) return undefined
  const write = valueWriter(wire)
  return stored.texts.map((texts) => {
    const text = texts[index]
    if (text === null || text === undefined) return null
    const sink = new JsonSink()
    const bytes = Buffer.from(text)
    write(sink, bytes, 0, bytes.length)
    return JSON.parse(sink.toBuffer().toString())
  })
}

test('what cannot be written from its text alone is known', () => {
  const decoded = keys.filter((_, index) => columnKind(everyColumn[index]![1]).wire === undefined)
  expect(decoded).toEqual(['point', 'pointXY', 'line', 'lineABC', 'cents', 'place', 'circle', 'words', 'points'])
})

describe('written from its text, a column is what the schema of the row makes of its value', () => {
  test.each(keys)('%s', (key) => {
    const direct = written(keys.indexOf(key))
    if (direct !== undefined) expect(direct).toEqual(sent.map((each) => each[key]))
  })
})

describe('what was read can be written', () => {
  const writable = Object.keys(create.shape)

  test.each(writable)('%s', (key) => {
    const field = create.shape[key as keyof typeof create.shape]
    const read = compileInput(z.object({ it: field }), { source: 'json', in: 'body' })
    const back = sent.map((each) => {
      const issues: Issue[] = []
      const value = read({ it: each[key] }, issues) as { it: unknown } | undefined
      expect(issues).toEqual([])
      return value?.it
    })
    const values = stored.rows.map((each) => each[key as keyof typeof each])
    expect(back.map(plain)).toEqual(values.map(plain))
  })
})

/** Bytes are bytes, as a `Buffer` or not. */
function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? [...value] : value
}
