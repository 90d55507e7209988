import { createApp, route, router } from 'ashlar'
import { allOf, anyOf, authenticated, owner, role, rows, rule, through } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { eq, ne, notInArray, sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { AccessRule } from '../../core/access/index.ts'
import { database } from '../database.ts'
import type { Transaction } from '../drizzle.ts'
import { repository } from '../repository/repository.ts'
import { resource } from '../resource/resource.ts'
import { docs, memos, schema, teams } from './rls.fixture.ts'
import { rowSecurityOf } from './row-security.ts'
import { migrationsFolder } from './secured-app.fixture.ts'

const migrations = migrationsFolder()
const db = database({ schema, migrations: migrations.folder, rls: true })
const system = db.system('the tests prepare and look')
const docApi = resource(docs, {
  path: '/papers',
  database: db,
  rls: true,
  access: {
    read: anyOf(owner('ownerId'), role('auditor'), through('team', owner('leadId'))),
    create: allOf(authenticated, owner('ownerId')),
    update: owner('ownerId'),
    delete: owner('ownerId'),
  },
  writable: ['ownerId'],
})
const teamRows = repository(teams, {
  database: db,
  rls: true,
  access: { read: through('docs', owner('ownerId')), create: authenticated },
})
const memoApi = resource(memos, {
  database: db,
  rls: true,
  softDelete: true,
  access: {
    read: anyOf(owner('ownerId'), role('cleaner'), role('purger')),
    create: allOf(authenticated, owner('ownerId')),
    delete: role('cleaner'),
    purge: role('purger'),
  },
})
let work: (tx: Transaction<typeof schema>) => Promise<unknown>
const act = route.post(
  '/act',
  { access: authenticated, uses: { tx: db.transaction }, response: z.unknown() },
  async ({ tx }) => (await work(tx)) ?? null,
)
const both = route.post(
  '/both',
  { access: authenticated, uses: { tx: db.transaction, system }, response: z.unknown() },
  async (context) => {
    const own = await context.tx.$count(docs)
    const [all, byRepository] = await Promise.all([
      context.system.tx.$count(docs),
      context.system.repository(docs).count(),
    ])
    await context.system.tx.transaction((inner) => inner.execute(sql`select 1/0`)).catch(() => undefined)
    return { own, all, byRepository, after: await context.tx.$count(docs) }
  },
)
const team = route.post(
  '/team',
  { access: authenticated, uses: { teamRows }, body: z.object({ name: z.string() }), response: z.unknown() },
  ({ teamRows: own, body }) => own.insert({ name: body.name, leadId: 'x' }),
)
migrations.write(rowSecurityOf(db).statements)
const app = createApp({
  title: 'Secured',
  version: '1',
  database: db,
  api: router('', { docs: docApi, memos: memoApi, act, both, team }),
  auth: [basic({ realm: 'test', verify: () => undefined })],
})
const t = await testApp(app)
afterAll(async () => {
  await t.stop()
  migrations.remove()
})
await t.run({ system }, async ({ system: { tx } }) => {
  const [own] = await tx.insert(teams).values({ name: 'of cyd', leadId: 'cyd' }).returning()
  await tx.insert(docs).values([
    { title: 'a1', ownerId: 'ada', tenantId: 1 },
    { title: 'a2', ownerId: 'ada', tenantId: 1 },
    { title: 'b1', ownerId: 'bob', tenantId: 2, teamId: own!.id },
  ])
})

function inTransaction(id: string, by: typeof work, roles: string[] = []): Promise<unknown> {
  work = by
  return t.as({ id, roles }).act()
}
const titles = async (tx: Transaction<typeof schema>): Promise<string[]> =>
  (await tx.select().from(docs)).map(({ title }) => title).sort()

test('a plain select gives the rows of the caller', async () => {
  expect(await inTransaction('ada', titles)).toEqual(['a1', 'a2'])
  expect(await inTransaction('bob', titles)).toEqual(['b1'])
  expect(await inTransaction('cyd', titles)).toEqual(['b1'])
  expect(await inTransaction('dan', titles)).toEqual([])
  expect(await inTransaction('dan', titles, ['auditor'])).toEqual(['a1', 'a2', 'b1'])
})

test('two tables that lead to each other are asked once each', async () => {
  expect(await inTransaction('bob', (tx) => tx.$count(teams))).toBe(1)
  expect(await inTransaction('ada', (tx) => tx.$count(teams))).toBe(0)
})

test('a plain update and delete reach no other rows', async () => {
  const changed = inTransaction('cyd', async (tx) => (await tx.update(docs).set({ level: 9 }).returning()).length)
  expect(await changed).toBe(0)
  expect(await inTransaction('cyd', async (tx) => (await tx.delete(docs).returning()).length)).toBe(0)
  const given = inTransaction('ada', (tx) => tx.update(docs).set({ ownerId: 'bob' }))
  await expect(given).rejects.toMatchObject({ status: 403 })
})

test('a resource answers as it does without policies', async () => {
  const ada = t.as({ id: 'ada' })
  const made = await ada.docs.create({ body: { title: 'new', tenantId: 1, ownerId: 'ada' } })
  expect((await ada.docs.list()).items).toHaveLength(3)
  expect(await ada.docs.update({ params: { id: made.id }, body: { title: 'newer' } })).toMatchObject({ title: 'newer' })
  const bob = t.as({ id: 'bob' })
  await expect(bob.docs.read({ params: { id: made.id } })).rejects.toMatchObject({ status: 404 })
  await expect(bob.docs.update({ params: { id: made.id }, body: { title: 'x' } })).rejects.toMatchObject({
    status: 404,
  })
  const auditor = t.as({ id: 'eve', roles: ['auditor'] })
  await expect(auditor.docs.delete({ params: { id: made.id } })).rejects.toMatchObject({ status: 403 })
  await expect(bob.docs.create({ body: { title: 'x', tenantId: 1, ownerId: 'ada' } })).rejects.toMatchObject({
    status: 403,
  })
  await ada.docs.delete({ params: { id: made.id } })
  expect((await ada.docs.list()).items).toHaveLength(2)
})

test('what is deleted softly is for those who may delete, and its purge for those who may purge', async () => {
  const [ada, cleaner, purger] = [
    t.as({ id: 'ada' }),
    t.as({ id: 'cy', roles: ['cleaner'] }),
    t.as({ id: 'pi', roles: ['purger'] }),
  ]
  await ada.memos.create({ body: { id: 1 } })
  const one = { params: { id: 1 } }
  await expect(ada.memos.delete(one)).rejects.toMatchObject({ status: 403 })
  await cleaner.memos.delete(one)
  expect((await ada.memos.list()).items).toHaveLength(0)
  await cleaner.memos.restore(one)
  expect((await ada.memos.list()).items).toHaveLength(1)
  const plain = inTransaction('cy', async (tx) => (await tx.delete(memos).returning()).length, ['cleaner'])
  expect(await plain).toBe(0)
  await expect(cleaner.memos.purge(one)).rejects.toMatchObject({ status: 403 })
  await purger.memos.purge(one)
  expect((await ada.memos.list()).items).toHaveLength(0)
})

test('what a caller creates and may not read is refused', async () => {
  await expect(t.as({ id: 'ada' }).team({ body: { name: 'x' } })).rejects.toMatchObject({ status: 403 })
})

test('the system has all rows, and the caller beside it their own', async () => {
  expect(await t.as({ id: 'ada' }).both()).toEqual({ own: 2, all: 3, byRepository: 3, after: 2 })
})

test('where nobody calls there are no rows, and none without a transaction', async () => {
  expect(await t.run({ tx: db.transaction }, async ({ tx }) => tx.$count(docs))).toBe(0)
  expect(await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => drizzle.$count(docs))).toBe(0)
  const inserted = t.run({ tx: db.transaction }, ({ tx }) =>
    tx.insert(docs).values({ title: 'x', ownerId: 'ada', tenantId: 1 }),
  )
  await expect(inserted).rejects.toMatchObject({ cause: { code: '42501' } })
})

test('a rule that the database cannot ask is refused where it is declared', () => {
  const declare = (read: AccessRule) => () => repository(docs, { database: db, rls: true, access: { read } })
  const staff = (user: { readonly id: unknown }) =>
    user as unknown as { staff: boolean; level: number; teams: string[] }
  const refused: readonly [AccessRule, string][] = [
    [rule({ name: 'odd hours' }, () => true), 'has code of its own'],
    [rows<typeof docs>('a', ({ user }) => !staff(user).staff), 'it reads user.staff without a place'],
    [
      rows<typeof docs>('b', ({ user, table }) =>
        staff(user).staff ? eq(table.ownerId, 'x') : eq(table.ownerId, user.id as string),
      ),
      'it reads user.staff without a place',
    ],
    [rows<typeof docs>('c', ({ user, table }) => eq(table.level, staff(user).level + 1)), 'it reckons with user.level'],
    [rows<typeof docs>('d', ({ user }) => staff(user).teams.includes('x')), 'it uses user.teams.includes'],
    [rows<typeof docs>('e', ({ user }) => 'staff' in user), 'it looks at which properties'],
    [
      rows<typeof docs>('f', ({ user, table }) => notInArray(table.teamId, staff(user).teams)),
      'it asks what is not in',
    ],
    [
      rows<typeof docs>('g', ({ table }) => sql`${table.title} < ${sql.param(new Date())}`),
      'it compares with a moment',
    ],
    [
      rows<typeof docs>('h', ({ user, table }) => eq(table.title, `${staff(user).level}`)),
      'it reckons with user.level',
    ],
  ]
  for (const [read, why] of refused) expect(declare(read), why).toThrow(why)
  expect(
    declare(rows<typeof docs>('not mine', ({ user, table }) => ne(table.ownerId, user.id as string))),
  ).not.toThrow()
})

test('a policy by hand stands where a rule cannot', async () => {
  const own = database({ schema, rls: true })
  repository(docs, {
    database: own,
    rls: { read: sql`${docs.level} < 5 and owner_id = (select ashlar.claim('id'))` },
    access: { read: rule({ name: 'odd hours' }, () => true) },
  })
  expect(rowSecurityOf(own).statements.find((each) => each.includes('ashlar_select'))).toContain(
    `"docs"."level" < 5 and owner_id = (select ashlar.claim('id'))`,
  )
})

test('two rules that a policy could not tell apart are refused', () => {
  const own = database({ schema, rls: true })
  const byTitle = { read: owner('ownerId', (user) => `${user.id}!`) }
  repository(docs, { database: own, rls: true, access: { read: owner('ownerId') } })
  repository(docs, { database: own, rls: true, access: byTitle })
  expect(() => rowSecurityOf(own)).toThrow('are both called "docs.owner(ownerId)"')
})

test('a database without rls takes no declaration with it', () => {
  const open = database({ schema })
  expect(() => repository(docs, { database: open, rls: true, access: { read: authenticated } })).toThrow(
    'Write database({ rls: true })',
  )
})
