import { createApp, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { testApp } from 'ashlar/testing'
import { relations } from 'drizzle-orm'
import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'
import { database } from '../database.ts'
import { resource } from '../resource/resource.ts'

const shelves = pgTable('shelves', { room: text().notNull(), nr: integer().notNull() }, (table) => [
  primaryKey({ columns: [table.room, table.nr] }),
])
const books = pgTable('books', { id: integer().primaryKey(), title: text().notNull(), nth: integer().notNull() })
const places = pgTable('places', {
  room: text().notNull(),
  nr: integer().notNull(),
  bookId: integer('book_id').notNull(),
})
const labels = pgTable('labels', { id: integer().primaryKey(), room: text().notNull(), nr: integer().notNull() })
const schema = {
  shelves,
  books,
  places,
  labels,
  ofShelves: relations(shelves, ({ many }) => ({ places: many(places), labels: many(labels) })),
  ofPlaces: relations(places, ({ one }) => ({
    shelf: one(shelves, { fields: [places.room, places.nr], references: [shelves.room, shelves.nr] }),
    book: one(books, { fields: [places.bookId], references: [books.id] }),
  })),
  ofLabels: relations(labels, ({ one }) => ({
    shelf: one(shelves, { fields: [labels.room, labels.nr], references: [shelves.room, shelves.nr] }),
  })),
}
const db = database({ schema })
const shelfApi = resource(shelves, {
  database: db,
  access: { read: anyone },
  list: {
    include: {
      books: { access: anyone, fields: ['title', 'nth'], through: ['places', 'book'], sort: ['-title'], limit: 2 },
      labels: { access: anyone, fields: ['id'] },
    },
  },
})
const app = createApp({ title: 'Shelves', version: '1', database: db, api: router('', { shelves: shelfApi }) })
const t = await testApp(app)
afterAll(() => t.stop())
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute(`
    create table shelves (room text, nr int, primary key (room, nr));
    create table books (id int primary key, title text not null, nth int not null);
    create table places (room text not null, nr int not null, book_id int not null);
    create table labels (id int primary key, room text not null, nr int not null);
    insert into shelves values ('a "1", {b}', 1), ('a', 1), ('a', 2), ('null', 1);
    insert into books values (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);
    insert into places values ('a', 1, 1), ('a', 1, 2), ('a', 1, 3), ('a "1", {b}', 1, 3), ('null', 1, 1);
    insert into labels values (1, 'a', 1), (2, 'a', 2), (3, 'null', 1), (4, 'a "1", {b}', 1)`),
)

test('keys of several columns, and of any text, lead to their rows and to no others', async () => {
  const { items } = await t.client.shelves.list({ query: { include: ['books', 'labels'] } })
  expect(items).toEqual([
    {
      room: 'a',
      nr: 1,
      books: [
        { title: 'two', nth: 2 },
        { title: 'three', nth: 3 },
      ],
      labels: [{ id: 1 }],
    },
    { room: 'a', nr: 2, books: [], labels: [{ id: 2 }] },
    { room: 'a "1", {b}', nr: 1, books: [{ title: 'three', nth: 3 }], labels: [{ id: 4 }] },
    { room: 'null', nr: 1, books: [{ title: 'one', nth: 1 }], labels: [{ id: 3 }] },
  ])
})
