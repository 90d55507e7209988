import { sql } from 'drizzle-orm'
import { bigint, bigserial, integer, jsonb, pgTable, text, timestamp, uuid, varchar } from 'drizzle-orm/pg-core'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { InputOf, OutputOf } from '../../core/schema.ts'
import type { Wire, WireInput } from '../../schema/index.ts'
import { tableSchemas } from './table-schemas.ts'
import type { ChangesOf, NewRowOf, RowOf } from './table-types.ts'

const tasks = pgTable('tasks', {
  id: uuid().primaryKey().defaultRandom(),
  number: integer().generatedAlwaysAsIdentity(),
  title: varchar({ length: 200 }).notNull(),
  state: text({ enum: ['open', 'done'] })
    .notNull()
    .default('open'),
  notes: text(),
  secret: text().notNull(),
  size: bigint({ mode: 'bigint' }).notNull(),
  dueAt: timestamp({ withTimezone: true, mode: 'date' }),
  labels: text().array().notNull().default([]),
  data: jsonb(),
  settings: jsonb().$type<{ theme: string }>().notNull(),
  upper: text().generatedAlwaysAs(sql`upper(title)`),
  at: timestamp({ mode: 'string' })
    .notNull()
    .$onUpdateFn(() => ''),
  serial: bigserial({ mode: 'bigint' }),
})

const { row, create, update, replace } = tableSchemas(tasks, {
  name: 'Task',
  private: ['secret'],
  readOnly: ['at', 'serial'],
  writeOnce: ['size'],
  refine: { title: (schema) => schema.min(1), data: z.object({ color: z.string().default('red') }) },
})

test('a row has all but the private columns', () => {
  expectTypeOf<OutputOf<typeof row>>().toEqualTypeOf<{
    id: string
    number: number
    title: string
    state: 'open' | 'done'
    notes: string | null
    size: bigint
    dueAt: Date | null
    labels: string[]
    data: { color: string } | null
    settings: { theme: string }
    upper: string | null
    at: string
    serial: bigint
  }>()
  expectTypeOf<Wire<OutputOf<typeof row>>['dueAt']>().toEqualTypeOf<string | null>()
  expectTypeOf<Wire<OutputOf<typeof row>>['size']>().toEqualTypeOf<string>()
})

test('a new row needs what has no default and may not be null', () => {
  type New = OutputOf<typeof create>
  expectTypeOf<New>().toEqualTypeOf<{
    id?: string | undefined
    title: string
    state?: 'open' | 'done' | undefined
    notes?: string | null | undefined
    secret: string
    size: bigint
    dueAt?: Date | null | undefined
    labels?: string[] | undefined
    data?: { color: string } | null | undefined
    settings: { theme: string }
  }>()
  expectTypeOf<WireInput<InputOf<typeof create>>['size']>().toEqualTypeOf<string>()
  expectTypeOf<InputOf<typeof create>['data']>().toEqualTypeOf<{ color?: string | undefined } | null | undefined>()
  expectTypeOf<New>().toExtend<typeof tasks.$inferInsert extends infer I ? Omit<I, 'at'> : never>()
})

test('a field whose refinement has a default may be absent', () => {
  const { create: New, update: Changes } = tableSchemas(tasks, { refine: { title: z.string().default('x') } })
  expectTypeOf<InputOf<typeof New>['title']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Pick<InputOf<typeof New>, 'title'>>().toEqualTypeOf<{ title?: string | undefined }>()
  expectTypeOf<OutputOf<typeof New>['title']>().toEqualTypeOf<string>()
  expectTypeOf<OutputOf<typeof Changes>['title']>().toEqualTypeOf<string | undefined>()
})

test('changes need nothing, and leave out what is read-only, written once, generated or the key', () => {
  expectTypeOf<OutputOf<typeof update>>().toEqualTypeOf<{
    title?: string | undefined
    state?: 'open' | 'done' | undefined
    notes?: string | null | undefined
    secret?: string | undefined
    dueAt?: Date | null | undefined
    labels?: string[] | undefined
    data?: { color: string } | null | undefined
    settings?: { theme: string } | undefined
  }>()
  expectTypeOf<keyof OutputOf<typeof replace>>().toEqualTypeOf<keyof OutputOf<typeof update>>()
  expectTypeOf<OutputOf<typeof replace>['title']>().toEqualTypeOf<string>()
})

test('the rows have types of their own', () => {
  expectTypeOf<RowOf<typeof tasks>>().toEqualTypeOf<typeof tasks.$inferSelect>()
  expectTypeOf<keyof RowOf<typeof tasks, 'secret'>>().toEqualTypeOf<keyof OutputOf<typeof row>>()
  type Refine = { title: z.ZodString; data: z.ZodObject<{ color: z.ZodDefault<z.ZodString> }> }
  expectTypeOf<RowOf<typeof tasks, 'secret', Refine>>().toEqualTypeOf<OutputOf<typeof row>>()
  expectTypeOf<NewRowOf<typeof tasks, 'at' | 'serial', Refine>>().toEqualTypeOf<OutputOf<typeof create>>()
  expectTypeOf<ChangesOf<typeof tasks, 'at' | 'serial' | 'size', Refine>>().toEqualTypeOf<OutputOf<typeof update>>()
})

test('the schemas are objects that can be taken apart and grown', () => {
  const Summary = row.pick({ id: true, title: true }).extend({ comments: z.int() })
  expectTypeOf<OutputOf<typeof Summary>>().toEqualTypeOf<{ id: string; title: string; comments: number }>()
})

test('a column that is not there, or a schema that gives what it cannot hold, is a type error', () => {
  // @ts-expect-error no such column
  tableSchemas(tasks, { private: ['sekret'] })
  // @ts-expect-error no such column
  tableSchemas(tasks, { readOnly: ['sekret'] })
  // @ts-expect-error no such column
  tableSchemas(tasks, { writeOnce: ['sekret'] })
  // @ts-expect-error no such column
  tableSchemas(tasks, { refine: { sekret: z.string() } })
  // @ts-expect-error a text column holds no numbers
  tableSchemas(tasks, { refine: { title: z.int() } })
  // @ts-expect-error no such option
  tableSchemas(tasks, { hidden: ['secret'] })
})
