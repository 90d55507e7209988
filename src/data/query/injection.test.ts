import { boolean, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anyone } from '../../core/access/index.ts'
import { AshlarError } from '../../core/errors/index.ts'
import { database } from '../database.ts'
import { modelOf } from '../model/model.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { listQuery } from './list-query.ts'
import { readUrl, runList, statementOf } from './list.fixture.ts'

const PAYLOADS = [
  "'",
  "''",
  "' or '1'='1",
  "'; drop table notes; --",
  '"',
  '"; drop table notes; --',
  '\\',
  "\\'; --",
  '$1',
  '$$',
  '$x$',
  ':name',
  '?',
  '%',
  '_',
  '%%\\',
  '/*',
  '*/',
  '--',
  'null',
  'NULL',
  'true',
  '1',
  '-1',
  '1e309',
  '{}',
  '{"a":1}',
  '{"$gt":""}',
  '[]',
  '[null]',
  '(select 1)',
  '1) or (1=1',
  'title',
  'secret',
  '-secret',
  'title,secret',
  'title desc',
  'title;',
  'title::text',
  'title"',
  'title.nullsFirst; --',
  '__proto__',
  'constructor',
  'id',
  'id,title',
  'pg_sleep(1)',
  "E'\\x27'",
  'U&"\\0027"',
  '\u02bc',
  '\uff07',
  '\ud800',
  '💥',
  'x'.repeat(199),
  '\u202e',
  '\r\n',
  '\t',
]
const notes = pgTable('notes', {
  id: integer().primaryKey(),
  title: text().notNull(),
  done: boolean(),
  size: integer(),
  tags: text().array().notNull(),
  meta: jsonb(),
  secret: text().notNull(),
})
const query = listQuery(
  modelOf(notes, { private: ['secret'] }),
  {
    filter: ['id', 'title', 'done', 'size', 'tags', 'meta'],
    sort: ['title', 'size'],
    search: { columns: ['title'], prefix: true },
    include: { owner: { access: anyone, fields: ['id'] } },
    count: ['exact'],
  },
  { name: 'notes' },
)
const POSITIONS = [
  'id',
  'id[in]',
  'title',
  'title[ne]',
  'title[lt]',
  'title[in]',
  'title[contains]',
  'title[startsWith]',
  'done',
  'done[isNull]',
  'size[gte]',
  'tags[has]',
  'meta[containsJson]',
  'meta[isNull]',
  'sort',
  'fields',
  'include',
  'count',
  'search',
  'cursor',
  'limit',
]

let own: TestDatabase<Record<string, never>>

beforeAll(async () => {
  own = await createTestDatabase(database())
  await own.database.start()
  await own.database.pool.query(
    `create table notes (id int primary key, title text not null, done bool, size int, tags text[] not null, meta jsonb, secret text not null);
     insert into notes values (1, 'a', null, 1, '{}', '{}', 'hidden')`,
  )
})
afterAll(() => own.drop())

/** The SQL of every position asked for in good faith, and of every choice. */
function expectedTexts(): Set<string> {
  const good: Readonly<Record<string, readonly string[]>> = {
    done: ['true'],
    'done[isNull]': ['true', 'false'],
    'meta[isNull]': ['true', 'false'],
    'meta[containsJson]': ['{}'],
    sort: ['title', '-title', 'size', 'title,size', 'title.nullsFirst'],
    fields: ['id', 'title', 'id,title'],
    include: ['owner'],
    count: ['none'],
    limit: ['1'],
    cursor: [],
  }
  const searches = POSITIONS.flatMap((name) => (good[name] ?? ['1']).map((value) => [name, value]))
  return new Set(searches.flatMap(([name, value]) => textOf(name as string, value as string) ?? []))
}

function textOf(name: string, value: string): string | undefined {
  try {
    return statementOf(readUrl(query, new URLSearchParams({ [name]: value }).toString()), notes).sql
  } catch (error) {
    // Refused, with an answer of its own.
    expect(error).toBeInstanceOf(AshlarError)
    expect((error as AshlarError).status).toBeGreaterThanOrEqual(400)
    return undefined
  }
}

test('whatever stands in whichever place, the SQL is one of those that good requests have', () => {
  const expected = expectedTexts()
  let read = 0
  for (const name of POSITIONS) {
    for (const payload of PAYLOADS) {
      const text = textOf(name, payload)
      if (text === undefined) continue
      read += 1
      expect(expected, `${name}=${payload}`).toContain(text)
    }
  }
  expect(read).toBeGreaterThan(PAYLOADS.length * 6)
})

test('names of parameters are never SQL', () => {
  for (const payload of PAYLOADS)
    for (const name of [payload, `${payload}[eq]`, `title[${payload}]`, `${payload}.title`])
      if (!POSITIONS.includes(name)) expect(textOf(name, '1'), name).toBeUndefined()
})

test('what is read runs, changes nothing and finds no more than it asks for', async () => {
  for (const name of POSITIONS.filter((each) => each !== 'cursor')) {
    for (const payload of PAYLOADS) {
      if (textOf(name, payload) === undefined) continue
      const request = readUrl(query, new URLSearchParams({ [name]: payload }).toString())
      const { rows } = await runList(own.database.pool, notes, request)
      expect(JSON.stringify(rows)).not.toContain('hidden')
      if (name === 'title' || name === 'title[in]') expect(rows, payload).toEqual([])
    }
  }
  expect((await own.database.pool.query('select from notes')).rowCount).toBe(1)
})

test('the shape says which SQL it is, and nothing else', () => {
  const shapes = new Map<string, string>()
  for (const name of POSITIONS) {
    for (const payload of PAYLOADS) {
      const search = new URLSearchParams({ [name]: payload }).toString()
      const text = textOf(name, payload)
      if (text === undefined) continue
      const { shape } = readUrl(query, search)
      expect(shapes.get(shape) ?? text, search).toBe(text)
      expect(shape).toMatch(/^[\d,!+\-nrs|]*$/)
      shapes.set(shape, text)
    }
  }
})
