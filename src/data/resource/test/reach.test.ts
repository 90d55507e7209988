import { createApp, router } from 'ashlar'
import { accessFor, allOf, anyOf, authenticated, owner, role, rule, tenant, through } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { eq, sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { auditTrail } from '../../audit/audit-trail.ts'
import { database } from '../../database.ts'
import { resource } from '../resource.ts'
import { CREATE_TABLES, projects, schema, teams } from './reach.fixture.ts'

const db = database({ schema })
const byName = (realm: string) =>
  basic({ realm, name: realm, verify: (name, password) => (password === realm ? { id: name } : undefined) })
const [members, staff] = [byName('members'), byName('staff')]
const teamOf = ({ team }: { readonly team?: unknown }) => team
const ofTeam = tenant('teamId', teamOf as never)
const teamApi = resource(teams, { database: db, access: authenticated })
const below = resource(projects, {
  database: db,
  access: { read: authenticated, create: ofTeam, update: ofTeam },
  parent: { of: teamApi, column: 'teamId' },
})
const ofTwo = resource(projects, {
  database: db,
  path: '/of-two',
  name: 'OfTwo',
  access: {
    read: anyOf(
      accessFor(members).tenant('teamId', ({ id }) => id),
      accessFor(staff).tenant('staffId', ({ id }) => id),
    ),
    create: anyOf(accessFor(members).authenticated, accessFor(staff).authenticated),
  },
  writable: ['teamId'],
})
const above = resource(projects, {
  database: db,
  path: '/above',
  name: 'Above',
  access: through(
    'theProjectAboveThisOneInTheTreeOfAllProjects',
    through('theProjectAboveThisOneInTheTreeOfAllProjects', owner('teamId')),
  ),
})
const audited = resource(projects, {
  database: db,
  path: '/audited',
  name: 'Audited',
  access: authenticated,
  audit: true,
  version: true,
  bulk: { update: true },
})
const readers = resource(projects, {
  database: db,
  path: '/readers',
  name: 'Readers',
  access: {
    read: anyOf(
      rule({ name: 'reader' }, ({ user }) => user.id === 'reader'),
      role('chief'),
    ),
    update: authenticated,
    delete: authenticated,
  },
})
const put = resource(projects, {
  database: db,
  path: '/put',
  name: 'Put',
  access: { read: authenticated, update: anyOf(allOf(ofTeam, role('x')), authenticated) },
  put: true,
  private: ['secret'],
  writable: ['teamId'],
})
const app = createApp({
  title: 'Reach',
  version: '1',
  database: db,
  auth: [members],
  api: router('', { teams: teamApi, below, ofTwo, above, audited, readers, put }),
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
  await drizzle.execute(CREATE_TABLES)
  await drizzle.insert(teams).values([
    { id: 'a', name: 'A' },
    { id: 'b', name: 'B' },
  ])
})
afterAll(() => t.stop())

const stored = (id: string) =>
  t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.select().from(projects).where(eq(projects.id, id)))
const insert = (...rows: (typeof projects.$inferInsert)[]) =>
  t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.insert(projects).values(rows))

test('nothing is saved below a parent that may be read, where the rule of creation does not allow it', async () => {
  const ofA = t.as({ id: 'ada', team: 'a' })
  await expect(ofA.below.create({ params: { teamId: 'b' }, body: { id: 'p1' } })).rejects.toMatchObject({ status: 403 })
  expect(await stored('p1')).toEqual([])
  expect(await ofA.below.create({ params: { teamId: 'a' }, body: { id: 'p2' } })).toMatchObject({ teamId: 'a' })
})

test("what is created belongs to its creator by the rules of their own authenticator, and not by another's", async () => {
  const authorization = (realm: string) => `Basic ${btoa(`7:${realm}`)}`
  const answer = await t.fetch('/of-two', {
    method: 'POST',
    json: { id: 'p3', teamId: '7' },
    headers: { authorization: authorization('members') },
  })
  expect(answer.status).toBe(201)
  expect(await stored('p3')).toMatchObject([{ teamId: '7', staffId: null }])
})

test('rules through relations with long names ask for the rows they lead to', async () => {
  await insert(
    { id: 'top', teamId: 'ada' },
    { id: 'middle', teamId: 'x', parentId: 'top' },
    { id: 'low', teamId: 'x', parentId: 'middle' },
    { id: 'other', teamId: 'x', parentId: 'low' },
    { id: 'others', teamId: 'ada', parentId: 'other' },
  )
  const { items } = await t.as({ id: 'ada' }).above.list()
  expect(items.map(({ id }) => id)).toEqual(['low'])
  expect((await t.as({ id: 'bob' }).above.list()).items).toEqual([])
})

test('of a bulk change that fails nothing is saved, neither before the error nor after it', async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `bulk${index}`)
  await insert(...ids.map((id) => ({ id, teamId: 'x' })))
  const items = ids.map((id, index) => ({ id, teamId: 'y', version: index === 0 ? 9 : 1 }))
  await expect(t.as({ id: 'ada' }).audited.updateMany({ body: { items } })).rejects.toMatchObject({ status: 412 })
  await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
    // Behind whatever is still under way on the connections.
    await Promise.all(ids.map(() => drizzle.execute(sql`select pg_sleep(0.01)`)))
    expect(await drizzle.select().from(projects).where(eq(projects.teamId, 'y'))).toEqual([])
    expect(await drizzle.select().from(auditTrail)).toEqual([])
  })
})

test('a change answers with the row only whom the rule of reading lets have it, also where that is code', async () => {
  await insert({ id: 'p4', teamId: 'x' })
  const of = { params: { id: 'p4' } }
  await expect(t.as({ id: 'ada' }).readers.update({ ...of, body: { note: 'y' } })).rejects.toMatchObject({
    status: 403,
  })
  await expect(t.as({ id: 'ada' }).readers.delete(of)).rejects.toMatchObject({ status: 403 })
  expect(await stored('p4')).toMatchObject([{ note: 'none' }])
  expect(await t.as({ id: 'reader' }).readers.update({ ...of, body: { note: 'y' } })).toMatchObject({ note: 'y' })
})

test('PUT leaves what the client cannot have read', async () => {
  await insert({ id: 'p5', teamId: 'x', secret: 'kept', note: 'mine' })
  const answer = await t.as({ id: 'ada' }).put.replace({ params: { id: 'p5' }, body: { teamId: 'y' } })
  expect(answer).toMatchObject({ teamId: 'y', note: 'none' })
  expect(await stored('p5')).toMatchObject([{ secret: 'kept' }])
})
