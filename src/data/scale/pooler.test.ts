import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, sql } from 'drizzle-orm'
import { integer, pgTable, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createApp } from '../../app/create-app.ts'
import { anyone } from '../../core/access/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { directUrlOf } from '../connection.ts'
import { database, type Database } from '../index.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { pgbouncerProgram, startPgbouncer, type Pgbouncer } from './pgbouncer.fixture.ts'

const counters = pgTable('counters', {
  id: integer().primaryKey(),
  value: integer().notNull(),
  at: timestamp({ withTimezone: true, mode: 'string' }).notNull(),
})
const AT = '2026-01-02T03:04:05.678Z'
const silent = (): void => {}
const logger = { debug: silent, info: silent, warn: silent, error: silent }

describe.skipIf(pgbouncerProgram === undefined)(
  'behind pgbouncer in transaction mode (skipped where it is not installed)',
  () => {
    let own: TestDatabase<Record<string, never>>
    let pooler: Pgbouncer
    let db: Database
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-pooler-'))

    beforeAll(async () => {
      own = await createTestDatabase(database())
      await own.database.run(async (tx) => {
        await tx.execute(sql`CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL, at timestamptz NOT NULL)`)
        await tx.insert(counters).values({ id: 1, value: 0, at: AT })
        // What connections have by themselves is not what the app needs.
        await tx.execute(
          sql.raw(`ALTER DATABASE "${new URL(own.url).pathname.slice(1)}" SET timezone TO 'Asia/Kolkata'`),
        )
      })
      pooler = await startPgbouncer(own.url)
      db = database({
        url: pooler.url,
        pooler: 'transaction',
        pool: { max: 8 },
        statementTimeoutMs: 7_000,
        lockTimeoutMs: 3_000,
      })
      await db.start()
    })
    afterAll(async () => {
      await db.stop()
      await pooler.stop()
      await own.drop()
      rmSync(folder, { recursive: true })
    })

    test('a database says what to write when it was not told', async () => {
      const untold = database({ url: pooler.url })
      await expect(untold.start()).rejects.toThrow("database({ pooler: 'transaction' })")
      await untold.stop()
    })

    test('limits hold in each transaction, and none is left on the connection', async () => {
      const limits = sql`SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
      current_setting('idle_in_transaction_session_timeout') AS idle`
      for (let round = 0; round < 4; round += 1) {
        const { rows } = await db.run((tx) => tx.execute(limits), { isolation: 'serializable' })
        expect(rows).toEqual([{ statement: '7s', lock: '3s', idle: '1min' }])
      }
      const { rows } = await db.pool.query<{ statement: string }>(
        "SELECT current_setting('statement_timeout') AS statement",
      )
      expect(rows).toEqual([{ statement: '0' }])
    })

    test('times are in UTC on every connection, in a transaction and outside one', async () => {
      const inside = await Promise.all(Array.from({ length: 8 }, () => db.run((tx) => tx.select().from(counters))))
      const outside = await Promise.all(
        Array.from({ length: 8 }, () => db.pool.query<{ at: string }>('SELECT at FROM counters')),
      )
      expect(new Set(inside.map(([row]) => row!.at))).toEqual(new Set([AT]))
      expect(new Set(outside.map(({ rows }) => rows[0]!.at))).toEqual(new Set([AT]))
    })

    test('a statement prepared by name runs on whichever connection there is', async () => {
      const [first, ...others] = await Promise.all(
        Array.from({ length: 12 }, () =>
          db.run((tx) =>
            tx
              .select({ id: counters.id })
              .from(counters)
              .where(eq(counters.id, sql.placeholder('id')))
              .prepare('by_id')
              .execute({ id: 1 }),
          ),
        ),
      )
      expect([first, ...others]).toEqual(Array.from({ length: 12 }, () => [{ id: 1 }]))
    })

    test('more transactions than connections, with savepoints and retries, lose nothing', async () => {
      const increment = (): Promise<void> =>
        db.run(
          async (tx) => {
            const [row] = await tx.select().from(counters)
            await tx.transaction((inner) => inner.execute(sql`SELECT 1 / 0`)).catch(silent)
            await tx.update(counters).set({ value: row!.value + 1 })
          },
          { isolation: 'serializable', retry: 10 },
        )
      await Promise.all(Array.from({ length: 12 }, increment))
      expect(await db.run((tx) => tx.select({ value: counters.value }).from(counters))).toEqual([{ value: 12 }])
    })

    test('a statement whose client has left is cancelled through the pooler', async () => {
      const running = Promise.withResolvers<void>()
      const ended = Promise.withResolvers<unknown>()
      const slow = route.get('/', { access: anyone, uses: { tx: db.transaction } }, async ({ tx }) => {
        await tx.execute(sql`SET LOCAL statement_timeout = 0`)
        running.resolve()
        await tx.execute(sql`SELECT pg_sleep(9)`).then(silent, ended.resolve)
      })
      const app = createApp({ title: 'x', version: '1.0.0', database: db, logger, api: router('/', { slow }) })
      const leaving = new AbortController()
      const answer = app.fetch(new Request('http://localhost/', { signal: leaving.signal }))
      await running.promise
      leaving.abort()
      expect(await ended.promise).toMatchObject({ cause: { code: '57014' } })
      await answer
      await app.stop()
    })

    test('migrations go past it, and say so where they cannot', async () => {
      writeFileSync(join(folder, '0001_made.sql'), 'CREATE TABLE made (id int)')
      const pooled = { url: pooler.url, pooler: 'transaction', migrations: folder } as const
      const lost = database(pooled)
      await expect(lost.start()).rejects.toThrow('DATABASE_DIRECT_URL')
      await lost.stop()
      const direct = database({ ...pooled, directUrl: own.url })
      await direct.start()
      expect((await direct.migrationStatus()).applied).toMatchObject([{ name: '0001_made.sql' }])
      await direct.stop()
    })
  },
)

test('the environment’s direct URL belongs to the environment’s database, and a test’s copy goes by neither', async () => {
  vi.stubEnv('DATABASE_URL', 'postgres://app@pooler:6432/app')
  vi.stubEnv('DATABASE_DIRECT_URL', 'postgres://app@server:5432/app')
  expect(directUrlOf({})).toBe('postgres://app@server:5432/app')
  expect(directUrlOf({ directUrl: 'postgres://app@other:5432/app' })).toBe('postgres://app@other:5432/app')
  expect(directUrlOf({ url: 'postgres://app@another:5432/app' })).toBeUndefined()
  vi.stubEnv('DATABASE_URL', '')
  expect(directUrlOf({})).toBeUndefined()
  const copy = await createTestDatabase(database({ pooler: 'transaction' }))
  expect(copy.database.options).toMatchObject({ url: copy.url, directUrl: copy.url, replicas: [] })
  await copy.drop()
  vi.unstubAllEnvs()
})
