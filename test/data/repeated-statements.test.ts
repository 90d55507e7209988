import { readFileSync } from 'node:fs'
import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database, loader, type DatabaseOptions } from 'ashlar/data'
import { testApp, type TestApp } from 'ashlar/testing'
import { eq, inArray, sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'

const users = pgTable('users', { id: integer().primaryKey(), name: text().notNull() })
const Ids = z.object({ ids: z.array(z.int()) })

const warn = vi.fn()
const silent = (): void => {}
const logger = { debug: silent, info: silent, warn, error: silent }

function appOn(options: DatabaseOptions, environment?: 'development') {
  const db = database(options)
  const names = loader({ uses: { tx: db.transaction } }, async (ids: readonly number[], { tx }) => {
    const rows = await tx
      .select()
      .from(users)
      .where(inArray(users.id, [...ids]))
    return new Map(rows.map((user) => [user.id, user.name]))
  })
  const io = { access: anyone, body: Ids, response: z.array(z.string().nullable()) } as const
  const api = router('/', {
    perRow: route.post('/per-row', { ...io, uses: { tx: db.transaction } }, async ({ tx, body }) => {
      const found = []
      for (const id of body.ids) {
        const [user] = await tx.select().from(users).where(eq(users.id, id))
        found.push(user?.name ?? null)
      }
      return found
    }),
    perRowWithoutTransaction: route.post(
      '/drizzle',
      { ...io, uses: { db: db.drizzle } },
      async ({ db: drizzle, body }) => {
        const found = await Promise.all(body.ids.map((id) => drizzle.select().from(users).where(eq(users.id, id))))
        return found.map(([user]) => user?.name ?? null)
      },
    ),
    loaded: route.post('/loaded', { ...io, uses: { names } }, async ({ names: loaded, body }) =>
      Promise.all(body.ids.map(async (id) => (await loaded.load(id)) ?? null)),
    ),
  })
  return {
    db,
    app: createApp({
      title: 'Users',
      version: '1.0.0',
      database: db,
      api,
      logger,
      ...(environment && { environment }),
    }),
  }
}

const ids = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

async function started(options: DatabaseOptions = {}) {
  const { db, app } = appOn(options)
  const t = await testApp(app)
  await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
    await drizzle.execute(sql`CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)`)
    // Outside a request, repeating is nobody's business.
    for (const id of ids(20)) await drizzle.insert(users).values({ id, name: `user ${id}` })
  })
  return t
}

afterEach(() => {
  warn.mockClear()
  vi.unstubAllEnvs()
})

describe('in a test, a statement that is run once per row', () => {
  const refused = async (t: TestApp, path: string): Promise<{ status: number; code: string; detail: string }> => {
    const response = await t.fetch(path, { method: 'POST', json: { ids: ids(20) } })
    return { ...((await response.json()) as { code: string; detail: string }), status: response.status }
  }

  test('fails the request, and says which operation, which statement, how often and where', async () => {
    await using t = await started()
    const { status, code, detail } = await refused(t, '/per-row')
    expect([status, code]).toEqual([500, 'repeated_statement'])
    expect(detail).toMatch(
      /^perRow runs the same statement again and again, 11 times so far, at test\/data\/repeated-statements\.test\.ts:\d+:\d+: /,
    )
    expect(detail).toContain('from "users" where "users"."id" = ?')
    const line = Number(/test\.ts:(\d+):/.exec(detail)?.[1])
    expect(readLine(line)).toContain('await tx.select().from(users).where(eq(users.id, id))')
  })

  test('is found outside a transaction and when all run at once too', async () => {
    await using t = await started()
    expect(await refused(t, '/drizzle')).toMatchObject({ status: 500, code: 'repeated_statement' })
  })

  test('up to the limit is let be, in each request anew', async () => {
    await using t = await started()
    for (let round = 0; round < 2; round += 1)
      expect((await t.fetch('/per-row', { method: 'POST', json: { ids: ids(10) } })).status).toBe(200)
  })

  test('passes where the limit is higher, or none is set', async () => {
    for (const repeatedStatements of [{ limit: 20 }, false] as const) {
      await using t = await started({ repeatedStatements })
      expect((await t.fetch('/per-row', { method: 'POST', json: { ids: ids(20) } })).status).toBe(200)
    }
  })

  test('is one statement with a loader, whatever the order, with nothing for what is not there', async () => {
    await using t = await started({ repeatedStatements: { limit: 1 } })
    const response = await t.fetch('/loaded', { method: 'POST', json: { ids: [...ids(20).reverse(), 99] } })
    expect(await response.json()).toEqual([
      ...ids(20)
        .reverse()
        .map((id) => `user ${id}`),
      null,
    ])
  })
})

describe('outside tests', () => {
  const served = async (environment: string, path: string): Promise<Response[]> => {
    await using t = await started()
    const { url } = t.app.definition.database as unknown as { url: string }
    vi.stubEnv('NODE_ENV', environment)
    const { app } = appOn({ url, migrate: 'manual' }, 'development')
    const answers = []
    for (let round = 0; round < 2; round += 1) {
      const body = JSON.stringify({ ids: ids(20) })
      answers.push(
        await app.fetch(
          new Request(`http://localhost${path}`, {
            method: 'POST',
            body,
            headers: { 'content-type': 'application/json' },
          }),
        ),
      )
    }
    await app.stop()
    return answers
  }

  test('in development it is a warning, once for an operation and its statement', async () => {
    const answers = await served('development', '/per-row')
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(warn).toHaveBeenCalledTimes(1)
    expect(warn).toHaveBeenCalledWith(
      {
        operation: 'perRow',
        requestId: expect.any(String) as string,
        userId: undefined,
        count: 11,
        statement: expect.stringContaining('where "users"."id" = ?') as string,
        at: expect.stringMatching(/^test\/data\/repeated-statements\.test\.ts:\d+/) as string,
      },
      expect.stringContaining('perRow runs the same statement'),
    )
  })

  test('in production nothing looks', async () => {
    const answers = await served('production', '/per-row')
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(warn).not.toHaveBeenCalled()
  })
})

function readLine(line: number): string {
  return readFileSync(import.meta.filename, 'utf8').split('\n')[line - 1] ?? ''
}
