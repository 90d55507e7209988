import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, route, router } from 'ashlar'
import { authenticated, tenant } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { database, policyStatements, resource } from 'ashlar/data'
import { createTestDatabase } from '../../src/data/test-database.ts'
import { sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

const REQUESTS = 1000
const POOL = 2
const ROWS_EACH = 5

const notes = pgTable('notes', {
  id: integer().primaryKey(),
  tenantId: text('tenant_id').notNull(),
  title: text().notNull(),
})
const folder = mkdtempSync(join(tmpdir(), 'ashlar-gz4-'))
const declared = database({ schema: { notes }, migrations: folder, rls: true })
const ofTenant = tenant('tenantId', (user) => String(user.id).split('-')[0])
resource(notes, { database: declared, rls: true, access: ofTenant })
writeFileSync(
  join(folder, '0001_init.sql'),
  `create table notes (id integer primary key, tenant_id text not null, title text not null);\n${policyStatements(declared).join(';\n')};\n`,
)
const copy = await createTestDatabase(declared)
const db = database({
  ...copy.database.options,
  migrate: 'manual',
  pool: { max: POOL },
  // Those of killed connections are answered 503; the others must not wait for them.
  statementTimeoutMs: 5_000,
})
const system = db.system('the test prepares')
const noteApi = resource(notes, { database: db, rls: true, access: ofTenant })
const plain = route.get(
  '/plain',
  { access: authenticated, uses: { tx: db.transaction }, response: z.array(z.string()) },
  async ({ tx }) => {
    const rows = await tx.select().from(notes)
    // The connection is in use for a while, so that others wait for it.
    await tx.execute(sql`select 1`)
    return rows.map(({ tenantId }) => tenantId)
  },
)
const checkout = route.get(
  '/checkout',
  { access: authenticated, uses: { drizzle: db.drizzle }, response: z.object({ claims: z.string(), rows: z.int() }) },
  async ({ drizzle }) => {
    const { rows } = await drizzle.execute<{ claims: string }>(
      sql`select coalesce(current_setting('ashlar.claims', true), '') as claims`,
    )
    return { claims: rows[0]!.claims, rows: await drizzle.$count(notes) }
  },
)
const app = createApp({
  title: 'Tenants',
  version: '1',
  database: db,
  api: router('', { notes: noteApi, plain, checkout }),
  auth: [basic({ realm: 'test', verify: (username) => ({ id: username }) })],
  logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
})
const admin = new Client({ connectionString: copy.url })
const agent = new Agent({ keepAlive: true, maxSockets: 32 })
let port = 0

beforeAll(async () => {
  await admin.connect()
  port = (await app.listen({ port: 0, host: '127.0.0.1' })).port
  await app.run({ system }, ({ system: { tx } }) =>
    tx
      .insert(notes)
      .values(
        ['a', 'b'].flatMap((tenantId, which) =>
          Array.from({ length: ROWS_EACH }, (_, index) => ({ id: which * 100 + index, tenantId, title: `${index}` })),
        ),
      ),
  )
})
afterAll(async () => {
  agent.destroy()
  await app.stop()
  await admin.end()
  await copy.drop()
  rmSync(folder, { recursive: true })
})

interface Answer {
  readonly status: number
  readonly body: unknown
}

function get(path: string, user: string): Promise<Answer> {
  const authorization = `Basic ${Buffer.from(`${user}:x`).toString('base64')}`
  return new Promise((resolve, reject) => {
    request({ port, path, agent, host: '127.0.0.1', headers: { authorization, host: 'localhost' } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) }),
      )
    })
      .on('error', reject)
      .end()
  })
}

/** The tenants of the rows in an answer. */
function tenantsIn({ body }: Answer): string[] {
  if (Array.isArray(body)) return body as string[]
  return (body as { items: { tenantId: string }[] }).items.map(({ tenantId }) => tenantId)
}

async function interleaved(kill: (done: number) => Promise<void>): Promise<Answer[]> {
  let done = 0
  return Promise.all(
    Array.from({ length: REQUESTS }, async (_, index) => {
      const own = index % 2 === 0 ? 'a' : 'b'
      const answer = await get(index % 3 === 0 ? '/notes' : '/plain', `${own}-${index}`)
      await kill((done += 1))
      if (answer.status === 200) expect(tenantsIn(answer)).toEqual(Array(ROWS_EACH).fill(own))
      return answer
    }),
  )
}

const KILL = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state is not null`

test('1000 interleaved requests of two tenants over two connections see the rows of their own tenant alone', async () => {
  const answers = await interleaved(async () => {})
  expect(answers.every(({ status }) => status === 200)).toBe(true)
})

test('so do they while connections are killed in the middle', async () => {
  let kills = 0
  const answers = await interleaved(async (done) => {
    // The last ones meet no new kill, so that those after this test meet none either.
    if (done % 100 !== 0 || done > REQUESTS - 200) return
    kills += (await admin.query(KILL)).rowCount ?? 0
  })
  expect(kills).toBeGreaterThan(0)
  const failures = answers.filter(({ status }) => status !== 200).map(({ body }) => (body as { code: string }).code)
  // Where the connection is lost between COMMIT and its answer.
  const expected = ['database_unavailable', 'commit_outcome_unknown']
  expect(failures.filter((code) => !expected.includes(code))).toEqual([])
  expect(failures.length).toBeLessThan(REQUESTS)
})

test('a fresh checkout carries no claims, and sees no rows', async () => {
  for (let round = 0; round < 20; round += 1) {
    const [own] = await Promise.all([get('/plain', 'a-1'), get('/notes', 'b-1')])
    expect(own.status).toBe(200)
    for (const { body } of await Promise.all([get('/checkout', 'a-1'), get('/checkout', 'b-1')]))
      expect(body).toEqual({ claims: '', rows: 0 })
  }
})

test('claims that are missing leave no rows, for reading and for writing', async () => {
  expect(await db.run((tx) => tx.$count(notes))).toBe(0)
  expect((await db.run((tx) => tx.update(notes).set({ title: 'x' }))).rowCount).toBe(0)
  expect((await db.run((tx) => tx.delete(notes))).rowCount).toBe(0)
  await expect(db.run((tx) => tx.insert(notes).values({ id: 900, tenantId: 'a', title: 'x' }))).rejects.toMatchObject({
    cause: { code: '42501' },
  })
  // A caller without the value that the rule compares.
  expect(tenantsIn(await get('/plain', '-1'))).toEqual([])
  expect(await db.run((tx) => tx.$count(notes), { system: 'the test counts' })).toBe(2 * ROWS_EACH)
})

test('claims set by hand in a transaction end with it', async () => {
  await db.run(async (tx) => {
    await tx.execute(sql`select set_config('ashlar.claims', '{"system": "true"}', true)`)
    expect(await tx.$count(notes)).toBe(2 * ROWS_EACH)
  })
  expect(await db.run((tx) => tx.$count(notes))).toBe(0)
})
