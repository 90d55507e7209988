import { boolean, integer, jsonb, pgEnum, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { expectTypeOf, test } from 'vitest'
import { anyone } from '../../core/access/index.ts'
import type { CursorKey } from './cursor.ts'
import type { ListInput, ListQueryInput } from './list-input.ts'
import type { AnyListOptions, ListOptions } from './list-options.ts'
import type { ListQuery } from './list-query.ts'

const status = pgEnum('status', ['open', 'closed'])
const tasks = pgTable('tasks', {
  id: uuid().primaryKey(),
  title: text().notNull(),
  notes: text(),
  done: boolean().notNull(),
  status: status().notNull(),
  dueAt: timestamp(),
  count: integer().notNull(),
  tags: text().array().notNull(),
  meta: jsonb(),
  secret: text().notNull(),
})
type Tasks = typeof tasks

declare function options<const O extends ListOptions<Tasks, 'secret'>>(given: O): O

test('options name columns that are not private, and operators that make sense for them', () => {
  options({ filter: ['done', 'dueAt', 'owner.name'], sort: ['title'], defaultSort: ['-dueAt.nullsLast', 'id'] })
  options({ filter: { dueAt: ['gte', 'isNull'], tags: ['has'], meta: ['containsJson'], 'owner.id': ['eq'] } })
  options({ search: { columns: ['title'], weights: { title: 'A' } }, count: ['exact'] })
  // @ts-expect-error private
  options({ filter: ['secret'] })
  // @ts-expect-error private
  options({ sort: ['secret'] })
  // @ts-expect-error private
  options({ search: ['secret'] })
  // @ts-expect-error no such column
  options({ filter: ['titel'] })
  // @ts-expect-error not text
  options({ filter: { done: ['contains'] } })
  // @ts-expect-error never null
  options({ filter: { title: ['isNull'] } })
  // @ts-expect-error never null
  options({ defaultSort: ['title.nullsFirst'] })
  // @ts-expect-error not a way of counting
  options({ count: ['all'] })
})

test('options of any table are options', () => {
  const some = options({ filter: { dueAt: ['gte'] }, sort: ['title'], search: ['title'] })
  expectTypeOf(some).toExtend<AnyListOptions>()
  expectTypeOf<ListOptions<Tasks, 'secret'>>().toExtend<AnyListOptions>()
})

test('the parameters are those that are declared, typed by their columns', () => {
  const given = options({
    filter: {
      dueAt: ['gte', 'isNull'],
      status: ['eq', 'in'],
      tags: ['has'],
      meta: ['containsJson'],
      count: ['eq'],
      'owner.id': ['in'],
    },
    sort: ['title', 'dueAt'],
    search: ['title'],
    include: { owner: { access: anyone, fields: ['id'] }, tags: { access: anyone, fields: ['id'], limit: 3 } },
    count: ['exact'],
  })
  type Input = ListQueryInput<Tasks, typeof given, 'secret'>
  expectTypeOf<{ [K in keyof Input]: Input[K] }>().toEqualTypeOf<{
    readonly 'dueAt[gte]'?: Date
    readonly 'dueAt[isNull]'?: boolean
    readonly status?: 'open' | 'closed'
    readonly 'status[in]'?: readonly ('open' | 'closed')[]
    readonly 'tags[has]'?: string[]
    readonly 'meta[containsJson]'?: string
    readonly 'count[eq]'?: number
    readonly 'owner.id[in]'?: readonly (string | number | boolean | bigint | Date)[]
    readonly limit?: number
    readonly cursor?: string
    readonly sort?: readonly (
      | 'title'
      | '-title'
      | 'dueAt'
      | '-dueAt'
      | 'dueAt.nullsFirst'
      | 'dueAt.nullsLast'
      | '-dueAt.nullsFirst'
      | '-dueAt.nullsLast'
      | 'relevance'
    )[]
    readonly search?: string
    readonly fields?: readonly ('id' | 'title' | 'notes' | 'done' | 'status' | 'dueAt' | 'count' | 'tags' | 'meta')[]
    readonly include?: readonly ('owner' | 'tags')[]
    readonly count?: 'exact' | 'none'
  }>()
})

test('a list of columns has all operators that make sense', () => {
  const given = options({ filter: ['notes', 'done'], select: false, page: 'offset' })
  type Input = ListQueryInput<Tasks, typeof given>
  expectTypeOf<keyof Input>().toEqualTypeOf<
    | 'notes'
    | 'notes[ne]'
    | 'notes[in]'
    | 'notes[lt]'
    | 'notes[lte]'
    | 'notes[gt]'
    | 'notes[gte]'
    | 'notes[contains]'
    | 'notes[startsWith]'
    | 'notes[isNull]'
    | 'done'
    | 'done[ne]'
    | 'limit'
    | 'offset'
  >()
})

test('without options there are pages and fields', () => {
  expectTypeOf<keyof ListQueryInput<Tasks, {}>>().toEqualTypeOf<'limit' | 'cursor' | 'fields'>()
})

test('in code the same is an object', () => {
  type Input = ListInput<Tasks, 'secret'>
  const input: Input = {
    filter: { done: true, dueAt: { gte: new Date(), isNull: false }, notes: null, tags: { has: ['a'] }, 'owner.id': 1 },
    sort: ['-dueAt', 'relevance'],
    fields: ['id'],
  }
  expectTypeOf(input).toExtend<Parameters<ListQuery['readObject']>[0]>()
  // @ts-expect-error private
  const hidden: Input = { filter: { secret: 'x' } }
  // @ts-expect-error never null
  const never: Input = { filter: { title: null } }
  // @ts-expect-error not a number
  const text: Input = { filter: { count: { gte: 'x' } } }
  // @ts-expect-error no such operator of the column
  const operator: Input = { filter: { done: { contains: 'x' } } }
  // @ts-expect-error an array is asked for by what it has
  const list: Input = { filter: { tags: ['a'] } }
  expectTypeOf([hidden, never, text, operator, list]).toBeArray()
  expectTypeOf<CursorKey>().toEqualTypeOf<Uint8Array>()
})
