import { createApp, route, router } from 'ashlar'
import { accessFor, anyone } from 'ashlar/access'
import { apiKey, basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { eq } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { database } from '../database.ts'
import { repository } from '../repository/repository.ts'
import { docs, schema, teams } from './rls.fixture.ts'
import { rowSecurityOf } from './row-security.ts'
import { migrationsFolder } from './secured-app.fixture.ts'

const migrations = migrationsFolder()
const db = database({ schema, migrations: migrations.folder, rls: true })
const signIn = db.system('sign-in')
const seen: number[] = []
/** Begins the operation's transaction before anybody knows who calls. */
const leads = basic({
  realm: 'test',
  uses: { tx: db.transaction, signIn },
  verify: async (name, _, { tx, signIn: { tx: all } }) => {
    seen.push(await tx.$count(teams))
    const [team] = await all.select().from(teams).where(eq(teams.leadId, name))
    return team && { id: team.leadId }
  },
})
const machines = apiKey({ in: 'header', name: 'x-key', verify: (key) => ({ id: key }) })
const ofLeads = accessFor(leads)
repository(docs, { database: db, rls: true, access: { read: ofLeads.owner('ownerId'), create: anyone } })
repository(teams, { database: db, rls: true, access: { read: ofLeads.owner('leadId'), create: anyone } })
migrations.write(rowSecurityOf(db).statements)
const counted = { uses: { tx: db.transaction }, response: z.int() }
const app = createApp({
  title: 'Callers',
  version: '1',
  database: db,
  api: router('', {
    lead: route.get('/lead', { access: ofLeads.authenticated, ...counted }, ({ tx }) => tx.$count(docs)),
    machine: route.get('/machine', { access: accessFor(machines).authenticated, ...counted }, ({ tx }) =>
      tx.$count(docs),
    ),
    nobody: route.get('/nobody', { access: anyone, ...counted }, ({ tx }) => tx.$count(docs)),
  }),
  auth: [leads],
})
const t = await testApp(app)
afterAll(async () => {
  await t.stop()
  migrations.remove()
})
await t.run({ signIn }, async ({ signIn: { tx } }) => {
  await tx.insert(teams).values({ name: 'of ada', leadId: 'ada' })
  await tx.insert(docs).values([
    { title: 'a', ownerId: 'ada', tenantId: 1 },
    { title: 'b', ownerId: 'bob', tenantId: 1 },
  ])
})

async function get(path: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await t.fetch(path, { headers })
  return response.status === 200 ? response.json() : response.status
}
const as = (name: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:x`).toString('base64')}`,
})

test('a transaction that began before its caller was known has the rows of the caller from then on', async () => {
  seen.length = 0
  expect(await get('/lead', as('ada'))).toBe(1)
  expect(await get('/lead', as('bob'))).toBe(401)
  // Until then nobody called.
  expect(seen).toEqual([0, 0])
})

test('a caller whom another authenticator knows is nobody to a rule that is bound to one', async () => {
  expect(await get('/machine', { 'x-key': 'ada' })).toBe(0)
  expect(await get('/nobody')).toBe(0)
})
