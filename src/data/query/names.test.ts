import { boolean, integer, json, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { anyone } from '../../core/access/index.ts'
import { QueryInvalid } from './errors.ts'
import { describeParameters } from '../../schema/index.ts'
import { modelOf } from '../model/model.ts'
import { listQuery } from './list-query.ts'
import { KEY, readUrl } from './list.fixture.ts'

const tasks = pgTable('tasks', {
  id: uuid().primaryKey(),
  title: text().notNull(),
  done: boolean().notNull(),
  dueAt: timestamp('due_at', { withTimezone: true }),
  count: integer().notNull(),
  notes: json().notNull(),
  meta: jsonb().notNull(),
  apiKey: text('api_key').notNull(),
})
const model = modelOf(tasks, { private: ['apiKey'] })
const query = listQuery(
  model,
  {
    filter: { done: ['eq'], dueAt: ['gte', 'lt'], count: ['eq', 'gt'] },
    sort: ['title', 'dueAt'],
    defaultSort: ['-dueAt'],
    search: ['title'],
    include: { owner: { access: anyone, fields: ['id'] }, tags: { access: anyone, fields: ['id'] } },
    count: ['exact'],
  },
  { name: 'tasks' },
)

function problemsOf(search: string): unknown {
  try {
    readUrl(query, search)
  } catch (error) {
    if (error instanceof QueryInvalid) return error.data.problems
    throw error
  }
  throw new Error(`${search} was read.`)
}

const PARAMETERS = [
  'done',
  'dueAt[gte]',
  'dueAt[lt]',
  'count[eq]',
  'count[gt]',
  'limit',
  'cursor',
  'sort',
  'search',
  'fields',
  'include',
  'count',
]
const SORTS = [
  'title',
  '-title',
  'dueAt',
  'dueAt.nullsFirst',
  'dueAt.nullsLast',
  '-dueAt',
  '-dueAt.nullsFirst',
  '-dueAt.nullsLast',
  'relevance',
]
const FIELDS = ['id', 'title', 'done', 'dueAt', 'count', 'notes', 'meta']

describe('names that a list does not have are answered with those it has', () => {
  it.each([
    ['color=red', [{ parameter: 'color', allowed: PARAMETERS }]],
    ['apiKey[startsWith]=a', [{ parameter: 'apiKey[startsWith]', allowed: PARAMETERS }]],
    ['apiKey=a', [{ parameter: 'apiKey', allowed: PARAMETERS }]],
    ['secret.apiKey[startsWith]=a', [{ parameter: 'secret.apiKey[startsWith]', allowed: PARAMETERS }]],
    ['title=a', [{ parameter: 'title', allowed: PARAMETERS }]],
    ['dueAt=x', [{ parameter: 'dueAt', allowed: ['dueAt[gte]', 'dueAt[lt]'] }]],
    ['dueAt[isNull]=true', [{ parameter: 'dueAt[isNull]', allowed: ['dueAt[gte]', 'dueAt[lt]'] }]],
    ['done[ne]=true', [{ parameter: 'done[ne]', allowed: ['done'] }]],
    ['[eq]=true', [{ parameter: '[eq]', allowed: PARAMETERS }]],
    ['__proto__=1', [{ parameter: '__proto__', allowed: PARAMETERS }]],
    ['toString=1', [{ parameter: 'toString', allowed: PARAMETERS }]],
    ['sort=apiKey', [{ parameter: 'sort', value: 'apiKey', allowed: SORTS }]],
    ['sort=-title,done', [{ parameter: 'sort', value: 'done', allowed: SORTS }]],
    ['sort=title.nullsFirst', [{ parameter: 'sort', value: 'title.nullsFirst', allowed: SORTS }]],
    ['sort=__proto__', [{ parameter: 'sort', value: '__proto__', allowed: SORTS }]],
    ['sort=relevance', [{ parameter: 'sort', value: 'relevance', allowed: SORTS.slice(0, -1) }]],
    ['fields=id,apiKey', [{ parameter: 'fields', value: 'apiKey', allowed: FIELDS }]],
    ['include=owner,secrets', [{ parameter: 'include', value: 'secrets', allowed: ['owner', 'tags'] }]],
    ['count=estimated', [{ parameter: 'count', value: 'estimated', allowed: ['none', 'exact'] }]],
  ])('%s', (search, problems) => {
    expect(problemsOf(search)).toEqual(problems)
  })

  it('all of them at once, and names before values', () => {
    expect(problemsOf('sort=a,b&x=1&fields=c&limit=none')).toMatchObject([
      { parameter: 'sort', value: 'a' },
      { parameter: 'sort', value: 'b' },
      { parameter: 'fields', value: 'c' },
      { parameter: 'x' },
    ])
  })

  it('twenty at most, with long names cut', () => {
    const many = Array.from({ length: 50 }, (_, index) => `${'x'.repeat(500)}${index}=1`).join('&')
    const problems = problemsOf(many) as { parameter: string }[]
    expect(problems).toHaveLength(20)
    expect(problems[0]?.parameter).toHaveLength(103)
  })
})

it.each([
  'dueAt[gte]=tomorrow',
  'done=maybe',
  'count[eq]=1.5',
  'done=true&done=false',
  'search=',
  'sort=',
  'sort=title,title,title,title,title,title',
  `search=${'x'.repeat(201)}`,
])('the value in %s is not valid, which is a 422 or a 400', (search) => {
  expect(() => readUrl(query, search)).toThrow(
    expect.objectContaining({ code: search === 'sort=' ? 'query_invalid' : 'validation_failed' }),
  )
})

it('a column with the name of a parameter is filtered by with its operator, and the parameter keeps its name', () => {
  expect(readUrl(query, 'count[eq]=3&count=exact')).toMatchObject({ count: 'exact', values: { 'count[eq]': 3 } })
})

it('everything is documented, with what is allowed', () => {
  const parameters = describeParameters(query.schema, 'query')
  expect(parameters.map(({ name }) => name)).toEqual(PARAMETERS)
  expect(parameters.every(({ required, description }) => !required && description !== undefined)).toBe(true)
  const find = (name: string) => parameters.find((each) => each.name === name)
  expect(find('sort')).toMatchObject({
    commaSeparated: true,
    schema: { items: { enum: SORTS }, maxItems: 5 },
    description: 'What to sort by, the most important first; - is descending. Default: -dueAt, -id.',
  })
  expect(find('limit')).toMatchObject({ schema: { type: 'integer', minimum: 1, default: 20 } })
  expect(find('limit')?.schema).not.toHaveProperty('maximum')
  expect(find('count')).toMatchObject({ schema: { enum: ['none', 'exact'], default: 'none' } })
  expect(JSON.stringify(parameters)).not.toContain('apiKey')
})

it('what was not declared is not there', () => {
  const bare = listQuery(model, { select: false }, { name: 'tasks' })
  expect(describeParameters(bare.schema, 'query').map(({ name }) => name)).toEqual(['limit', 'cursor'])
})

describe('options that do not fit the table are refused at once', () => {
  it.each([
    [{ filter: ['apiKey'] }, /"apiKey"/],
    [{ filter: { apiKey: ['eq'] } }, /"apiKey"/],
    [{ filter: ['nothing'] }, /"nothing"/],
    [{ filter: ['notes'] }, /"notes"/],
    [{ filter: { done: ['contains'] } }, /no operator "contains". It has eq, ne/],
    [{ sort: ['apiKey'] }, /"apiKey" is private/],
    [{ sort: ['meta'] }, /no order/],
    [{ sort: ['toString'] }, /is not a column/],
    [{ defaultSort: ['-apiKey'] }, /"apiKey" is private/],
    [{ defaultSort: ['-apiKey.nullsLast'] }, /"apiKey" is private/],
    [{ defaultSort: ['title.nullsLast'] }, /suffix/],
    [{ search: ['apiKey'] }, /"apiKey" is private/],
    [{ search: ['done'] }, /not text/],
    [{ search: { columns: ['title'], language: "x'" } }, /configuration/],
    [{ limit: { max: 0 } }, /limit/],
    [{ limit: { default: 30, max: 20 } }, /limit/],
  ])('%j', (options, message) => {
    expect(() => listQuery(model, options as never, { name: 'tasks' })).toThrow(message)
  })
})

describe('in code', () => {
  it('all visible columns and their operators are there, and values without one are asked for by null', () => {
    const request = query.readObject({ filter: { title: { startsWith: 'a' }, dueAt: null, id: undefined } }, KEY)
    expect(request.values).toEqual({ 'title[startsWith]': 'a' })
    expect(request.conditionsShape).not.toBe('')
  })

  it.each([
    [{ filter: { apiKey: 'x' } }],
    [{ filter: { apiKey: { startsWith: 'x' } } }],
    [{ filter: { title: { like: '%' } } }],
    [{ filter: { __proto__: null, constructor: 1 } }],
    [{ sort: ['apiKey'] }],
    [{ fields: ['apiKey'] }],
    [{ include: ['secrets'] }],
  ])('%j is refused', (input) => {
    expect(() => query.readObject(input as never, KEY)).toThrow(TypeError)
  })
})
