import { createApp, router } from 'ashlar'
import { anyone, owner, through } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { relations, sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, expect, expectTypeOf, test } from 'vitest'
import { database } from '../database.ts'
import { resource } from '../resource/resource.ts'
import type { Resource } from '../resource/types.ts'

const folders = pgTable('folders', {
  id: integer().primaryKey(),
  name: text().notNull(),
  secret: text(),
  parentId: integer('parent_id'),
  ownerId: text('owner_id').notNull(),
})
const files = pgTable('files', {
  id: integer().primaryKey(),
  name: text().notNull(),
  folderId: integer('folder_id').notNull(),
})
const schema = {
  folders,
  files,
  folderRelations: relations(folders, ({ one, many }) => ({
    parent: one(folders, { fields: [folders.parentId], references: [folders.id], relationName: 'tree' }),
    children: many(folders, { relationName: 'tree' }),
    files: many(files),
  })),
  fileRelations: relations(files, ({ one }) => ({
    folder: one(folders, { fields: [files.folderId], references: [folders.id] }),
  })),
}

const db = database({ schema })
const folderApi = resource(folders, {
  database: db,
  access: { read: owner('ownerId') },
  private: ['secret'],
  list: {
    filter: { 'files.name': ['eq'], 'children.name': ['eq'] },
    include: {
      parent: { of: (): Resource => folderApi, fields: ['id', 'name'] },
      children: { of: (): Resource => folderApi },
      files: { of: (): Resource => fileApi, fields: ['name'] },
    },
  },
})
const fileApi = resource(files, {
  database: db,
  access: { read: through('folder', owner('ownerId')) },
  parent: { of: folderApi, column: 'folderId' },
  list: { include: { folder: { of: folderApi } } },
})
const app = createApp({
  title: 'Circles',
  version: '1',
  database: db,
  auth: [basic({ realm: 'x', verify: () => undefined })],
  api: router('', { folders: folderApi, files: fileApi }),
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute(sql`
    create table folders (id int primary key, name text not null, secret text, parent_id int, owner_id text not null);
    create table files (id int primary key, name text not null, folder_id int not null);
    insert into folders values (1, 'top', 's', null, 'ada'), (2, 'below', 's', 1, 'ada'), (3, 'theirs', 's', 1, 'bob');
    insert into files values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)`),
)
afterAll(() => t.stop())
const ada = t.as({ id: 'ada' })

test('a resource includes itself, and one below it that includes it', async () => {
  const { items } = await ada.folders.list({ query: { include: ['parent', 'children', 'files'] } })
  const top = { id: 1, name: 'top', parentId: null, ownerId: 'ada' }
  const below = { id: 2, name: 'below', parentId: 1, ownerId: 'ada' }
  expect(items).toEqual([
    { ...top, parent: null, children: [below], files: [{ name: 'a' }] },
    { ...below, parent: { id: 1, name: 'top' }, children: [], files: [{ name: 'b' }] },
  ])
  const file = await ada.files.read({ params: { folderId: 2, id: 2 }, query: { include: ['folder'] } })
  expect(file).toEqual({ id: 2, name: 'b', folderId: 2, folder: below })
})

test('filters reach relations whose resource is declared further below', async () => {
  const namesOf = async (query: object) => (await ada.folders.list({ query })).items.map(({ name }) => name)
  expect(await namesOf({ 'files.name': 'b' })).toEqual(['below'])
  expect(await namesOf({ 'children.name': 'below' })).toEqual(['top'])
  expect(await namesOf({ 'children.name': 'theirs' })).toEqual([])
})

test('the fields that are named are typed', () => {
  type Folder = Awaited<ReturnType<typeof ada.folders.read>>
  expectTypeOf<NonNullable<Folder['parent']>>().toEqualTypeOf<{ id: number; name: string }>()
  expectTypeOf<NonNullable<Folder['files']>>().toEqualTypeOf<{ name: string }[]>()
  // A column may be private there, which the types cannot tell.
  expectTypeOf<NonNullable<Folder['children']>[number]['name']>().toEqualTypeOf<string | undefined>()
})

test('a filter by a relation that is not there is found when the app is made', () => {
  const broken = resource(files, {
    database: db,
    access: anyone,
    list: { filter: { 'folder.nothing': ['eq'] }, include: { folder: { of: () => folderApi } } },
  })
  const make = (): unknown =>
    createApp({ title: 'x', version: '1', database: db, auth: [], api: router('', { broken }) })
  expect(make).toThrow('folder.nothing')
})
