import { asc, eq, sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { everything } from './columns/every-column.fixture.ts'
import { createTable } from './columns/every-table.fixture.ts'
import { randomRow } from './columns/random-row.fixture.ts'
import { database } from './database.ts'
import type { DatabaseOptions } from './database-options.ts'
import type { Transaction } from './drizzle.ts'
import { createEngine, type Engine } from './engine.ts'
import { MAX_NAMES } from './statement-names.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { runInTransaction } from './transactions/run-in-transaction.ts'
import { PG_NAMES_MAX } from './wire/pg-names.ts'

type Plain = Record<string, never>

const things = pgTable('things', { id: integer().primaryKey(), name: text() })

let own: TestDatabase<Plain>
let engine: Engine<Plain>

beforeAll(async () => {
  own = await createTestDatabase(database())
})
afterAll(() => own.drop())
afterEach(() => engine.end())

/** On one connection, so that a test sees what is prepared on it. */
async function connect(options: DatabaseOptions<Plain> = {}): Promise<void> {
  engine = createEngine(own.url, { pool: { max: 1 }, ...options }, { log: () => undefined })
  await engine.pool.query('drop table if exists things; create table things (id int primary key, name text)')
}

const inTransaction = <T>(work: (tx: Transaction<Plain>) => Promise<T>): Promise<T> =>
  runInTransaction(engine, work, {})

async function times<T>(count: number, run: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = []
  for (let index = 0; index < count; index += 1) results.push(await run(index))
  return results
}

/** What Drizzle has prepared on the connection. */
async function prepared(): Promise<readonly string[]> {
  const { rows } = await engine.pool.query<{ statement: string }>(
    "select statement from pg_prepared_statements where name not like 'ashlar%' order by statement",
  )
  return rows.map(({ statement }) => statement)
}

describe('what is written by hand with Drizzle', () => {
  test('is prepared with its third run, in transactions and savepoints, also where they are undone', async () => {
    await connect()
    const change = (id: number) =>
      inTransaction(async (tx) => {
        await tx.insert(things).values({ id, name: 'old' })
        await tx.transaction((inner) => inner.update(things).set({ name: 'new' }).where(eq(things.id, id)))
        if (id % 2 === 1) throw new Error('undone')
      }).catch(() => {})
    await times(2, change)
    expect(await prepared()).toEqual([])
    await times(4, (index) => change(index + 2))
    expect(await prepared()).toEqual([
      'insert into "things" ("id", "name") values ($1, $2)',
      'update "things" set "name" = $1 where "things"."id" = $2',
    ])
    expect(await engine.drizzle.select().from(things).orderBy(asc(things.id))).toEqual(
      [0, 2, 4].map((id) => ({ id, name: 'new' })),
    )
  })

  test('is never prepared behind a pooler, named or not', async () => {
    await connect({ pooler: 'transaction' })
    const named = engine.drizzle.select().from(things).prepare('mine')
    await times(4, () => inTransaction((tx) => tx.select().from(things)))
    await times(4, () => named.execute())
    expect(await prepared()).toEqual([])
  })

  test('stays as it is where it is several commands, or none that has a plan', async () => {
    await connect()
    const run = async (tx: Transaction<Plain>): Promise<unknown[]> => {
      await tx.execute(sql.raw("insert into things values (1, 'one'); delete from things"))
      await tx.execute('set local work_mem = 4096')
      return (await tx.execute('show work_mem')).rows
    }
    expect(await times(4, () => inTransaction(run))).toEqual(Array.from({ length: 4 }, () => [{ work_mem: '4MB' }]))
    expect(await prepared()).toEqual([])
  })

  test('fills neither the process nor the server with its many forms, and each form goes on', async () => {
    await connect()
    const forms = Math.max(MAX_NAMES, PG_NAMES_MAX) + 40
    const ask = async (form: number): Promise<unknown> => {
      const { rows } = await engine.drizzle.execute(sql.raw(`select ${form} as form`))
      return rows[0]
    }
    const all = Array.from({ length: forms }, (_, form) => ({ form }))
    for (let round = 0; round < 4; round += 1) expect(await times(forms, ask)).toEqual(all)
    // Each to its end, in the order of the last: the first of them were forgotten, and are named again.
    for (const form of [0, 1, forms - 1])
      expect(await times(4, () => ask(form))).toEqual(Array.from({ length: 4 }, () => ({ form })))
    expect((await prepared()).length).toBeLessThanOrEqual(PG_NAMES_MAX)
    expect(await prepared()).toContain('select 0 as form')
  }, 60_000)

  test('is one text for lists of any length where the list is one value', async () => {
    await connect()
    await engine.drizzle.insert(things).values([1, 2, 3].map((id) => ({ id })))
    const ask = (length: number) => {
      const ids = Array.from({ length }, (_, index) => index + 1)
      return engine.drizzle
        .select({ id: things.id })
        .from(things)
        .where(sql`${things.id} = any(${sql.param(ids)})`)
    }
    expect((await times(4, ask)).map((rows) => rows.length)).toEqual([0, 1, 2, 3])
    expect(await prepared()).toEqual(['select "id" from "things" where "things"."id" = any($1)'])
  })

  test('gives the same rows, prepared or not, of every type, as rows of columns and as objects', async () => {
    await connect()
    await engine.pool.query(createTable())
    await inTransaction(async (tx) => {
      for (let seed = 1; seed <= 20; seed += 1) await tx.insert(everything).values(randomRow(seed))
    })
    const read = async () => ({
      rows: await engine.drizzle.select().from(everything).orderBy(everything.identity),
      objects: (await engine.drizzle.execute(sql`select * from everything order by identity`)).rows,
      one: await engine.drizzle.select().from(everything).where(eq(everything.identity, 3)),
    })
    const [first, ...others] = await times(8, read)
    expect(await prepared()).toHaveLength(4)
    for (const other of others) expect(other).toEqual(first)
  })
})

describe('when columns get other types', () => {
  const migrate = async (): Promise<void> => {
    await engine.pool.query('alter table things alter name type varchar(50)')
  }

  test('a statement outside of transactions is prepared anew and run again, and nobody notices', async () => {
    await connect()
    const list = () => engine.drizzle.select().from(things)
    await times(4, list)
    await migrate()
    expect(await times(3, list)).toEqual([[], [], []])
    expect(await prepared()).toEqual(['select "id", "name" from "things"'])
  })

  test('one transaction fails, and can be tried again; the next has it prepared anew', async () => {
    await connect()
    const list = () => inTransaction((tx) => tx.select().from(things))
    await times(4, list)
    await migrate()
    await expect(list()).rejects.toMatchObject({ cause: { code: '0A000' } })
    expect(await times(3, list)).toEqual([[], [], []])
    expect(await prepared()).toEqual(['select "id", "name" from "things"'])
  })

  test('one transaction that may be run again is, and nobody notices', async () => {
    await connect()
    const list = () => runInTransaction(engine, (tx) => tx.select().from(things), { retry: true })
    await times(4, list)
    await migrate()
    expect(await times(3, list)).toEqual([[], [], []])
  })

  test('again and again, as with a search_path, its text is not prepared any more', async () => {
    await connect()
    await engine.pool.query(`drop schema if exists other cascade; create schema other;
      create table other.things (id int primary key, name varchar(50))`)
    const list = (schema: string) =>
      inTransaction(async (tx) => {
        await tx.execute(sql.raw(`set local search_path to ${schema}`))
        return tx.select().from(things)
      })
    await times(4, () => list('public'))
    const outcomes = await times(8, (index) =>
      list(index % 2 === 0 ? 'other' : 'public').then(
        () => 'read',
        () => 'failed',
      ),
    )
    expect(outcomes).toEqual(['failed', 'read', 'failed', ...Array<string>(5).fill('read')])
  })

  test('a statement that was given a name by hand fails once, and goes on', async () => {
    await connect()
    const mine = engine.drizzle.select().from(things).prepare('mine')
    await times(2, () => mine.execute())
    await migrate()
    await expect(mine.execute()).rejects.toMatchObject({ cause: { code: '0A000' } })
    expect(await times(2, () => mine.execute())).toEqual([[], []])
    await engine.pool.query('deallocate all')
    await expect(mine.execute()).rejects.toMatchObject({ cause: { code: '26000' } })
    expect(await mine.execute()).toEqual([])
  })
})
