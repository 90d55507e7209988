import { sql } from 'drizzle-orm'
import {
  bigint,
  customType,
  integer,
  interval,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Issue } from '../../core/errors/issue.ts'
import { compileInput, compileSerializer, toJsonSchema } from '../../schema/index.ts'
import { tableSchemas } from './table-schemas.ts'

const tasks = pgTable('tasks', {
  id: uuid().primaryKey().defaultRandom(),
  number: integer().generatedAlwaysAsIdentity(),
  title: varchar({ length: 20 }).notNull(),
  state: text({ enum: ['open', 'done'] })
    .notNull()
    .default('open'),
  notes: text(),
  secret: text().notNull(),
  size: bigint({ mode: 'bigint' }),
  price: numeric({ precision: 6, scale: 2 }),
  dueAt: timestamp({ withTimezone: true, mode: 'string' }),
  data: jsonb().notNull().default({}),
  upper: text().generatedAlwaysAs(sql`upper(title)`),
  changedAt: timestamp({ withTimezone: true, mode: 'string' })
    .notNull()
    .$onUpdateFn(() => ''),
})

const { row, create, update, replace } = tableSchemas(tasks, {
  name: 'Task',
  private: ['secret'],
  readOnly: ['changedAt'],
  writeOnce: ['size'],
  refine: { title: (schema) => schema.min(2), data: z.object({ color: z.string() }) },
})

const fields = (schema: z.ZodObject): string[] => Object.keys(schema.shape)
const required = (schema: z.ZodObject): unknown => toJsonSchema(z.object(schema.shape), { io: 'input' })['required']

function read(schema: z.ZodType, value: unknown): unknown {
  const issues: Issue[] = []
  const result = compileInput(schema, { source: 'json', in: 'body' })(value, issues)
  return issues.length === 0 ? result : issues.map(({ path, code }) => `${path.join('.')}: ${code}`)
}

describe('a row', () => {
  test('has all but the private columns', () => {
    expect(fields(row)).toEqual([
      'id',
      'number',
      'title',
      'state',
      'notes',
      'size',
      'price',
      'dueAt',
      'data',
      'upper',
      'changedAt',
    ])
  })

  test('is documented with formats, limits, enums and null', () => {
    const { properties, required: named } = toJsonSchema(z.object(row.shape), { io: 'output' })
    expect(properties).toEqual({
      id: { type: 'string', format: 'uuid' },
      number: { type: 'integer', format: 'int32' },
      title: { type: 'string', minLength: 2, maxLength: 20 },
      state: { type: 'string', enum: ['open', 'done'] },
      notes: { type: ['string', 'null'] },
      size: { type: ['string', 'null'], pattern: '^-?[0-9]+$' },
      price: { type: ['string', 'null'], format: 'decimal', pattern: '^-?\\d{1,4}(?:\\.\\d{1,2})?$' },
      dueAt: { type: ['string', 'null'], format: 'date-time' },
      data: { type: 'object', properties: { color: { type: 'string' } }, required: ['color'] },
      upper: { type: ['string', 'null'] },
      changedAt: { type: 'string', format: 'date-time' },
    })
    expect(named).toEqual(fields(row))
  })

  test('written before a rule was declared is still sent, and its private columns are not', () => {
    const old = {
      id: '0',
      number: 1,
      title: '',
      state: 'gone',
      notes: null,
      secret: 'x',
      size: 2n ** 60n,
      price: '1.00',
      dueAt: 'infinity',
      data: { size: 3 },
      upper: '',
      changedAt: 'infinity',
    }
    expect(JSON.parse(compileSerializer(row)(old))).toEqual({ ...old, secret: undefined, size: String(2n ** 60n) })
  })
})

test('a refined array is documented, and old ones are sent', () => {
  const lists = pgTable('lists', { tags: text().array().notNull(), ids: uuid().array(), rank: integer().notNull() })
  const { row: List } = tableSchemas(lists, {
    refine: { tags: z.array(z.string().max(5)).max(2), rank: (schema) => schema.min(1) },
  })
  expect(toJsonSchema(List, { io: 'output' })['properties']).toEqual({
    tags: { type: 'array', items: { type: 'string', maxLength: 5 }, maxItems: 2 },
    ids: { type: ['array', 'null'], items: { type: 'string', format: 'uuid' } },
    rank: { type: 'integer', format: 'int32', minimum: 1 },
  })
  const old = { tags: ['too long', 'b', 'c'], ids: [], rank: 0 }
  expect(JSON.parse(compileSerializer(List)(old))).toEqual(old)
})

describe('what creates a row', () => {
  test('needs what has no default and may not be null', () => {
    expect(required(create)).toEqual(['title', 'secret'])
  })

  test('has neither read-only columns, nor generated ones, nor identities', () => {
    expect(fields(create)).toEqual(['id', 'title', 'state', 'notes', 'secret', 'size', 'price', 'dueAt', 'data'])
  })

  test('drops what no column has', () => {
    expect(read(create, { title: 'abc', secret: 's', role: 'admin', number: 7, changedAt: 'x' })).toEqual({
      title: 'abc',
      secret: 's',
    })
  })

  test('is held to the columns and to the refinements', () => {
    const wrong = {
      title: 'a',
      secret: null,
      state: 'gone',
      price: '1.005',
      size: '9223372036854775808',
      data: { color: 1 },
      dueAt: 'soon',
      id: '1',
    }
    expect(read(create, wrong)).toEqual([
      'id: uuid_parsing',
      'title: string_too_short',
      'state: enum',
      'secret: string_type',
      'size: less_than_equal',
      'price: string_pattern_mismatch',
      'dueAt: datetime_parsing',
      'data.color: string_type',
    ])
  })

  test.each([
    ['1 year 2 mons -3 days +04:05:06.7', true],
    ['2 weeks', true],
    ['04:05', true],
    ['P1Y2M3DT4H', true],
    ['PT5M', true],
    ['', false],
    ['soon', false],
    ['P', false],
    ['1 year or so', false],
    ['1 fortnight', false],
  ])('an interval %j is one: %s', (given, taken) => {
    const { create: New } = tableSchemas(pgTable('waits', { wait: interval().notNull() }))
    expect(read(New, { wait: given })).toEqual(taken ? { wait: given } : ['wait: string_pattern_mismatch'])
  })

  test('a refinement made from the column keeps its limit', () => {
    expect(read(create, { title: 'x'.repeat(21), secret: '' })).toEqual(['title: string_too_long'])
  })
})

describe('what changes a row', () => {
  test('needs nothing', () => {
    expect(read(update, {})).toEqual({})
  })

  test('tells absent from null', () => {
    expect(read(update, { notes: null })).toEqual({ notes: null })
    expect(read(update, { title: null, data: null })).toEqual(['title: string_type', 'data: model_attributes_type'])
  })

  test("leaves out a refinement's default, which is for new rows", () => {
    const ranked = pgTable('ranked', { rank: integer().notNull(), label: text() })
    const refine = { rank: z.int32().default(1), label: z.string().trim().prefault(' x ').readonly() }
    const schemas = tableSchemas(ranked, { refine })
    expect(read(schemas.create, {})).toEqual({ rank: 1, label: 'x' })
    expect(read(schemas.update, {})).toEqual({})
    expect(read(schemas.update, { rank: 2, label: ' y ' })).toEqual({ rank: 2, label: 'y' })
    const piped = tableSchemas(ranked, {
      refine: {
        label: z
          .string()
          .default('a')
          .transform((label) => `${label}!`),
      },
    })
    expect(read(piped.update, {})).toEqual({})
    expect(read(piped.update, { label: 'b' })).toEqual({ label: 'b!' })
  })

  test('has neither the key, nor what is written once, nor what is read-only', () => {
    expect(fields(update)).toEqual(['title', 'state', 'notes', 'secret', 'price', 'dueAt', 'data'])
  })

  test('leaves the parts of a composite key alone', () => {
    const lines = pgTable(
      'lines',
      { order: uuid('order_id').notNull(), product: uuid('product_id').notNull(), count: integer() },
      (t) => [primaryKey({ columns: [t.order, t.product] })],
    )
    expect(fields(tableSchemas(lines).update)).toEqual(['count'])
  })
})

test('what replaces a row needs what creates one, and leaves its key alone', () => {
  expect(fields(replace)).toEqual(fields(update))
  expect(required(replace)).toEqual(['title', 'secret'])
})

test('JSON that may not be null is refused as null, and as missing', () => {
  const { create: New } = tableSchemas(pgTable('t', { data: jsonb().notNull(), other: jsonb() }))
  expect(read(New, { data: null })).toEqual(['data: value_error'])
  expect(read(New, {})).toEqual(['data: missing'])
  expect(read(New, { data: [1], other: null })).toEqual({ data: [1], other: null })
})

test('the schemas are components', () => {
  const all = z.object({ row, create, update, replace })
  expect(Object.keys(toJsonSchema(all, { io: 'output' })['$defs'] as object)).toEqual([
    'NewTask',
    'Task',
    'TaskChanges',
    'TaskReplacement',
  ])
})

describe('a column of a custom type', () => {
  const money = customType<{ data: number; driverData: string }>({
    dataType: () => 'numeric',
    fromDriver: Number,
    toDriver: String,
  })
  const accounts = pgTable('accounts', { balance: money().notNull() })

  test('has no schema of its own, and the error says what to write', () => {
    expect(() => tableSchemas(accounts)).toThrow(/"balance" of "accounts".*refine: \{ balance:/)
    expect(() => tableSchemas(accounts, { private: ['balance'], readOnly: ['balance'] })).not.toThrow()
  })

  test('has that of its refinement', () => {
    const { row: Account, create: NewAccount } = tableSchemas(accounts, { refine: { balance: z.number().min(0) } })
    expect(compileSerializer(Account)({ balance: 1.5 })).toBe('{"balance":1.5}')
    expect(read(NewAccount, { balance: -1 })).toEqual(['balance: greater_than_equal'])
  })
})
