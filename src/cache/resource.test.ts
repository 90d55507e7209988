import { eq, relations, sql } from 'drizzle-orm'
import { boolean, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { createApp, dependency, route, router } from 'ashlar'
import { anyOf, anyone, authenticated, owner, role, rows, through } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { cache } from 'ashlar/cache'
import { database, repository, resource } from 'ashlar/data'
import { testApp } from 'ashlar/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'

const teams = pgTable('teams', {
  id: uuid().primaryKey().defaultRandom(),
  name: text().notNull(),
  ownerId: text('owner_id').notNull(),
})
const notes = pgTable('notes', {
  id: uuid().primaryKey().defaultRandom(),
  title: text().notNull(),
  secret: text().notNull().default('hush'),
  open: boolean().notNull().default(false),
  teamId: uuid('team_id').references(() => teams.id, { onDelete: 'cascade' }),
  ownerId: text('owner_id').notNull(),
})
const schema = {
  teams,
  notes,
  teamRelations: relations(teams, ({ many }) => ({ notes: many(notes) })),
  noteRelations: relations(notes, ({ one }) => ({
    team: one(teams, { fields: [notes.teamId], references: [teams.id] }),
  })),
}
const db = database({ schema })

const access = {
  read: anyOf(owner('ownerId'), through('team', owner('ownerId')), role('admin')),
  create: authenticated,
  update: owner('ownerId'),
  delete: anyOf(owner('ownerId'), role('admin')),
}
const shape = {
  database: db,
  access,
  fields: { secret: role('admin') },
  list: {
    sort: ['title'],
    filter: ['title'],
    include: { team: { access: anyone, fields: ['name'] } },
  },
} as const
const keep = cache({ ttlSeconds: 600 })
const noteRows = repository(notes, { database: db, access })
const rename = dependency({ scope: 'app', uses: { drizzle: db.drizzle } }, ({ drizzle }) =>
  drizzle
    .update(notes)
    .set({ title: sql`${sql.placeholder('title')}` })
    .where(eq(notes.id, sql.placeholder('id')))
    .prepare('rename_note'),
)
const title = { access: authenticated, params: z.object({ id: z.uuid(), title: z.string() }) }
const everything = { access: anyone, response: z.array(z.string()) }

const api = router('/', {
  notes: resource(notes, { ...shape, name: 'Note', cache: keep, bulk: { create: true, update: true, delete: true } }),
  plain: resource(notes, { ...shape, name: 'PlainNote', path: '/plain' }),
  titles: resource(notes, {
    database: db,
    name: 'Title',
    path: '/titles',
    access: { read: rows<typeof notes>('of a team', () => sql`exists (select from teams)`, { anonymous: true }) },
    cache: keep,
  }),
  hand: router('/hand', {
    repository: route.post('/repository/:id/:title', { ...title, uses: { noteRows } }, async ({ params, noteRows }) => {
      await noteRows.update(params.id, { title: params.title })
    }),
    system: route.post(
      '/system/:id/:title',
      { ...title, uses: { all: db.system('a test') } },
      async ({ params, all }) => void (await all.repository(notes).update(params.id, { title: params.title })),
    ),
    transaction: route.post(
      '/transaction/:id/:title',
      { ...title, uses: { tx: db.transaction } },
      async ({ params, tx }) => {
        await tx.transaction((inner) => inner.update(notes).set({ title: params.title }).where(eq(notes.id, params.id)))
      },
    ),
    drizzle: route.post(
      '/drizzle/:id/:title',
      { ...title, uses: { drizzle: db.drizzle } },
      async ({ params, drizzle }) => {
        await drizzle.update(notes).set({ title: params.title }).where(eq(notes.id, params.id))
      },
    ),
    sql: route.post('/sql/:id/:title', { ...title, uses: { tx: db.transaction } }, async ({ params, tx }) => {
      await tx.execute(sql`update notes set title = ${params.title} where id = ${params.id}`)
    }),
    prepared: route.post('/prepared/:id/:title', { ...title, uses: { rename } }, async ({ params, rename }) => {
      await rename.execute(params)
    }),
    // Nobody sees what a function writes.
    hidden: route.post(
      '/hidden/:id/:title',
      { ...title, uses: { drizzle: db.drizzle } },
      async ({ params, drizzle }) => {
        await drizzle.execute(sql`select set_title(${params.id}, ${params.title})`)
      },
    ),
    dropTeam: route.post(
      '/drop-team/:id',
      { access: anyone, uses: { drizzle: db.drizzle } },
      async ({ params, drizzle }) => {
        await drizzle.delete(teams).where(eq(teams.id, params.id))
      },
    ),
    renameTeam: route.post(
      '/rename-team/:id',
      { access: anyone, uses: { tx: db.transaction } },
      async ({ params, tx }) => {
        await tx.update(teams).set({ name: 'Renamed', ownerId: 'eve' }).where(eq(teams.id, params.id))
      },
    ),
    names: route.get(
      '/names',
      { ...everything, cache: cache({ ttlSeconds: 600, tags: ['table:teams'] }), uses: { drizzle: db.drizzle } },
      async ({ drizzle }) => (await drizzle.select().from(teams)).map(({ name }) => name),
    ),
  }),
})
const app = createApp({
  title: 'Notes',
  version: '1',
  database: db,
  api,
  auth: [basic({ realm: 'test', verify: () => undefined })],
})
const t = await testApp(app)
const ada = t.as({ id: 'ada' })

const CREATE = sql`
  create table teams (id uuid primary key default gen_random_uuid(), name text not null, owner_id text not null);
  create table notes (
    id uuid primary key default gen_random_uuid(), title text not null, secret text not null default 'hush', open boolean not null default false,
    team_id uuid references teams (id) on delete cascade, owner_id text not null
  );
  create function set_title(uuid, text) returns void language sql as 'update notes set title = $2 where id = $1'`

beforeAll(() => t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(CREATE)).then(() => undefined))
afterAll(() => t.stop())

const newTeam = (ownerId: string): Promise<string> =>
  t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
    const [team] = await drizzle.insert(teams).values({ name: 'Team', ownerId }).returning()
    return team!.id
  })

test('rows are read from the cache until something changes them', async () => {
  const note = await ada.notes.create({ body: { title: 'one' } })
  const params = { id: note.id }
  expect(await ada.notes.read({ params })).toMatchObject({ title: 'one' })
  expect((await ada.notes.list({})).items).toHaveLength(1)
  await ada.hand.hidden({ params: { ...params, title: 'hidden' } })
  expect(await ada.notes.read({ params })).toMatchObject({ title: 'one' })
  expect((await ada.notes.list({})).items).toMatchObject([{ title: 'one' }])
  await ada.notes.update({ params, body: { open: true } })
  expect(await ada.notes.read({ params })).toMatchObject({ title: 'hidden', open: true })
  expect((await ada.notes.list({})).items).toMatchObject([{ title: 'hidden', open: true }])
  await ada.notes.delete({ params })
  await expect(ada.notes.read({ params })).rejects.toMatchObject({ status: 404 })
  expect((await ada.notes.list({})).items).toEqual([])
})

test.each(['repository', 'system', 'transaction', 'drizzle', 'sql', 'prepared'] as const)(
  'a write by %s is seen at once',
  async (way) => {
    const note = await ada.notes.create({ body: { title: 'before' } })
    const params = { id: note.id }
    await ada.notes.read({ params })
    await ada.hand[way]({ params: { ...params, title: way } })
    expect(await ada.notes.read({ params })).toMatchObject({ title: way })
    await ada.notes.delete({ params })
  },
)

test('and one of many rows, and one outside of requests', async () => {
  const { items } = await ada.notes.createMany({ body: { items: [{ title: 'a' }, { title: 'b' }] } })
  const [first, second] = items as [(typeof items)[0], (typeof items)[0]]
  expect((await ada.notes.list({})).items).toHaveLength(2)
  await ada.notes.updateMany({ body: { items: [{ id: first.id, title: 'c' }] } })
  expect((await ada.notes.list({ query: { sort: ['title'] } })).items).toMatchObject([{ title: 'b' }, { title: 'c' }])
  await t.run({ tx: db.transaction }, ({ tx }) => tx.update(notes).set({ title: 'd' }).where(eq(notes.id, second.id)))
  expect((await ada.notes.list({ query: { sort: ['title'] } })).items).toMatchObject([{ title: 'c' }, { title: 'd' }])
  await ada.notes.deleteMany({ body: { items: [{ id: first.id }, { id: second.id }] } })
  expect((await ada.notes.list({})).items).toEqual([])
})

test('a page that links to others is kept too, and links only to what it was asked by', async () => {
  const { items } = await ada.notes.createMany({ body: { items: [{ title: 'a' }, { title: 'b' }] } })
  const page = async (query: string): Promise<readonly [status: number, link: string | null]> => {
    const answer = await t.fetch(`/notes?limit=1${query}`, { as: { id: 'ada' } })
    return [answer.status, answer.headers.get('link')]
  }
  const [, link] = await page('&sort=title')
  expect(link).toMatch(/^<\/notes\?limit=1&sort=title&cursor=[\w-]+>; rel="next"$/)
  await ada.hand.hidden({ params: { id: items[0]!.id, title: 'hidden' } })
  expect((await ada.notes.list({ query: { limit: 1, sort: ['title'] } })).items).toMatchObject([{ title: 'a' }])
  expect(await page('&sort=title')).toEqual([200, link])
  // What is not declared is refused, so that no link that is kept has it.
  expect(await page('&sort=title&secret=1')).toEqual([400, null])
  await ada.notes.deleteMany({ body: { items: items.map(({ id }) => ({ id })) } })
})

test('what an answer includes, and what its rules look at, are part of it', async () => {
  const teamId = await newTeam('bob')
  const note = await ada.notes.create({ body: { title: 'shared', teamId } })
  const [bob, eve] = [t.as({ id: 'bob' }), t.as({ id: 'eve' })]
  const query = { include: ['team'] } as const
  expect((await bob.notes.list({ query })).items).toMatchObject([{ title: 'shared', team: { name: 'Team' } }])
  expect((await eve.notes.list({ query })).items).toEqual([])
  await t.client.hand.renameTeam({ params: { id: teamId } })
  expect((await bob.notes.list({ query })).items).toEqual([])
  expect((await eve.notes.list({ query })).items).toMatchObject([{ title: 'shared', team: { name: 'Renamed' } }])
  // The server deletes the rows that belong to it.
  await t.client.hand.dropTeam({ params: { id: teamId } })
  expect((await ada.notes.list({})).items).toEqual([])
  await expect(ada.notes.read({ params: { id: note.id } })).rejects.toMatchObject({ status: 404 })
})

test('a rule with SQL of its own may look at any table', async () => {
  await ada.notes.create({ body: { title: 'seen' } })
  expect((await t.client.titles.list({})).items).toEqual([])
  const teamId = await newTeam('ada')
  expect((await t.client.titles.list({})).items).toMatchObject([{ title: 'seen' }])
  await t.client.hand.dropTeam({ params: { id: teamId } })
  expect((await t.client.titles.list({})).items).toEqual([])
})

test('an operation by hand names its tables', async () => {
  const before = await t.client.hand.names()
  await newTeam('ada')
  expect(await t.client.hand.names()).toHaveLength(before.length + 1)
})

test('whoever asks, and whatever is written between, each sees what an app without a cache shows them', async () => {
  const callers = ['ada', 'bob', 'eve'].flatMap((id) => [
    t.as({ id }),
    t.as({ id, roles: ['admin'] }),
    t.as({ id, roles: ['x'] }),
  ])
  const team = [await newTeam('ada'), await newTeam('bob'), undefined]
  let seed = 42
  const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below
  for (let step = 0; step < 60; step++) {
    const caller = callers[random(callers.length)]!
    const mine = (await caller.plain.list({})).items
    const one = mine[random(Math.max(1, mine.length))]
    const teamId = team[random(3)]
    if (one === undefined || random(3) === 0)
      await caller.notes.create({ body: { title: `t${step}`, ...(teamId !== undefined && { teamId }) } })
    else if (random(2) === 0)
      await caller.notes.update({ params: { id: one.id }, body: { title: `u${step}` } }).catch(() => undefined)
    else await caller.plain.delete({ params: { id: one.id } }).catch(() => undefined)
    for (const each of callers) {
      const query = { sort: ['title'], include: ['team'] } as const
      const plain = await each.plain.list({ query })
      expect((await each.notes.list({ query })).items).toEqual(plain.items)
    }
  }
})
