import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createApp, router } from 'ashlar'
import { database } from '../database.ts'
import { migrate, migrationStatus } from './migrate.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'

describe('migrations on the embedded server', () => behaviours(undefined))
describe.skipIf(process.env.DATABASE_URL === undefined)(
  'migrations on the server at DATABASE_URL (skipped where that is not set)',
  () => behaviours(process.env.DATABASE_URL),
)

function behaviours(given: string | undefined): void {
  let own: TestDatabase<Record<string, never>>
  let folder: string
  /** Keeps the server up between the tests. */
  let held: typeof own

  beforeAll(async () => {
    vi.stubEnv('DATABASE_URL', given)
    held = await createTestDatabase(database())
  })
  afterAll(async () => {
    await held.drop()
    vi.unstubAllEnvs()
  })
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ashlar-migrations-'))
    own = await createTestDatabase(database())
  })
  afterEach(async () => {
    await own.drop()
    rmSync(folder, { recursive: true })
  })

  const write = (name: string, sql: string): void => writeFileSync(join(folder, name), sql)
  const run = (): Promise<readonly string[]> => migrate(own.url, folder)
  const count = async (query: string): Promise<number> => {
    const client = new Client({ connectionString: own.url })
    await client.connect()
    const { rowCount } = await client.query(query)
    await client.end()
    return rowCount ?? 0
  }

  test('are applied in the order of their numbers, once', async () => {
    write('0002_fill.sql', "INSERT INTO posts VALUES ('a')")
    write('0001_posts.sql', 'CREATE TABLE posts (title text);\nCREATE INDEX ON posts (title);')
    write('10000_more.sql', "INSERT INTO posts VALUES ('b')")
    expect(await run()).toEqual(['0001_posts.sql', '0002_fill.sql', '10000_more.sql'])
    expect(await run()).toEqual([])
    expect(await count('SELECT FROM posts')).toBe(2)
  })

  test('are told apart by their state', async () => {
    write('0001_posts.sql', 'CREATE TABLE posts (title text)')
    await run()
    write('0002_fill.sql', "INSERT INTO posts VALUES ('a')")
    const { applied, pending } = await migrationStatus(own.url, folder)
    expect(applied).toEqual([
      {
        name: '0001_posts.sql',
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        appliedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        durationMs: expect.any(Number) as number,
      },
    ])
    expect(pending).toEqual(['0002_fill.sql'])
  })

  test('asked for by several at the same time are applied once', async () => {
    write('0001_posts.sql', "CREATE TABLE posts (title text); INSERT INTO posts VALUES ('a')")
    const applied = await Promise.all(Array.from({ length: 8 }, run))
    expect(applied.flat()).toEqual(['0001_posts.sql'])
    expect(await count('SELECT FROM posts')).toBe(1)
  })

  test('that fail leave nothing of the file, keep those before it, and name file, line and column', async () => {
    write('0001_posts.sql', 'CREATE TABLE posts (title text)')
    write('0002_broken.sql', "INSERT INTO posts VALUES ('é');\nINSERT INTO posts\n  VALUES (nobody);\n")
    await expect(run()).rejects.toThrow(
      `${join(folder, '0002_broken.sql')}:3:11 failed: column "nobody" does not exist.`,
    )
    expect(await count('SELECT FROM posts')).toBe(0)
    expect((await migrationStatus(own.url, folder)).pending).toEqual(['0002_broken.sql'])
  })

  test('changed after they were applied are refused by name', async () => {
    write('0001_posts.sql', 'CREATE TABLE posts (title text)')
    await run()
    write('0001_posts.sql', 'CREATE TABLE posts (title varchar)')
    await expect(run()).rejects.toThrow(`${join(folder, '0001_posts.sql')} was changed after it had been applied`)
    await expect(run()).rejects.toThrow('ashlar db reset')
  })

  test('with other line ends are the same', async () => {
    write('0001_posts.sql', 'CREATE TABLE posts (\n  title text\n)')
    await run()
    write('0001_posts.sql', 'CREATE TABLE posts (\r\n  title text\r\n)')
    expect(await run()).toEqual([])
  })

  test('do not change the session of the next: a dump begins with an empty search path', async () => {
    write(
      '0001_dump.sql',
      `SELECT pg_catalog.set_config('search_path', '', false); SET default_transaction_read_only = on;
       CREATE TABLE public.posts (title text)`,
    )
    write('0002_fill.sql', "INSERT INTO posts VALUES ('a')")
    expect(await run()).toEqual(['0001_dump.sql', '0002_fill.sql'])
  })

  test('may begin with a byte order mark, as some editors write it', async () => {
    write('0001_posts.sql', '\uFEFF-- ashlar: no-transaction\nCREATE TABLE posts (title text)')
    expect(await run()).toEqual(['0001_posts.sql'])
  })

  test('that are not UTF-8 are refused, not changed', async () => {
    writeFileSync(join(folder, '0001_posts.sql'), Buffer.from("INSERT INTO posts VALUES ('\xe9')", 'latin1'))
    await expect(run()).rejects.toThrow('0001_posts.sql is not UTF-8')
  })

  test.each(['', ' \n', '-- to do\n/* later;\n */\n'])(
    'without a statement are refused, as one that was just made is: %j',
    async (sql) => {
      write('0001_posts.sql', sql)
      await expect(run()).rejects.toThrow('0001_posts.sql has no statement yet')
    },
  )

  test('whose file has gone are refused by name', async () => {
    write('0001_posts.sql', 'CREATE TABLE posts (title text)')
    await run()
    rmSync(join(folder, '0001_posts.sql'))
    await expect(run()).rejects.toThrow('has had the migration 0001_posts.sql, and there is no such file')
  })

  test('that come before an applied one are refused by name', async () => {
    write('0002_posts.sql', 'CREATE TABLE posts (title text)')
    await run()
    write('0001_late.sql', 'CREATE TABLE late (title text)')
    await expect(run()).rejects.toThrow('0001_late.sql comes before 0002_posts.sql, which has been applied already')
  })

  test('may run without a transaction where they say so', async () => {
    write('0001_posts.sql', 'CREATE TABLE posts (title text)')
    write('0002_index.sql', '-- ashlar: no-transaction\nCREATE INDEX CONCURRENTLY posts_title ON posts (title)')
    expect(await run()).toHaveLength(2)
    expect(await count("SELECT FROM pg_indexes WHERE indexname = 'posts_title'")).toBe(1)
  })

  test('that need to run without a transaction are told how', async () => {
    write('0001_posts.sql', 'CREATE TABLE posts (title text);\nCREATE INDEX CONCURRENTLY posts_title ON posts (title)')
    await expect(run()).rejects.toThrow('begins with the line "-- ashlar: no-transaction"')
  })

  test('that give up waiting for a lock are tried again, and nothing of them was done in between', async () => {
    write('0001_posts.sql', 'CREATE TABLE posts (title text)')
    await run()
    write(
      '0002_body.sql',
      "SET LOCAL lock_timeout = '50ms'; CREATE TABLE notes (); ALTER TABLE posts ADD COLUMN body text",
    )
    const [holder, observer] = [new Client({ connectionString: own.url }), new Client({ connectionString: own.url })]
    await Promise.all([holder.connect(), observer.connect()])
    await holder.query('BEGIN; LOCK TABLE posts')
    const applied = run()
    const failed = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query = 'ROLLBACK'"
    while ((await observer.query(failed)).rowCount === 0) await observer.query('SELECT pg_sleep(0.02)')
    await holder.query('COMMIT')
    expect(await applied).toEqual(['0002_body.sql'])
    expect(await count("SELECT FROM pg_class WHERE relname = 'notes'")).toBe(1)
    await Promise.all([holder.end(), observer.end()])
  })

  test('that end their own transaction are refused', async () => {
    write('0001_posts.sql', 'CREATE TABLE posts (title text); COMMIT; SELECT 1')
    await expect(run()).rejects.toThrow('holds a COMMIT or ROLLBACK')
  })

  test('are applied at the start, or only on demand', async () => {
    write('0001_posts.sql', 'CREATE TABLE posts (title text)')
    const manual = database({ url: own.url, migrations: folder, migrate: 'manual' })
    await manual.start()
    expect(await manual.migrationStatus()).toEqual({ applied: [], pending: ['0001_posts.sql'] })
    await manual.stop()
    const warn = vi.fn()
    const logger = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() }
    const app = createApp({ title: 'T', version: '1', database: manual, logger, api: router('', {}) })
    await app.start()
    await app.stop()
    expect(warn.mock.calls).toEqual([[{ pending: ['0001_posts.sql'] }, expect.stringContaining('ashlar migrate')]])
    const atStart = database({ url: own.url, migrations: folder })
    await atStart.start()
    expect(await atStart.migrate()).toEqual([])
    expect((await atStart.migrationStatus()).applied).toHaveLength(1)
    await atStart.stop()
  })

  test.each([
    ['posts.sql', '0001_create_users.sql'],
    ['0001-posts.sql', '0001_create_users.sql'],
    ['1_posts.sql', '0001_create_users.sql'],
  ])('named %s are refused with the form of a name', async (name, form) => {
    write(name, 'SELECT 1')
    await expect(run()).rejects.toThrow(form)
  })

  test('with the same number are refused: their order is open', async () => {
    write('0001_a.sql', 'SELECT 1')
    write('0001_b.sql', 'SELECT 1')
    await expect(run()).rejects.toThrow('0001_a.sql and 0001_b.sql')
  })

  test('from a folder that is not there are refused', async () => {
    await expect(migrate(own.url, join(folder, 'none'))).rejects.toThrow('does not exist')
  })
}
