// What a package that exports its API declares: the types of all of this have names that its declarations can use.
import { createApp, route, router } from 'ashlar'
import { accessFor, anyOf, authenticated, owner, role, tenant, through } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import {
  auditTrail,
  database,
  id,
  loader,
  repository,
  resource,
  softDeletion,
  tableSchemas,
  timestamps,
  version,
} from 'ashlar/data'
import { factory } from 'ashlar/testing'
import { relations } from 'drizzle-orm'
import { pgTable, text, uuid } from 'drizzle-orm/pg-core'

export const books = pgTable('books', {
  id: id(),
  title: text().notNull(),
  supplier: text(),
  ownerId: text().notNull(),
  ...timestamps(),
  ...version(),
  ...softDeletion(),
})
export const notes = pgTable('notes', { id: id(), bookId: uuid().notNull() })
export const bookRelations = relations(books, ({ many }) => ({ notes: many(notes) }))
export const noteRelations = relations(notes, ({ one }) => ({
  book: one(books, { fields: [notes.bookId], references: [books.id] }),
}))
export const db = database({ schema: { books, notes, bookRelations, noteRelations, auditTrail } })

export const mine = owner('ownerId')
export const ofTenant = tenant('ownerId', (user) => user.id)
export const known = accessFor(bearer({ verify: () => ({ id: 'ada', premium: true }) }))

export const bookResource = resource(books, {
  database: db,
  access: { read: anyOf(mine, role('staff')), create: authenticated, update: mine, delete: mine, audit: role('staff') },
  private: ['supplier'],
  refine: { title: (title) => title.min(1) },
  list: { filter: ['title'], sort: ['title'], include: { notes: { access: authenticated, fields: ['id'] } } },
  bulk: { create: true, update: true, delete: true },
  put: true,
  softDelete: true,
  version: true,
  audit: true,
})
export const noteApi = resource(notes, {
  database: db,
  access: through('book', mine),
  parent: { of: bookResource, column: 'bookId' },
})

export const bookRows = repository(books, { database: db, access: mine })
export const bookSchemas = tableSchemas(books, { name: 'Book' })
export const serializable = db.isolated({ isolation: 'serializable' })
export const everything = db.system('the report')
export const titles = loader(
  { uses: { tx: db.transaction } },
  (ids: readonly string[]) => new Map(ids.map((each) => [each, 'Emma'])),
)
export const book = factory(books, { title: 'Emma' })

export const lend = route.post(
  '/:id/lend',
  { access: authenticated, uses: { bookRows }, response: bookResource.children.read.response },
  ({ params, bookRows: rows }) => rows.get(params.id),
)
export const bookApi = bookResource.without('delete').with({ lend })
export const library = createApp({
  title: 'Library',
  version: '1.0.0',
  database: db,
  auth: [bearer({ verify: (name) => ({ id: name }) })],
  api: router('', { books: bookApi, notes: noteApi }),
})
export type Library = typeof library.api
