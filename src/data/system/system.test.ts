import { createApp, route, router } from 'ashlar'
import { authenticated, owner } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { eq, sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { auditTrail } from '../audit/audit-trail.ts'
import { database } from '../database.ts'
import { repository } from '../repository/repository.ts'
import { resource } from '../resource/resource.ts'
import { CREATE_TABLES, schema, tasks } from '../resource/test/tasks.fixture.ts'
import type { SystemAccess } from './system-access.ts'

const lines: object[] = []
const db = database({ schema: { ...schema, auditTrail } })
const system = db.system('the tests look after themselves')
const taskApi = resource(tasks, {
  database: db,
  access: owner('ownerId'),
  softDelete: true,
  audit: true,
})
const taskRepository = repository(tasks, { database: db, access: owner('ownerId') })
let handler: (access: SystemAccess<{ auditTrail: typeof auditTrail } & typeof schema>) => Promise<unknown>
const act = route.post('/act', { access: authenticated, uses: { system }, response: z.unknown() }, (context) =>
  handler(context.system),
)
const app = createApp({
  title: 'System',
  version: '1',
  database: db,
  api: router('', { act, tasks: taskApi }),
  auth: [basic({ realm: 'test', verify: () => undefined })],
  logger: { debug: () => {}, info: (fields) => lines.push(fields), warn: () => {}, error: () => {} },
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
  await drizzle.execute(CREATE_TABLES)
  await drizzle.execute(sql`create table ashlar_audit (
    id bigint primary key generated always as identity, at timestamptz not null default now(), actor text, action text not null,
    table_name text not null, row_key jsonb, request_id text, operation text, reason text, before jsonb, after jsonb)`)
})
afterAll(() => t.stop())

async function as(id: string, by: typeof handler): Promise<unknown> {
  handler = by
  return t.as({ id }).act()
}

test('a system access reaches the rows of everybody', async () => {
  const mine = await t.as({ id: 'ada' }).tasks.create({ body: { title: 'Tea' } })
  expect(await as('bob', (access) => access.repository(tasks).get(mine.id))).toMatchObject({ ownerId: 'ada' })
  expect(await as('bob', (access) => access.repository(taskRepository).get(mine.id))).toMatchObject({ ownerId: 'ada' })
  expect(await as('bob', (access) => access.repository(taskApi).update(mine.id, { title: 'Green tea' }))).toMatchObject(
    { title: 'Green tea', ownerId: 'ada' },
  )
})

test('a resource keeps its soft deletion for the system', async () => {
  const mine = await t.as({ id: 'ada' }).tasks.create({ body: { title: 'Tea' } })
  await as('bob', (access) => access.repository(taskApi).delete(mine.id))
  expect(await as('bob', async (access) => (await access.repository(taskApi).find(mine.id)) ?? null)).toBeNull()
  expect(await as('bob', (access) => access.repository(tasks).get(mine.id))).toMatchObject({ ownerId: 'ada' })
})

test('each use is one line of the log, with the reason and who called', async () => {
  lines.length = 0
  await as('bob', async () => null)
  expect(lines).toContainEqual({
    reason: 'the tests look after themselves',
    operation: 'act',
    requestId: expect.any(String) as string,
    user: 'bob',
    userId: 'bob',
  })
})

test('the trail tells which table was reached by whom and why, and that the change was nobody else’s', async () => {
  const mine = await t.as({ id: 'ada' }).tasks.create({ body: { title: 'Tea' } })
  await t.run({ tx: db.transaction }, ({ tx }) => tx.delete(auditTrail))
  await as('bob', (access) => access.repository(tasks).update(mine.id, { title: 'Green tea' }))
  await as('bob', (access) => access.tx.select().from(tasks).limit(1))
  const entries = await t.run({ tx: db.transaction }, ({ tx }) => tx.select().from(auditTrail).orderBy(auditTrail.id))
  const reason = 'the tests look after themselves'
  expect(entries).toMatchObject([
    { action: 'system', actor: 'bob', tableName: 'tasks', operation: 'act', reason },
    { action: 'update', actor: null, tableName: 'tasks', operation: 'act', reason, after: { title: 'Green tea' } },
    { action: 'system', actor: 'bob', tableName: '*', operation: 'act', reason },
  ])
  expect(new Set(entries.slice(0, 2).map(({ requestId }) => requestId)).size).toBe(1)
})

test('what the system did is undone with the operation, and so is its entry', async () => {
  const mine = await t.as({ id: 'ada' }).tasks.create({ body: { title: 'Tea' } })
  await t.run({ tx: db.transaction }, ({ tx }) => tx.delete(auditTrail))
  const failing = as('bob', async (access) => {
    await access.repository(tasks).update(mine.id, { title: 'Green tea' })
    throw new TypeError('after the change')
  })
  await expect(failing).rejects.toMatchObject({ status: 500 })
  expect(await t.as({ id: 'ada' }).tasks.read({ params: { id: mine.id } })).toMatchObject({ title: 'Tea' })
  const count = await t.run({ tx: db.transaction }, ({ tx }) => tx.$count(auditTrail))
  expect(count).toBe(0)
})

test('it works outside of requests, where nobody calls', async () => {
  lines.length = 0
  const { id } = await t.run({ system }, async (uses) =>
    uses.system.repository(tasks).insert({ title: 'Of the night', ownerId: 'ada' }),
  )
  const rows = await t.run({ tx: db.transaction }, ({ tx }) => tx.select().from(tasks).where(eq(tasks.id, id)))
  expect(rows).toMatchObject([{ ownerId: 'ada' }])
  expect(lines).toContainEqual({
    reason: 'the tests look after themselves',
    operation: undefined,
    requestId: undefined,
  })
})

test('a reason is a reason', () => {
  expect(() => db.system('')).toThrow(TypeError)
  expect(() => db.system('  ')).toThrow('database.system(reason) says why')
})

test('rows of another database are not given', async () => {
  const other = database({ name: 'other', schema })
  const elsewhere = repository(tasks, { database: other, access: owner('ownerId') })
  const failing = t.run({ system }, async (uses) => uses.system.repository(elsewhere).count())
  await expect(failing).rejects.toThrow('are in the database "other"')
  await expect(t.run({ system }, async (uses) => uses.system.repository({ kind: 'router' }))).rejects.toThrow(TypeError)
  await t.run({ tx: db.transaction }, ({ tx }) => tx.execute(sql`select 1`))
})
