import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { eq, sql } from 'drizzle-orm'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { createApp } from '../../app/create-app.ts'
import { anyone } from '../../core/access/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { testApp } from '../../testing/index.ts'
import type { Engine } from '../engine.ts'
import { database, type Database } from '../index.ts'
import { ReplicatedServer } from './replicated-server.fixture.ts'
import { parsePosition, parseToken, tokenOf } from './wal-position.ts'

const counters = pgTable('counters', { id: integer().primaryKey(), value: integer().notNull() })
const Read = z.object({ value: z.int(), replica: z.boolean() })
const silent = (): void => {}
const logger = { debug: silent, info: silent, warn: silent, error: silent }

function counterApp(db: Database) {
  return createApp({
    title: 'x',
    version: '1.0.0',
    environment: 'test',
    database: db,
    logger,
    api: router('/', {
      read: route.get('/', { access: anyone, uses: { db: db.reader }, response: Read }, async ({ db: reader }) => {
        const { rows } = await reader.execute<{ replica: boolean }>(sql`SELECT pg_is_in_recovery() AS replica`)
        const [row] = await reader.select().from(counters).where(eq(counters.id, 1))
        return { value: row!.value, replica: rows[0]!.replica }
      }),
      add: route.post('/', { access: anyone, uses: { tx: db.transaction } }, async ({ tx }) => {
        await tx.update(counters).set({ value: sql`value + 1` })
      }),
      look: route.post('/look', { access: anyone, uses: { tx: db.transaction } }, async ({ tx }) => {
        await tx.select().from(counters)
      }),
      undone: route.post('/undone', { access: anyone, uses: { tx: db.transaction } }, async ({ tx }) => {
        await tx.update(counters).set({ value: -1 })
        await tx.execute(sql`SELECT 1 / 0`).catch(silent)
      }),
    }),
  })
}

// Windows has no sockets for it, and the programs are those of the embedded server.
describe.skipIf(process.platform === 'win32')('reads with a streaming replica (skipped on Windows)', () => {
  let server: ReplicatedServer
  let db: Database
  let app: ReturnType<typeof counterApp>

  beforeAll(async () => {
    server = await ReplicatedServer.start()
    db = database({ url: server.primary, replicas: [server.replica] })
    await db.start()
    await db.pool.query('CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)')
    await db.pool.query('INSERT INTO counters VALUES (1, 0)')
    app = counterApp(db)
    await caughtUp()
  })
  afterAll(async () => {
    await app?.stop()
    await db?.stop()
    await server?.stop()
  })
  afterEach(() => server.onReplica('SELECT pg_wal_replay_resume()'))

  /** Until the replica has all there is. */
  const caughtUp = async (): Promise<void> => {
    const { rows } = await db.pool.query<{ at: string }>('SELECT pg_current_wal_flush_lsn()::text AS at')
    await vi.waitFor(async () => {
      const [found] = await server.onReplica(`SELECT pg_last_wal_replay_lsn() >= '${rows[0]!.at}'::pg_lsn AS reached`)
      expect(found).toEqual({ reached: true })
    }, 20_000)
  }
  /** Replay stops, so that whatever is written next is not there. */
  const pause = async (): Promise<void> => {
    await caughtUp()
    await server.onReplica('SELECT pg_wal_replay_pause()')
    await vi.waitFor(async () => {
      expect(await server.onReplica('SELECT pg_get_wal_replay_pause_state() AS state')).toEqual([{ state: 'paused' }])
    }, 20_000)
  }
  const call = (path: string, init?: RequestInit): Promise<Response> =>
    app.fetch(new Request(`http://localhost${path}`, init))
  const read = async (headers: Record<string, string> = {}): Promise<unknown> => (await call('/', { headers })).json()
  const value = async (): Promise<number> =>
    (await db.pool.query<{ value: number }>('SELECT value FROM counters')).rows[0]!.value
  const add = async (): Promise<{ cookie: string; header: string }> => {
    const response = await call('/', { method: 'POST' })
    expect(response.status).toBe(204)
    const [cookie = ''] = response.headers.getSetCookie()
    return { cookie: cookie.split(';')[0]!, header: response.headers.get('x-ashlar-consistency') ?? '' }
  }

  test('go to the replica', async () => {
    expect(await read()).toEqual({ value: await value(), replica: true })
  })

  test('of who has just written go to the primary until the replica has it; those of others do not', async () => {
    await pause()
    const before = await value()
    const { cookie, header } = await add()
    expect(await read({ cookie })).toEqual({ value: before + 1, replica: false })
    expect(await read({ 'x-ashlar-consistency': header })).toEqual({ value: before + 1, replica: false })
    expect(await read()).toEqual({ value: before, replica: true })
    await server.onReplica('SELECT pg_wal_replay_resume()')
    await caughtUp()
    await vi.waitFor(async () => expect(await read({ cookie })).toEqual({ value: before + 1, replica: true }), 20_000)
  })

  test('hold for every process: another one knows what the client has written', async () => {
    await pause()
    const { cookie } = await add()
    const other = database({ url: server.primary, replicas: [server.replica] })
    const elsewhere = counterApp(other)
    const response = await elsewhere.fetch(new Request('http://localhost/', { headers: { cookie } }))
    expect(await response.json()).toEqual({ value: await value(), replica: false })
    await elsewhere.stop()
  })

  test('are not tied to the primary by what wrote nothing', async () => {
    for (const path of ['/look', '/undone']) {
      const { headers } = await call(path, { method: 'POST' })
      expect([headers.getSetCookie(), headers.get('x-ashlar-consistency')]).toEqual([[], null])
    }
  })

  test('with a token that is made up go to the primary or the replica, and fail nowhere', async () => {
    await caughtUp()
    for (const token of ['ffffffffffffffff', "0'; drop table counters", '', 'zz'])
      expect(await read({ 'x-ashlar-consistency': token })).toMatchObject({ value: await value() })
  })

  test('go to the primary while the replica is gone, and back when it is there again', async () => {
    await caughtUp()
    await server.killReplica()
    const expected = await value()
    for (let round = 0; round < 5; round += 1) expect(await read()).toEqual({ value: expected, replica: false })
    await server.startReplica()
    await vi.waitFor(async () => expect(await read()).toEqual({ value: expected, replica: true }), 20_000)
  })

  test('of resources go there too, and past it while it is gone', async () => {
    const { readRunner } = await engineOf(db)
    const where = { name: undefined, text: 'SELECT pg_is_in_recovery()' }
    const isReplica = async (): Promise<string | null> => (await readRunner.run(where, [])).text(0, 0)
    expect(await isReplica()).toBe('t')
    await server.killReplica()
    expect(await isReplica()).toBe('f')
    await server.startReplica()
    await vi.waitFor(async () => expect(await isReplica()).toBe('t'), 20_000)
  })

  test('only read: a write says where it belongs, whichever server it would go to', async () => {
    const alone = database({ url: server.primary })
    await alone.start()
    for (const each of [db, alone]) {
      const reader = await readerOf(each)
      await expect(reader.execute(sql`UPDATE counters SET value = 7`)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('database.reader only reads') as string },
      })
    }
    await alone.stop()
  })
})

const engineOf = async (db: Database): Promise<Engine<Record<string, never>>> =>
  (db.engine.resolve as (context: object) => Promise<Engine<Record<string, never>>>)({ log: logger })

async function readerOf(db: Database) {
  const engine = await engineOf(db)
  return (db.reader.resolve as (context: object) => { execute(query: unknown): Promise<unknown> })({ engine })
}

test('without replicas reads go to the database itself, in a test to its copy', async () => {
  const db = database({ replicas: ['postgres://nobody@127.0.0.1:1/none'] })
  await using t = await testApp(createApp({ title: 'x', version: '1.0.0', database: db, api: router('/', {}) }))
  const rows = await t.run({ reader: db.reader }, ({ reader }) =>
    reader.execute(sql`SELECT current_database() AS name`),
  )
  expect(rows.rows[0]?.['name']).toMatch(/^ashlar_test_/)
})

test('a position is the same as text and as a token', () => {
  expect(parsePosition('16/B374D848')).toBe(0x16b374d848n)
  expect(parseToken(tokenOf(parsePosition('16/B374D848')))).toBe(0x16b374d848n)
  expect(parseToken('0x1')).toBeUndefined()
})
