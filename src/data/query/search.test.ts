import { fillPlaceholders, sql } from 'drizzle-orm'
import { getTableConfig, integer, PgDialect, pgTable, text, varchar } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { database } from '../database.ts'
import { indexSql } from '../migrations/target/table-sql.ts'
import { modelOf } from '../model/model.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { listQuery } from './list-query.ts'
import { searchIndex, type SearchOptions } from './search.ts'
import { KEY, readUrl, runList, statementOf } from './list.fixture.ts'

type Columns = 'title' | 'notes'
const plain: SearchOptions<Columns> = { columns: ['title', 'notes'] }
const prefix: SearchOptions<Columns> = { ...plain, prefix: true }
const english: SearchOptions<Columns> = { ...plain, language: 'english', weights: { title: 'A' } }
const notes = pgTable(
  'notes',
  { id: integer().primaryKey(), title: text().notNull(), notes: varchar({ length: 200 }) },
  (table) => [searchIndex(table, english)],
)
const model = modelOf(notes)
const queryOf = (search: SearchOptions) => listQuery(model, { search, sort: ['id'] }, { name: 'notes' })

let own: TestDatabase<Record<string, never>>

beforeAll(async () => {
  own = await createTestDatabase(database())
  await own.database.start()
  await own.database.pool.query(`
    create table notes (id int primary key, title text not null, notes varchar(200));
    insert into notes values (1, 'Green tea', null), (2, 'Coffee', 'not tea, and not Teapots'), (3, 'The teapots', 'tea tea tea'),
      (4, 'Black tea tea', 'milk'), (5, '', ''), (6, 'O''Reilly: 100%', 'a & b | !c')`)
})
afterAll(() => own.drop())

const find = async (search: SearchOptions, words: string, more = ''): Promise<unknown[]> => {
  const request = readUrl(queryOf(search), `search=${encodeURIComponent(words)}${more}`)
  return (await runList(own.database.pool, notes, request)).rows.map(({ id }) => id)
}

test.each([
  [plain, 'tea', [1, 2, 3, 4]],
  [plain, 'TEA milk', [4]],
  [plain, '"green tea"', [1]],
  [plain, 'tea -green', [2, 3, 4]],
  [plain, 'green or milk', [1, 4]],
  [plain, 'teap', []],
  [prefix, 'teap', [2, 3]],
  [prefix, 'green te', [1]],
  [prefix, '"not te', [2]],
  [plain, 'teapot', []],
  [english, 'teapot', [2, 3]],
  [english, 'the', []],
  [plain, "o'reilly", [6]],
  [plain, '!!!', []],
])('%j finds by %s the rows %j', async (search, words, expected) => {
  expect(await find(search, words, '&sort=id')).toEqual(expected)
})

test('any text is a search, and none is an error', async () => {
  const texts = [
    "'",
    "''",
    '"',
    '\\',
    "\\'",
    ':*',
    "a':*",
    'a:*',
    "x'); drop table notes--",
    '( | & !',
    '<->',
    '-',
    'or',
    '💥',
    "''':*'",
  ]
  for (const search of [plain, prefix, english])
    for (const words of texts) expect(await find(search, words), words).toBeInstanceOf(Array)
})

test('the best match comes first, and pages go on by relevance', async () => {
  expect(await find(plain, 'tea')).toEqual([3, 4, 2, 1])
  expect((await find(english, 'milk or teapots'))[0]).toBe(3)
  const query = queryOf(plain)
  const given: unknown[] = []
  let cursor: string | undefined
  do {
    const page = await runList(
      own.database.pool,
      notes,
      query.readObject({ search: 'tea', limit: 1, ...(cursor !== undefined && { cursor }) }, KEY),
    )
    given.push(...page.rows.map(({ id }) => id))
    cursor = page.next
  } while (cursor !== undefined)
  expect(given).toEqual(await find(plain, 'tea'))
})

describe('the index of a search', () => {
  const [declared] = getTableConfig(notes).indexes
  const expression = new PgDialect().sqlToQuery(sql`${declared?.config.columns[0]}`, 'indexes')

  test('is declared with the table, without parameters', () => {
    expect(declared?.config).toMatchObject({ name: 'notes_search_index', method: 'gin' })
    expect(expression.params).toEqual([])
  })

  test('is used by the search it was made for, and by no other', async () => {
    const { pool } = own.database
    if (declared === undefined) throw new Error('The table has no index.')
    // As a migration makes it.
    await pool.query(indexSql(getTableConfig(notes), declared.config))
    const plan = async (search: SearchOptions): Promise<string> => {
      const request = readUrl(queryOf(search), 'search=tea&sort=id')
      const { sql: text, params } = statementOf(request, notes)
      const client = await pool.connect()
      try {
        await client.query('set enable_seqscan = off; set enable_indexscan = off')
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(
          `explain ${text}`,
          fillPlaceholders(params, request.values),
        )
        return rows.map((row) => row['QUERY PLAN']).join('\n')
      } finally {
        client.release(true)
      }
    }
    expect(await plan(english)).toContain('notes_search_index')
    expect(await plan({ ...english, prefix: true })).toContain('notes_search_index')
    expect(await plan(plain)).not.toContain('notes_search_index')
  })

  test('names only what the table has', () => {
    const wrong = () => searchIndex(notes as never, ['nothing'] as never)
    expect(wrong).toThrow('searchIndex: the table has no column "nothing".')
  })
})
