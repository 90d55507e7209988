import { createApp, route, router } from 'ashlar'
import { allOf, anyone, authenticated, owner, role, rule, through } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { accessInWords } from '../../../openapi/security.ts'
import { testApp } from 'ashlar/testing'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { relations } from 'drizzle-orm'
import { pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { database } from '../../database.ts'
import { repository } from '../../repository/repository.ts'
import { resource } from '../resource.ts'

const folders = pgTable('folders', {
  id: uuid().primaryKey().defaultRandom(),
  name: text().notNull(),
  ownerId: text('owner_id').notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
  deletedAt: timestamp('deleted_at', { withTimezone: true, mode: 'string' }),
})
const papers = pgTable('papers', {
  id: uuid().primaryKey().defaultRandom(),
  title: text().notNull(),
  folderId: uuid('folder_id').notNull(),
})
const stray = pgTable('stray', { id: uuid().primaryKey() })
const schema = {
  folders,
  papers,
  foldersRelations: relations(folders, ({ many }) => ({ papers: many(papers) })),
  papersRelations: relations(papers, ({ one }) => ({
    folder: one(folders, { fields: [papers.folderId], references: [folders.id] }),
  })),
}
const db = database({ schema })
const folderApi = resource(folders, {
  database: db,
  access: {
    read: owner('ownerId'),
    list: role('clerk'),
    create: authenticated,
    update: owner('ownerId'),
    delete: owner('ownerId'),
  },
  softDelete: true,
})
const paperApi = resource(papers, {
  database: db,
  access: { read: through('folder', owner('ownerId')), create: authenticated },
  list: { include: { folder: { access: anyone, fields: ['name'] } } },
})
const peopleApi = resource(papers, {
  database: db,
  access: { read: anyone },
  path: '/people',
  name: 'Person',
  list: { include: { folder: { of: folderApi, fields: ['name'] } } },
})
const everyPaper = repository(paperApi, { access: { read: authenticated } })
const count = route.get(
  '/count',
  { access: authenticated, uses: { everyPaper }, response: z.int() },
  ({ everyPaper: rows }) => rows.count(),
)
const app = createApp({
  title: 'Papers',
  version: '1',
  database: db,
  auth: [basic({ realm: 'x', verify: () => undefined })],
  api: router('', { folders: folderApi, papers: paperApi, people: peopleApi, count }),
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute(`
    create table folders (id uuid primary key default gen_random_uuid(), name text not null, owner_id text not null,
      updated_at timestamptz not null default now(), deleted_at timestamptz);
    create table papers (id uuid primary key default gen_random_uuid(), title text not null, folder_id uuid not null)`),
)
afterAll(() => t.stop())
const [ada, bob] = [t.as({ id: 'ada', roles: ['clerk'] }), t.as({ id: 'bob' })]

test('the list can have a rule besides that of reading', async () => {
  const folder = await bob.folders.create({ body: { name: 'mine' } })
  expect(await bob.folders.read({ params: { id: folder.id } })).toEqual(folder)
  await expect(bob.folders.list()).rejects.toMatchObject({ status: 403 })
  expect((await ada.folders.list()).items).toEqual([])
})

test('a change of nothing leaves the row as it is', async () => {
  const folder = await ada.folders.create({ body: { name: 'one' } })
  expect(await ada.folders.update({ params: { id: folder.id }, body: {} })).toEqual(folder)
  await expect(bob.folders.update({ params: { id: folder.id }, body: {} })).rejects.toMatchObject({ status: 404 })
})

test('what is deleted softly leads nobody to its rows, and is in no answer', async () => {
  const folder = await ada.folders.create({ body: { name: 'one' } })
  const paper = await ada.papers.create({ body: { title: 'p', folderId: folder.id } })
  const read = () => ada.papers.read({ params: { id: paper.id }, query: { include: ['folder'] } })
  expect(await read()).toMatchObject({ folder: { name: 'one' } })
  await ada.folders.delete({ params: { id: folder.id } })
  await expect(read()).rejects.toMatchObject({ status: 404 })
  await ada.folders.restore({ params: { id: folder.id } })
  expect(await read()).toMatchObject({ folder: { name: 'one' } })
})

test("a resource's repository can have other rules", async () => {
  expect(await bob.count()).toBeGreaterThan(0)
})

test('what can never hold is an error where it is declared', () => {
  const lucky = rule({ name: 'lucky' }, () => true)
  const coded = resource(papers, { database: db, access: allOf(lucky, authenticated) })
  expect(() => repository(coded)).toThrow(
    /rule "allOf\(lucky, authenticated\)" of the repository of Paper has code of its own/,
  )
  expect(() => resource(stray, { database: db, access: anyone })).toThrow(
    /"stray" is not in the schema of its database/,
  )
})

test('the rules are said as they were declared', () => {
  const access = accessInWords(app.operations.find(({ placed }) => placed.name === 'folders.create')!.access)
  expect(access).toBe('authenticated')
  const list = app.operations.find(({ placed }) => placed.name === 'people.list')!
  expect(accessInWords(list.access)).toBe('anyone')
})
