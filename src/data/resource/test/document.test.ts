import { createApp, dependency, router } from 'ashlar'
import { anyOf, authenticated, owner, role } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { bigint, jsonb, numeric, pgTable, primaryKey, text, timestamp, uuid, integer } from 'drizzle-orm/pg-core'
import { relations } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { complaintsAbout } from '../../../openapi/test/lint.ts'
import { auditTrail } from '../../audit/audit-trail.ts'
import { database } from '../../database.ts'
import { resource } from '../resource.ts'
import type { ResourceRules } from '../rules.ts'

const albums = pgTable('albums', {
  id: uuid().primaryKey().defaultRandom(),
  name: text().notNull(),
  ownerId: text('owner_id').notNull(),
})
const photos = pgTable('photos', {
  id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
  albumId: uuid('album_id').notNull(),
  title: text().notNull(),
  price: numeric({ precision: 10, scale: 2 }),
  taken: timestamp({ withTimezone: true, mode: 'date' }),
  labels: text().array().notNull().default([]),
  details: jsonb().$type<{ camera: string }>(),
  secret: text(),
  version: integer().notNull().default(1),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
  deletedAt: timestamp('deleted_at', { withTimezone: true, mode: 'string' }),
})
const votes = pgTable(
  'votes',
  { photoId: bigint('photo_id', { mode: 'bigint' }).notNull(), voter: text().notNull(), stars: integer() },
  (table) => [primaryKey({ columns: [table.photoId, table.voter] })],
)
const albumsRelations = relations(albums, ({ many }) => ({ photos: many(photos) }))
const photosRelations = relations(photos, ({ one }) => ({
  album: one(albums, { fields: [photos.albumId], references: [albums.id] }),
}))
const db = database({ schema: { albums, photos, votes, albumsRelations, photosRelations, auditTrail } })

const albumApi = resource(albums, { database: db, access: owner('ownerId'), put: true })
const rules = dependency((): ResourceRules<typeof photos> => ({ beforeCreate: () => undefined }))
const photoApi = resource(photos, {
  database: db,
  parent: { of: albumApi, column: 'albumId' },
  access: {
    read: authenticated,
    create: authenticated,
    update: anyOf(authenticated, role('x')),
    delete: role('admin'),
    purge: role('admin'),
    audit: role('auditor'),
  },
  private: ['secret'],
  writeOnce: ['title'],
  readOnly: ['price'],
  put: true,
  bulk: { create: true, update: true, delete: true },
  softDelete: true,
  version: 'required',
  audit: true,
  rules,
  list: {
    filter: {
      title: ['eq', 'contains'],
      price: ['gte', 'in'],
      labels: ['has'],
      details: ['containsJson'],
      taken: ['isNull', 'lt'],
      id: ['in'],
      'album.name': ['startsWith'],
    },
    sort: ['title', 'taken', 'id'],
    search: ['title'],
    count: ['exact', 'estimated'],
    include: { album: { of: albumApi } },
  },
})
const voteApi = resource(votes, {
  database: db,
  parent: { of: photoApi, column: 'photoId' },
  access: authenticated,
  put: true,
  bulk: { update: true },
})
const auth = [basic({ realm: 'x', verify: () => undefined })]

test('nobody has anything to say about the document of resources with every option', async () => {
  const license = { name: 'MIT', identifier: 'MIT' }
  const api = router('/api', { albums: albumApi, photos: photoApi, votes: voteApi })
  const app = createApp({ title: 'All', version: '1', license, database: db, auth, api })
  expect(await complaintsAbout(app.openapi())).toEqual([])
  expect(Object.keys(app.openapi().paths ?? {})).toContain('/api/photos/{photoId}/votes/{voter}')
})

test('the headers of versions and of pages are in it', () => {
  const api = router('/api', { albums: albumApi, photos: photoApi })
  const document = createApp({ title: 'All', version: '1', database: db, auth, api }).openapi()
  const paths = document.paths as Record<string, { get: { responses: Record<string, { headers: object }> } }>
  const headersOf = (path: string): string[] => Object.keys(paths[path]!.get.responses['200']!.headers)
  expect(headersOf('/api/albums')).toContain('link')
  expect(headersOf('/api/albums/{albumId}/photos/{id}/history')).toContain('link')
  expect(headersOf('/api/albums/{albumId}/photos/{id}')).toContain('etag')
})

test('two resources of one name, or at one path, are an error that names both', () => {
  const access = owner('ownerId')
  const app = (second: typeof albumApi) =>
    createApp({ title: 'x', version: '1', database: db, auth, api: router('', { albums: albumApi, second }) })
  const other = resource(albums, { database: db, access, put: true, path: '/other', readOnly: ['name'] })
  expect(() => app(other as typeof albumApi)).toThrow(/second\.create: its "NewAlbum" is not that of "albums\.create"/)
  const same = resource(albums, { database: db, access, put: true, name: 'Other' })
  expect(() => app(same)).toThrow(/second\.list: GET \/albums is "albums\.list" already/)
})

test('a path has no parameters but that of the parent', () => {
  const access = authenticated
  expect(() => resource(photos, { database: db, access, path: '/albums/:albumId/photos' })).toThrow(
    /":albumId".*parent: \{ of: \.\.\., column: 'albumId' \}/,
  )
})
