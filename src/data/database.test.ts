import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AshlarError } from '../core/errors/index.ts'
import { database, type Database, type Drizzle, type Transaction } from './index.ts'
import { createPool } from './pool.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { beginTransaction } from './transactions/begin-transaction.ts'

const users = pgTable('users', { id: uuid().primaryKey(), email: text().notNull() })
const posts = pgTable('posts', {
  id: uuid().primaryKey(),
  author: uuid().notNull(),
  title: text().notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull(),
  seenAt: timestamp('seen_at', { withTimezone: true }),
})
const schema = { users, posts }
type Schema = typeof schema

const TABLES = `
CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL, CONSTRAINT users_email_unique UNIQUE (email));
CREATE UNIQUE INDEX users_email_folded ON users (lower(email));
CREATE TABLE posts (
  id uuid PRIMARY KEY,
  author uuid NOT NULL CONSTRAINT posts_author_fk REFERENCES users DEFERRABLE,
  title text NOT NULL CONSTRAINT posts_title_filled CHECK (title <> ''),
  created_at timestamptz NOT NULL,
  seen_at timestamptz
);
CREATE TABLE bookings (during int4range, CONSTRAINT bookings_apart EXCLUDE USING gist (during WITH &&));
`

const ADA = '00000000-0000-4000-8000-000000000001'
const POST = '00000000-0000-4000-8000-000000000002'
const AT = '2026-01-02T03:04:05.678Z'

const folder = mkdtempSync(join(tmpdir(), 'ashlar-database-'))
const url = process.env.DATABASE_URL

beforeAll(() => writeFileSync(join(folder, '0001_tables.sql'), TABLES))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a database on the embedded server', () => behaviours(undefined))
describe.skipIf(url === undefined)('a database on the server at DATABASE_URL (skipped where that is not set)', () =>
  behaviours(url),
)

function behaviours(given: string | undefined): void {
  let own: TestDatabase<Schema>
  let db: Database<Schema>

  beforeAll(async () => {
    vi.stubEnv('DATABASE_URL', given)
    own = await createTestDatabase(database({ schema, migrations: folder }))
    db = own.database
    await db.start()
  })
  afterAll(async () => {
    await own.drop()
    vi.unstubAllEnvs()
  })

  /** What the answer to a request would be. */
  const failure = async (work: (tx: Transaction<Schema>) => Promise<unknown>): Promise<AshlarError | undefined> => {
    const error: unknown = await db.run(work).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(Error)
    return db.translateError(error)
  }

  /** What the app gives the dependencies of a database. */
  const context = async (): Promise<object> => ({
    engine: await (db.engine.resolve as (context: object) => unknown)({}),
  })

  /** The dependency, driven as the app drives it. */
  const requested = async (): Promise<{ tx: Transaction<Schema>; rest: AsyncGenerator<Transaction<Schema>> }> => {
    const rest = (db.transaction.resolve as (context: object) => AsyncGenerator<Transaction<Schema>>)(await context())
    const { value } = (await rest.next()) as { value: Transaction<Schema> }
    return { tx: value, rest }
  }

  const emails = async (): Promise<string[]> => {
    const { rows } = await db.pool.query<{ email: string }>('SELECT email FROM users ORDER BY email')
    return rows.map(({ email }) => email)
  }

  const clear = (): Promise<unknown> => db.pool.query('TRUNCATE users, posts, bookings')

  describe('a transaction of a request', () => {
    test('is saved when the operation has succeeded', async () => {
      await clear()
      const { tx, rest } = await requested()
      await tx.insert(users).values({ id: ADA, email: 'ada@example.com' })
      expect(await emails()).toEqual([])
      await rest.next()
      expect(await emails()).toEqual(['ada@example.com'])
    })

    test('is undone when the operation has thrown', async () => {
      await clear()
      const { tx, rest } = await requested()
      await tx.insert(users).values({ id: ADA, email: 'ada@example.com' })
      const broken = new Error('the operation failed')
      await expect(rest.throw(broken)).rejects.toBe(broken)
      expect(await emails()).toEqual([])
    })

    test('is undone when it is only closed', async () => {
      await clear()
      const { tx, rest } = await requested()
      await tx.insert(users).values({ id: ADA, email: 'ada@example.com' })
      await rest.return(undefined)
      expect(await emails()).toEqual([])
      expect(db.pool.idleCount).toBe(db.pool.totalCount)
    })

    test('fails at its end when a constraint checked at commit is broken', async () => {
      await clear()
      const { tx, rest } = await requested()
      await tx.execute(sql`SET CONSTRAINTS ALL DEFERRED`)
      await tx.insert(posts).values({ id: POST, author: ADA, title: 'Engines', createdAt: AT })
      const error: unknown = await rest.next().catch((reason: unknown) => reason)
      expect(db.translateError(error)).toMatchObject({ code: 'foreign_key_violation', status: 409 })
    })

    test('is never acknowledged when the error of a statement was swallowed', async () => {
      await clear()
      const { tx, rest } = await requested()
      await tx.insert(users).values({ id: ADA, email: 'ada@example.com' })
      await tx.execute(sql`SELECT 1 / 0`).catch(() => {})
      await expect(rest.next()).rejects.toThrow('Nothing was saved')
      expect(await emails()).toEqual([])
    })

    test('goes on after a savepoint that was undone', async () => {
      await clear()
      const { tx, rest } = await requested()
      await tx.insert(users).values({ id: ADA, email: 'ada@example.com' })
      await tx.transaction((inner) => inner.execute(sql`SELECT 1 / 0`)).catch(() => {})
      await rest.next()
      expect(await emails()).toEqual(['ada@example.com'])
    })

    test('gives its connection back', async () => {
      for (let round = 0; round < 30; round += 1) {
        const { rest } = await requested()
        await (round % 2 === 0 ? rest.next() : rest.throw(new Error('no')).catch(() => {}))
      }
      expect(db.pool.waitingCount).toBe(0)
      expect(db.pool.idleCount).toBe(db.pool.totalCount)
    })
  })

  describe('a lost connection', () => {
    const endConnection = async (tx: Transaction<Schema>): Promise<void> => {
      const { rows } = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)
      await db.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid])
    }

    test('in a transaction is 503, and leaves neither the process nor the pool broken', async () => {
      await clear()
      const error = await failure(async (tx) => {
        await tx.insert(users).values({ id: ADA, email: 'ada@example.com' })
        await endConnection(tx)
        await tx.execute(sql`SELECT 1`)
      })
      expect(error).toMatchObject({ code: 'database_unavailable', status: 503, headers: { 'retry-after': '5' } })
      expect(await emails()).toEqual([])
    })

    test('at the commit is an error: what was saved is not known', async () => {
      await clear()
      const { tx, rest } = await requested()
      await endConnection(tx)
      await expect(rest.next()).rejects.toMatchObject({ code: 'commit_outcome_unknown', status: 500 })
      expect(db.pool.idleCount).toBe(db.pool.totalCount)
    })
  })

  describe('an error of the database is answered', () => {
    const ada = { id: ADA, email: 'ada@example.com' }
    const addAda = (tx: Transaction<Schema>): Promise<unknown> => tx.insert(users).values(ada)

    test('409 for a value that is taken, with constraint and columns but never the value', async () => {
      await clear()
      await db.run(addAda)
      const error = await failure((tx) => tx.insert(users).values({ id: POST, email: ada.email }))
      expect(error).toMatchObject({
        code: 'unique_violation',
        status: 409,
        data: { constraint: 'users_email_unique', table: 'users', columns: ['email'] },
      })
      expect(error?.message).not.toContain(ada.email)
    })

    test('409 for an expression that is taken, without naming columns', async () => {
      await clear()
      await db.run(addAda)
      const error = await failure((tx) => tx.insert(users).values({ id: POST, email: 'ADA@example.com' }))
      expect(error?.data).toEqual({ constraint: 'users_email_folded', table: 'users' })
    })

    test('409 for a reference to nothing', async () => {
      await clear()
      const error = await failure((tx) => tx.insert(posts).values({ id: POST, author: ADA, title: 'x', createdAt: AT }))
      expect(error).toMatchObject({
        code: 'foreign_key_violation',
        status: 409,
        data: { constraint: 'posts_author_fk', columns: ['author'] },
      })
    })

    test('409 for what overlaps', async () => {
      await clear()
      const book = sql`INSERT INTO bookings VALUES (int4range(1, 3)), (int4range(2, 4))`
      expect(await failure((tx) => tx.execute(book))).toMatchObject({ code: 'exclusion_violation', status: 409 })
    })

    test('422 for a value a check refuses', async () => {
      await clear()
      const error = await failure(async (tx) => {
        await addAda(tx)
        await tx.insert(posts).values({ id: POST, author: ADA, title: '', createdAt: AT })
      })
      expect(error).toMatchObject({
        code: 'check_violation',
        status: 422,
        data: { constraint: 'posts_title_filled', table: 'posts' },
      })
    })

    test('422 for a value that is missing', async () => {
      const error = await failure((tx) => tx.execute(sql`INSERT INTO users (id) VALUES (${ADA})`))
      expect(error).toMatchObject({
        code: 'not_null_violation',
        status: 422,
        data: { table: 'users', columns: ['email'] },
      })
    })

    test('422 for a text with the character U+0000, which no text of PostgreSQL can hold', async () => {
      const error = await failure((tx) => tx.insert(users).values({ id: ADA, email: 'ada\0@example.com' }))
      expect(error).toMatchObject({ code: 'text_invalid', status: 422 })
    })

    test.each([
      ['22P02', "SELECT 'x'::uuid"],
      ['22003', 'SELECT 99999999999::int'],
      ['22007', "SELECT 'x'::date"],
      ['22008', "SELECT '2026-02-30'::date"],
      ['22001', "CREATE TEMP TABLE t (v varchar(1)); INSERT INTO t VALUES ('ab')"],
    ])('422 for a value that the server alone knows to be none of its type (%s)', async (state, statement) => {
      const error = await failure((tx) => tx.execute(sql.raw(statement)))
      expect(error).toMatchObject({ code: 'value_invalid', status: 422, cause: { code: state } })
    })

    test('503 to retry for transactions that contradict each other', async () => {
      await clear()
      await db.run(addAda)
      const error = await failure(async (tx) => {
        await tx.execute(sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`)
        await tx.select().from(users)
        await db.pool.query("UPDATE users SET email = 'b@example.com'")
        await tx.update(users).set({ email: 'c@example.com' })
      })
      expect(error).toMatchObject({ code: 'serialization_failure', status: 503, headers: { 'retry-after': '1' } })
    })

    test('503 for a statement that takes too long, or waits too long for a lock', async () => {
      const slow = (tx: Transaction<Schema>): Promise<unknown> =>
        tx.execute(sql`SET LOCAL statement_timeout = 20`).then(() => tx.execute(sql`SELECT pg_sleep(5)`))
      expect(await failure(slow)).toMatchObject({ code: 'statement_timeout', status: 503 })
      await clear()
      const blocked = await failure(async (tx) => {
        await addAda(tx)
        await db.run(async (other) => {
          await other.execute(sql`SET LOCAL lock_timeout = 20`)
          await other.execute(sql`LOCK TABLE users`)
        })
      })
      expect(blocked).toMatchObject({ code: 'statement_timeout', status: 503 })
    })

    test('not at all for a mistake in the app, which is a 500', async () => {
      expect(await failure((tx) => tx.execute(sql`SELECT * FROM nowhere`))).toBeUndefined()
      expect(db.translateError(new Error('mine'))).toBeUndefined()
      expect(db.translateError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBeUndefined()
    })
  })

  test('a request waits for a connection only so long: 503 when none comes free in time', async () => {
    const busy = database({ url: own.url, pool: { max: 1, acquireTimeoutMs: 1000 } })
    const error: unknown = await busy.run(() => busy.run(() => Promise.resolve())).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'database_unavailable', status: 503 })
    await busy.stop()
  })

  test('the statement timeout is on by default', async () => {
    const { rows } = await db.pool.query<{ statement_timeout: string }>('SHOW statement_timeout')
    expect(rows[0]?.statement_timeout).toBe('10s')
  })

  test('times are ISO 8601 strings, or dates where the column says so', async () => {
    await clear()
    const [post] = await db.run(async (tx) => {
      await tx.insert(users).values({ id: ADA, email: 'ada@example.com' })
      return tx
        .insert(posts)
        .values({ id: POST, author: ADA, title: 'x', createdAt: AT, seenAt: new Date(AT) })
        .returning()
    })
    expect(post).toMatchObject({ createdAt: AT, seenAt: new Date(AT) })
    expect(await db.run((tx) => tx.query.posts.findFirst())).toMatchObject({ createdAt: AT, seenAt: new Date(AT) })
    const { rows } = await db.pool.query('SELECT created_at, created_at::date AS day FROM posts')
    expect(rows).toEqual([{ created_at: AT, day: '2026-01-02' }])
  })

  test('Drizzle without a transaction is a dependency too', async () => {
    await clear()
    const drizzle = (db.drizzle.resolve as (context: object) => Drizzle<Schema>)(await context())
    await drizzle.insert(users).values({ id: ADA, email: 'ada@example.com' })
    expect(await emails()).toEqual(['ada@example.com'])
  })

  test('times are in UTC, whatever the server is set to', async () => {
    const { rows } = await db.pool.query<{ database: string }>('select current_database() as database')
    await db.pool.query(`ALTER DATABASE "${rows[0]?.database}" SET timezone TO 'Asia/Kolkata'`)
    const pool = createPool(db.url)
    const { rows: times } = await pool.query<{ at: string }>(`select timestamptz '${AT}' as at`)
    await pool.end()
    expect(times).toEqual([{ at: AT }])
  })

  test('ends with the last of those that started it', async () => {
    const shared = database({ url: db.url, schema })
    await Promise.all([shared.start(), shared.start()])
    await shared.stop()
    expect((await shared.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await shared.stop()
    expect(() => shared.pool).toThrow('is not connected')
  })
}

describe('a database nobody can reach', () => {
  const nowhere = 'postgres://nobody@127.0.0.1:1/none'

  test('fails at the start', async () => {
    const lost = database({ url: nowhere })
    await expect(lost.start()).rejects.toThrow(
      'The database "none" at 127.0.0.1:1 cannot be used: connect ECONNREFUSED',
    )
    await lost.stop()
  })

  test('is told by what is wrong with its URL, without what may be secret in it', async () => {
    const url = 'user:secret@localhost:5432/app'
    await expect(database({ url }).start()).rejects.toThrow(
      /^A database's URL begins with postgres:\/\/\. (?!.*secret)/,
    )
  })

  test('is a 503 for the transactions of a running app', async () => {
    const pool = createPool(nowhere)
    await expect(beginTransaction(pool)).rejects.toMatchObject({ code: 'database_unavailable', status: 503 })
    await pool.end()
  })
})

describe('before the start', () => {
  test('the pool says what to do', () => {
    expect(() => database().pool).toThrow('await its start() first')
  })

  test('in production the embedded server must be asked for', async () => {
    vi.stubEnv('DATABASE_URL', undefined)
    vi.stubEnv('NODE_ENV', 'production')
    await expect(database().start()).rejects.toThrow('ASHLAR_EMBEDDED=1')
    await expect(database({ embedded: false }).start()).rejects.toThrow('set DATABASE_URL')
    vi.unstubAllEnvs()
  })

  test('a declaration opens nothing', () => {
    expect(database({ url: 'postgres://nobody@127.0.0.1:1/none' }).name).toBe('database')
  })
})
