import { createApp, router } from 'ashlar'
import { anyone, authenticated, role, rows } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { eq, relations, sql } from 'drizzle-orm'
import { boolean, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'
import { database } from '../database.ts'
import { resource } from '../resource/resource.ts'

const albums = pgTable('albums', { id: integer().primaryKey(), name: text().notNull() })
const photos = pgTable('photos', {
  id: integer().primaryKey(),
  albumId: integer('album_id').notNull(),
  listed: boolean().notNull(),
})
const prints = pgTable('prints', { id: integer().primaryKey(), photoId: integer('photo_id').notNull() })

const db = database({
  schema: {
    albums,
    photos,
    prints,
    albumRelations: relations(albums, ({ many }) => ({ photos: many(photos) })),
    photoRelations: relations(photos, ({ one, many }) => ({
      album: one(albums, { fields: [photos.albumId], references: [albums.id] }),
      prints: many(prints),
    })),
    printRelations: relations(prints, ({ one }) => ({
      photo: one(photos, { fields: [prints.photoId], references: [photos.id] }),
    })),
  },
})

/** Whoever has the address of a photo sees it; the list shows those that are listed. */
const photoApi = resource(photos, {
  database: db,
  access: { read: authenticated, list: rows<typeof photos>('listed', ({ table }) => eq(table.listed, true)) },
})
/** Each is for everybody who has its address, and the list of them for some. */
const printApi = resource(prints, { database: db, access: { read: anyone, list: role('printer') } })
const albumApi = resource(albums, {
  database: db,
  access: { read: anyone },
  list: { filter: { 'photos.id': ['eq'] }, include: { photos: { of: photoApi, fields: ['id'] } } },
})
const ownPrintApi = resource(prints, {
  database: db,
  access: { read: anyone },
  name: 'OwnPrint',
  path: '/own-prints',
  list: { include: { photo: { of: photoApi, fields: ['id'] } } },
})
const printedApi = resource(photos, {
  database: db,
  access: { read: anyone },
  name: 'PrintedPhoto',
  path: '/printed',
  list: { include: { prints: { of: printApi, fields: ['id'] } } },
})
const app = createApp({
  title: 'List rules',
  version: '1',
  database: db,
  auth: [basic({ realm: 'x', verify: () => undefined })],
  api: router('', { albums: albumApi, photos: photoApi, prints: printApi, own: ownPrintApi, printed: printedApi }),
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute(sql`
    create table albums (id int primary key, name text not null);
    create table photos (id int primary key, album_id int not null, listed boolean not null);
    create table prints (id int primary key, photo_id int not null);
    insert into albums values (1, 'Sea');
    insert into photos values (1, 1, true), (2, 1, false);
    insert into prints values (1, 2)`),
)
afterAll(() => t.stop())
const ada = t.as({ id: 'ada' })
const printer = t.as({ id: 'eve', roles: ['printer'] })

test('an include of many rows shows what the list of their resource shows, in a list and beside one row', async () => {
  expect((await ada.photos.list()).items.map(({ id }) => id)).toEqual([1])
  const { items } = await ada.albums.list({ query: { include: ['photos'] } })
  expect(items).toMatchObject([{ photos: [{ id: 1 }] }])
  const album = await ada.albums.read({ params: { id: 1 }, query: { include: ['photos'] } })
  expect(album.photos).toEqual([{ id: 1 }])
})

test('the rule for reading holds beside that of the list', async () => {
  const { items } = await t.client.albums.list({ query: { include: ['photos'] } })
  expect(items).toMatchObject([{ photos: [] }])
})

test('a filter over many rows finds by those that the list shows', async () => {
  const ids = async (id: number): Promise<unknown> => (await ada.albums.list({ query: { 'photos.id': id } })).items
  expect(await ids(1)).toMatchObject([{ id: 1 }])
  expect(await ids(2)).toEqual([])
})

test('an include of one row follows the rule for reading it', async () => {
  const { items } = await ada.own.list({ query: { include: ['photo'] } })
  expect(items).toMatchObject([{ photo: { id: 2 } }])
})

test('those who have no list have none of the rows as an include', async () => {
  const printsOf = async (client: typeof ada): Promise<unknown> =>
    (await client.printed.list({ query: { include: ['prints'] } })).items.map(({ prints: found }) => found)
  expect(await printsOf(ada)).toEqual([[], []])
  expect(await printsOf(printer)).toEqual([[], [{ id: 1 }]])
})
