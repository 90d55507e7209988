import { getTableConfig, integer, pgTable, type IndexBuilder, type PgTable } from 'drizzle-orm/pg-core'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { anyone } from '../../core/access/index.ts'
import { route } from '../../core/route.ts'
import { database } from '../database.ts'
import { searchIndex } from '../query/search.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { adviseIndexes } from './advise.ts'
import { createTables, drizzleNames, notes } from './advise.fixture.ts'
import type { IndexAdvice } from './index-advice.ts'
import { declareIndexUses, indexUsesOf, type IndexUse } from './index-use.ts'

let own: TestDatabase<Record<string, never>>
let client: Client

beforeAll(async () => {
  own = await createTestDatabase(database())
  client = new Client({ connectionString: own.url })
  await client.connect()
  await client.query(createTables)
})
afterAll(async () => {
  await client.end()
  await own.drop()
})
beforeEach(async () => {
  const { rows } = await client.query<{ name: string }>(
    "SELECT x.relname AS name FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE indrelid = 'notes'::regclass AND NOT indisprimary",
  )
  for (const { name } of rows) await client.query(`DROP INDEX ${client.escapeIdentifier(name)}`)
  await client.query('CREATE INDEX notes_owner_id_idx ON notes (owner_id)')
  await client.query('ANALYZE notes')
})

const use = (given: Omit<IndexUse, 'table' | 'from'> & { readonly from?: string }): IndexUse => ({
  table: notes,
  from: 'notes.list',
  ...given,
})
const advise = (...uses: IndexUse[]): Promise<readonly IndexAdvice[]> => adviseIndexes({ client, uses })
const missing = async (...uses: IndexUse[]): Promise<readonly IndexAdvice[]> =>
  (await advise(...uses)).filter(({ kind }) => kind === 'missing')

/** The plan as text, when the table may not be read from end to end. */
async function planOf(statement: string): Promise<string> {
  await client.query('BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_indexonlyscan = off')
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${statement}`)
  await client.query('ROLLBACK')
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

const newest = [
  { key: 'createdAt', descending: true },
  { key: 'id', descending: true },
]
const cases: readonly { readonly name: string; readonly use: IndexUse; readonly statement: string }[] = [
  {
    name: 'a filter',
    use: use({ kind: 'filter', columns: ['dueAt'] }),
    statement: "SELECT * FROM notes WHERE due_at > now() + interval '499 days'",
  },
  {
    name: 'a filter within an owner',
    use: use({ kind: 'filter', columns: ['slug'], within: ['ownerId'] }),
    statement: "SELECT * FROM notes WHERE owner_id = 1 AND slug = 'slug-100'",
  },
  {
    name: 'the order of a list within an owner',
    use: use({ kind: 'sort', columns: newest, within: ['ownerId'] }),
    statement:
      'SELECT * FROM notes WHERE owner_id = 1 AND (created_at, id) < (now(), 5) ORDER BY created_at DESC, id DESC LIMIT 20',
  },
  {
    name: 'an order with NULL last where it is descending',
    use: use({
      kind: 'sort',
      columns: [
        { key: 'dueAt', descending: true, nullsFirst: false },
        { key: 'id', descending: true },
      ],
    }),
    statement: 'SELECT * FROM notes ORDER BY due_at DESC NULLS LAST, id DESC LIMIT 20',
  },
  {
    name: 'an order in two directions',
    use: use({ kind: 'sort', columns: ['title', { key: 'id', descending: true }] }),
    statement: 'SELECT * FROM notes ORDER BY title, id DESC LIMIT 20',
  },
  {
    name: 'a part of a text',
    use: use({ kind: 'contains', columns: ['title'] }),
    statement: "SELECT * FROM notes WHERE title ILIKE '%le 119%'",
  },
  {
    name: 'an element of an array',
    use: use({ kind: 'contains', columns: ['tags'] }),
    statement: "SELECT * FROM notes WHERE tags @> '{tag7}'",
  },
  {
    name: 'a part of JSON',
    use: use({ kind: 'contains', columns: ['data'] }),
    statement: `SELECT * FROM notes WHERE data @> '{"n": 7}'`,
  },
  {
    name: 'a search',
    use: use({ kind: 'search', columns: ['title', 'body'] }),
    statement:
      "SELECT * FROM notes WHERE to_tsvector('simple', coalesce(title, '') || ' ' || coalesce(body, '')) @@ websearch_to_tsquery('simple', '77')",
  },
  {
    name: 'a search in a language, with weights',
    use: use({
      kind: 'search',
      columns: ['title', 'body'],
      search: { columns: ['title', 'body'], language: 'english', weights: { title: 'A' } },
    }),
    statement: `SELECT * FROM notes WHERE (setweight(to_tsvector('english', coalesce(title, '')), 'A') ||
      setweight(to_tsvector('english', coalesce(body, '')), 'D')) @@ websearch_to_tsquery('english', '77')`,
  },
  {
    name: 'what is unique among rows that are not deleted',
    use: use({ kind: 'unique', columns: ['slug'], whereNull: 'deletedAt' }),
    statement: "SELECT * FROM notes WHERE slug = 'slug-7' AND deleted_at IS NULL",
  },
]

describe('a missing index', () => {
  test.each(cases)('for $name is told, and used once it is there', async ({ use: declared, statement }) => {
    const [advice, ...more] = await missing(declared)
    expect(more).toEqual([])
    expect(advice!.from).toEqual(['notes.list'])
    await client.query(advice!.statement)
    await client.query('ANALYZE notes')
    expect(await missing(declared)).toEqual([])
    const plan = await planOf(statement)
    expect(plan).toContain(/"([^"]+)" ON/.exec(advice!.statement)![1])
    expect(plan).not.toContain('Sort')
  })

  test.each(cases)('for $name is the same in code as in SQL', async ({ use: declared }) => {
    const [advice] = await missing(declared)
    const config = getTableConfig(withIndex(advice!.drizzle!)).indexes[0]!.config
    expect(config.name).toBe(/"([^"]+)" ON/.exec(advice!.statement)![1])
    expect(config.unique).toBe(advice!.statement.startsWith('CREATE UNIQUE'))
    expect(config.where !== undefined).toBe(advice!.statement.includes(' WHERE '))
    expect(config.method ?? 'btree').toBe(advice!.statement.includes('USING gin') ? 'gin' : 'btree')
    const keys = config.columns as readonly { name?: string; indexConfig?: { order: string; nulls: string } }[]
    const inSql = /\((.*?)\)(?: WHERE .*)?;$/.exec(advice!.statement)![1]!
    for (const { name, indexConfig } of keys.filter((key) => key.name !== undefined)) {
      const descending = indexConfig!.order === 'desc'
      const last = indexConfig!.nulls === 'last'
      const order = `${descending ? ' DESC' : ''}${descending && last ? ' NULLS LAST' : ''}${!descending && !last ? ' NULLS FIRST' : ''}`
      expect(inSql).toContain(`"${name}"${order}`)
    }
  })

  test('for a foreign key is found without being declared', async () => {
    expect(await advise()).toEqual([])
    await client.query('DROP INDEX notes_owner_id_idx')
    const [advice, ...more] = await adviseIndexes({ client, uses: [], tables: [notes] })
    expect(more).toEqual([])
    expect(advice).toEqual({
      kind: 'missing',
      table: 'notes',
      columns: ['owner_id'],
      from: ['foreign key "notes_owner_id_fkey" to "people"'],
      message: 'No index serves the foreign key "owner_id" of "notes".',
      statement: 'CREATE INDEX CONCURRENTLY "notes_owner_id_idx" ON "notes" ("owner_id");',
      drizzle: "index('notes_owner_id_idx').on(table.ownerId)",
      notes: [expect.stringContaining('reads the whole table')],
    })
  })

  test('is told once where it serves several needs, with all of them', async () => {
    await client.query('DROP INDEX notes_owner_id_idx')
    const found = await missing(
      use({ kind: 'filter', columns: ['ownerId'], from: 'a filter' }),
      use({ kind: 'sort', columns: newest, within: ['ownerId'], from: 'an order' }),
      use({ kind: 'sort', columns: ['createdAt', 'id'], within: ['ownerId'], from: 'the opposite order' }),
    )
    expect(found.map(({ columns }) => columns)).toEqual([['owner_id', 'created_at', 'id']])
    expect(found[0]!.from).toEqual([
      'an order',
      'the opposite order',
      'a filter',
      'foreign key "notes_owner_id_fkey" to "people"',
    ])
  })

  test('is not one that begins otherwise, has other directions or NULL elsewhere, or is for other rows', async () => {
    await client.query(`CREATE INDEX one ON notes (title, slug); CREATE INDEX two ON notes (created_at DESC, id);
      CREATE INDEX three ON notes (due_at) WHERE done; CREATE INDEX four ON notes (body text_pattern_ops);
      CREATE INDEX five ON notes (deleted_at DESC, id DESC)`)
    const uses = [
      use({ kind: 'filter', columns: ['slug'], from: 'slug' }),
      use({ kind: 'sort', columns: newest, from: 'newest' }),
      use({ kind: 'filter', columns: ['dueAt'], from: 'dueAt' }),
      use({ kind: 'sort', columns: ['body', 'id'], from: 'body' }),
      use({
        kind: 'sort',
        columns: [
          { key: 'deletedAt', descending: true, nullsFirst: false },
          { key: 'id', descending: true },
        ],
        from: 'nulls',
      }),
    ]
    expect((await missing(...uses)).flatMap(({ from }) => from).toSorted()).toEqual([
      'body',
      'dueAt',
      'newest',
      'nulls',
      'slug',
    ])
  })

  test('is none where one on the rows in question is there, or one whose value is unique needs no more', async () => {
    await client.query(
      `CREATE INDEX one ON notes (due_at) WHERE deleted_at IS NULL; CREATE UNIQUE INDEX two ON notes (slug)`,
    )
    expect(await missing(use({ kind: 'filter', columns: ['dueAt'], whereNull: 'deletedAt' }))).toEqual([])
    expect(await missing(use({ kind: 'sort', columns: ['slug', 'id'] }))).toEqual([])
  })

  test('of a table that is not in the database is not told, and a column that is missing is', async () => {
    const other = pgTable('elsewhere', { id: integer().primaryKey() })
    expect(await advise({ table: other, kind: 'filter', columns: ['id'], from: 'x' })).toEqual([])
    await expect(advise(use({ kind: 'filter', columns: ['titel'] }))).rejects.toThrow(
      'notes.list: the table "notes" has no column "titel"',
    )
  })
})

/** The table with the line of the advice, as one would write it. */
function withIndex(line: string): PgTable {
  const names = { ...drizzleNames, searchIndex }
  // The line is code: what is tested is that it can be written as it is.
  // oxlint-disable-next-line typescript/no-implied-eval -- as said above
  const make = new Function('table', ...Object.keys(names), `return ${line}`) as (...given: unknown[]) => IndexBuilder
  const extra = Symbol.for('drizzle:ExtraConfigBuilder')
  return Object.assign(Object.create(notes) as PgTable, {
    [extra]: (table: unknown) => [make(table, ...Object.values(names))],
  })
}

describe('an index that is there', () => {
  test('is told where another does all that it does', async () => {
    await client.query(`CREATE INDEX short ON notes (title); CREATE INDEX long ON notes (title, slug);
      CREATE INDEX same_a ON notes (body); CREATE INDEX same_b ON notes (body); CREATE INDEX reversed ON notes (title DESC);
      CREATE UNIQUE INDEX strict ON notes (slug); CREATE INDEX strict_long ON notes (slug, title)`)
    const found = (await advise()).filter(({ kind }) => kind === 'duplicate')
    expect(found.map(({ index, statement }) => [index, statement])).toEqual([
      ['same_b', 'DROP INDEX CONCURRENTLY "same_b";'],
      ['short', 'DROP INDEX CONCURRENTLY "short";'],
    ])
    expect(found[1]!.message).toBe('The index "short" does nothing that "long" on title, slug does not do too.')
  })

  test('is told where nobody uses it, unless it is declared, unique, or of a small table', async () => {
    await client.query(`CREATE INDEX idle ON notes (title); CREATE UNIQUE INDEX idle_unique ON notes (slug);
      CREATE INDEX wanted ON notes (due_at); CREATE INDEX small ON people (name)`)
    const found = await advise(use({ kind: 'filter', columns: ['dueAt'] }))
    expect(found.map(({ kind, index }) => [kind, index])).toEqual([['unused', 'idle']])
    expect(found[0]!.message).toMatch(
      /^No statement has used the index "idle" since .+ It takes \d+ KiB, and each write its time\.$/,
    )
    await client.query('DROP INDEX small')
  })

  test('is told where its build has failed', async () => {
    const build = client.query('CREATE UNIQUE INDEX CONCURRENTLY broken ON notes (done)')
    await expect(build).rejects.toThrow('could not create unique index')
    expect((await advise()).map(({ kind, index }) => [kind, index])).toEqual([['invalid', 'broken']])
  })
})

test('what an operation declares is found with it', () => {
  const list = route.get('/', { access: anyone }, () => undefined)
  const one = use({ kind: 'filter', columns: ['done'] })
  const two = use({ kind: 'filter', columns: ['slug'] })
  expect(indexUsesOf(list)).toEqual([])
  expect(declareIndexUses(declareIndexUses(list, [one]), [two])).toBe(list)
  expect(indexUsesOf(list)).toEqual([one, two])
})
