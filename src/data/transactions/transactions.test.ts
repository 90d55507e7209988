import { sql } from 'drizzle-orm'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../app/create-app.ts'
import { anyone } from '../../core/access/index.ts'
import { currentResponse } from '../../core/builtin.ts'
import { dependency } from '../../core/dependency.ts'
import { fresh } from '../../core/override.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { testApp } from '../../testing/index.ts'
import { afterCommit, database, type Database, type Drizzle, type TransactionOptions } from '../index.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'

const counters = pgTable('counters', { id: integer().primaryKey(), value: integer().notNull() })
type NoSchema = Record<string, never>
const silent = (): void => {}
const SILENT = { debug: silent, info: silent, warn: silent, error: silent }

let own: TestDatabase<NoSchema>
let db: Database

beforeAll(async () => {
  own = await createTestDatabase(database())
  db = own.database
  await db.start()
  await db.run((tx) => tx.execute(sql`CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)`))
})
afterAll(() => own.drop())
beforeEach(() =>
  db.run((tx) => tx.execute(sql`TRUNCATE counters`).then(() => tx.insert(counters).values({ id: 1, value: 0 }))),
)

const value = async (): Promise<number> => (await db.run((tx) => tx.select().from(counters)))[0]!.value

/** Reads and writes what it has worked out: what only isolation makes right. */
const increment = async (tx: Parameters<Parameters<Database['run']>[0]>[0]): Promise<void> => {
  const [row] = await tx.select().from(counters)
  await tx.update(counters).set({ value: row!.value + 1 })
}

describe('the options of a transaction', () => {
  const settings = async (options: TransactionOptions): Promise<unknown> =>
    db.run(async (tx) => {
      const { rows } = await tx.execute(
        sql`SELECT current_setting('transaction_isolation') AS isolation, current_setting('transaction_read_only') AS "readOnly", current_setting('transaction_deferrable') AS deferrable`,
      )
      return rows[0]
    }, options)

  test('are those of the database where none are given', async () => {
    expect(await settings({})).toEqual({ isolation: 'read committed', readOnly: 'off', deferrable: 'off' })
  })

  test('reach the server', async () => {
    expect(await settings({ isolation: 'repeatable read' })).toMatchObject({ isolation: 'repeatable read' })
    expect(await settings({ isolation: 'serializable', readOnly: true, deferrable: true })).toEqual({
      isolation: 'serializable',
      readOnly: 'on',
      deferrable: 'on',
    })
  })

  test('refuse a write where they say read only', async () => {
    await expect(db.run((tx) => tx.insert(counters).values({ id: 2, value: 0 }), { readOnly: true })).rejects.toThrow()
  })

  test('are refused where they say nothing or too much', () => {
    expect(() => db.isolated({ deferrable: true })).toThrow("only with isolation: 'serializable' and readOnly: true")
    expect(() => db.isolated({ retry: 11 })).toThrow('0 to 10, not 11')
    expect(() => db.isolated({ retry: 0.5 })).toThrow(RangeError)
  })
})

describe('a run that concurrent transactions contradict', () => {
  test('is run again as often as it may be, and nothing is lost', async () => {
    const runs = Array.from({ length: 8 }, () => db.run(increment, { isolation: 'serializable', retry: 10 }))
    await Promise.all(runs)
    expect(await value()).toBe(8)
  })

  test('fails where it may not be run again', async () => {
    let attempts = 0
    const contradicted = db.run(
      async (tx) => {
        attempts += 1
        await tx.select().from(counters)
        await db.run(increment)
        await increment(tx)
      },
      { isolation: 'repeatable read' },
    )
    await expect(contradicted).rejects.toSatisfy((error) => db.translateError(error)?.code === 'serialization_failure')
    expect(attempts).toBe(1)
  })

  test('is not run again for another error', async () => {
    let attempts = 0
    const work = async (): Promise<void> => {
      attempts += 1
      return Promise.reject(new Error('mine'))
    }
    await expect(db.run(work, { retry: 3 })).rejects.toThrow('mine')
    expect(attempts).toBe(1)
  })
})

describe('an operation', () => {
  const app = (options: TransactionOptions, log: unknown[] = []) => {
    const serial = db.isolated(options)
    const add = route.post(
      '/',
      { access: anyone, body: z.object({ by: z.int() }), uses: { tx: serial, head: currentResponse } },
      async ({ tx, body, head, response }) => {
        log.push(body.by)
        head.header('x-attempt', String(log.length))
        response.cookie('attempt', String(log.length))
        const [row] = await tx.select().from(counters)
        if (log.length === 1) await db.run(increment)
        await tx.update(counters).set({ value: row!.value + body.by })
      },
    )
    const later = route.post('/later', { access: anyone, uses: { tx: serial } }, async ({ tx, after }) => {
      log.push('later')
      after(() => {})
      await tx.select().from(counters)
      await db.run(increment)
      await increment(tx)
    })
    return createApp({
      title: 'Counters',
      version: '1.0.0',
      environment: 'test',
      logger: SILENT,
      database: db,
      api: router('/', { add, later }),
    })
  }
  const post = (body: object): RequestInit => ({
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

  test('is run again from its start with what the client sent, and answers once', async () => {
    const log: unknown[] = []
    const served = app({ isolation: 'repeatable read', retry: true }, log)
    const response = await served.fetch(new Request('http://localhost/', post({ by: 5 })))
    expect(response.status).toBe(204)
    expect(log).toEqual([5, 5])
    expect(await value()).toBe(6)
    // What the first attempt has set is gone.
    expect(response.headers.get('x-attempt')).toBe('2')
    expect(response.headers.getSetCookie()).toHaveLength(1)
    await served.stop()
  })

  test('is not run again unless its transaction says so', async () => {
    const log: unknown[] = []
    const served = app({ isolation: 'repeatable read' }, log)
    const response = await served.fetch(new Request('http://localhost/', post({ by: 5 })))
    expect(response.status).toBe(503)
    expect(log).toEqual([5])
    await served.stop()
  })

  test('is not run again once it has left work for after the response', async () => {
    const log: unknown[] = []
    const served = app({ isolation: 'repeatable read', retry: true }, log)
    const response = await served.fetch(new Request('http://localhost/later', post({})))
    expect(response.status).toBe(503)
    expect(log).toEqual(['later'])
    await served.stop()
  })

  test('that many call at once under serializable isolation loses nothing', async () => {
    const add = route.post(
      '/',
      { access: anyone, uses: { tx: db.isolated({ isolation: 'serializable', retry: 10 }) } },
      ({ tx }) => increment(tx),
    )
    const served = createApp({
      title: 'x',
      version: '1.0.0',
      environment: 'test',
      logger: SILENT,
      database: db,
      api: router('/', { add }),
    })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => served.fetch(new Request('http://localhost/', { method: 'POST' }))),
    )
    const saved = answers.filter(({ status }) => status === 204).length
    expect(answers.every(({ status }) => status === 204 || status === 503)).toBe(true)
    expect(saved).toBeGreaterThan(10)
    expect(await value()).toBe(saved)
    await served.stop()
  })

  test('has one transaction of a database: a second kind is refused at start, by name', () => {
    const service = dependency({ uses: { strict: db.isolated({ isolation: 'serializable' }) } }, ({ strict }) => strict)
    const both = route.get('/', { access: anyone, uses: { tx: db.transaction, service }, response: z.int() }, () => 1)
    expect(() => createApp({ title: 'x', version: '1.0.0', api: router('/', { both }) })).toThrow(
      /both → service → strict: it is a second transaction of the database "database" in one operation, beside .*both → tx/,
    )
  })

  test('may have one that is meant to stand apart', async () => {
    const apart = route.post(
      '/',
      { access: anyone, uses: { tx: db.transaction, audit: fresh(db.transaction) } },
      async ({ tx, audit }) => {
        await audit.insert(counters).values({ id: 2, value: 0 })
        await tx.execute(sql`SELECT 1`)
      },
    )
    const served = createApp({
      title: 'x',
      version: '1.0.0',
      environment: 'test',
      database: db,
      api: router('/', { apart }),
    })
    expect((await served.fetch(new Request('http://localhost/', { method: 'POST' }))).status).toBe(204)
    await served.stop()
  })
})

describe('work for after the commit', () => {
  const committed = async (): Promise<number> => (await db.pool.query('SELECT FROM counters')).rowCount ?? 0
  const add = (id: number) => ({ id, value: 0 })

  test('runs once the commit has succeeded, in order, before run resolves', async () => {
    const seen: (string | number)[] = []
    await db.run(async (tx) => {
      afterCommit(tx, async () => void seen.push(await committed()))
      afterCommit(tx, () => void seen.push('second'))
      await tx.insert(counters).values(add(2))
      seen.push('work')
    })
    expect(seen).toEqual(['work', 2, 'second'])
  })

  test('is dropped where the transaction is rolled back, or its commit refused', async () => {
    const work = vi.fn()
    await db
      .run((tx) => {
        afterCommit(tx, work)
        return Promise.reject(new Error('no'))
      })
      .catch(() => {})
    await db
      .run(async (tx) => {
        afterCommit(tx, work)
        await tx.execute(sql`SELECT 1 / 0`).catch(() => {})
      })
      .catch(() => {})
    expect(work).not.toHaveBeenCalled()
  })

  test('is dropped with the savepoint it was left in, however deep, and only that', async () => {
    const seen: string[] = []
    await db.run(async (tx) => {
      afterCommit(tx, () => void seen.push('outer'))
      await tx
        .transaction(async (inner) => {
          afterCommit(inner, () => void seen.push('undone'))
          await inner.transaction((innermost) => {
            afterCommit(innermost, () => void seen.push('undone too'))
            return Promise.resolve()
          })
          await inner.insert(counters).values(add(3))
          throw new Error('no')
        })
        .catch(() => {})
      await tx.transaction((inner) => {
        afterCommit(inner, () => void seen.push('kept'))
        return Promise.resolve()
      })
    })
    expect(seen).toEqual(['outer', 'kept'])
    expect(await committed()).toBe(1)
  })

  test('that fails is told, keeps the rest running, and does not undo what was saved', async () => {
    const seen: string[] = []
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const result = await db.run(async (tx) => {
      afterCommit(tx, () => Promise.reject(new Error('the mail server is down')))
      afterCommit(tx, () => void seen.push('second'))
      await tx.insert(counters).values(add(4))
      return 'saved'
    })
    expect([result, seen, await committed()]).toEqual(['saved', ['second'], 2])
    expect((await warned).message).toContain('the mail server is down')
  })

  test('runs once for an attempt that succeeded, not for those before it', async () => {
    const seen: number[] = []
    let attempts = 0
    await db.run(
      async (tx) => {
        const attempt = (attempts += 1)
        afterCommit(tx, () => void seen.push(attempt))
        await tx.select().from(counters)
        if (attempt === 1) await db.run(increment)
        await increment(tx)
      },
      { isolation: 'repeatable read', retry: 2 },
    )
    expect(seen).toEqual([2])
  })

  test('is there before the response of an operation, and its failure is logged', async () => {
    const seen: unknown[] = []
    const error = vi.fn()
    const create = route.post('/', { access: anyone, uses: { tx: db.transaction } }, async ({ tx }) => {
      afterCommit(tx, async () => void seen.push(await committed()))
      afterCommit(tx, () => {
        throw new Error('the mail server is down')
      })
      await tx.insert(counters).values(add(5))
    })
    const app = createApp({
      title: 'x',
      version: '1.0.0',
      api: router('/', { create }),
      logger: { debug: silent, info: silent, warn: silent, error },
    })
    await using t = await testApp(app, {})
    await t.client.create()
    expect(seen).toEqual([2])
    expect(error).toHaveBeenCalledWith(
      expect.objectContaining({ err: new Error('the mail server is down'), operation: 'create' }),
      expect.stringContaining('after the commit failed'),
    )
  })

  test('needs a transaction that is still there', async () => {
    const drizzle = await db.run((tx) => Promise.resolve(tx))
    expect(() => afterCommit(drizzle, () => {})).toThrow('has ended')
    expect(() => afterCommit({} as typeof drizzle, () => {})).toThrow('takes the transaction of database.transaction')
  })
})

test('Drizzle’s own transactions outside an operation are committed and undone, seen by the observer of tests', async () => {
  const engine = await (db.engine.resolve as (context: object) => unknown)({ log: SILENT })
  const drizzle = (db.drizzle.resolve as (context: object) => Drizzle)({ engine })
  await drizzle.transaction((tx) => tx.update(counters).set({ value: 3 }))
  await drizzle
    .transaction((tx) =>
      tx
        .update(counters)
        .set({ value: 4 })
        .then(() => tx.rollback()),
    )
    .catch(silent)
  expect(await value()).toBe(3)
  expect(db.pool.idleCount).toBe(db.pool.totalCount)
})
