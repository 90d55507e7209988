import { authorship, auditTrail, id, softDeletion, timestamps, version } from 'ashlar/data'
import { relations } from 'drizzle-orm'
import { boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'

// One table for each way in which a row can be somebody's.

export const stores = pgTable('stores', {
  id: id(),
  tenantId: text('tenant_id').notNull(),
  slug: text().notNull().unique('stores_slug_key'),
  name: text().notNull(),
  note: text().notNull(),
  ...softDeletion(),
})
export const products = pgTable('products', {
  id: id(),
  tenantId: text('tenant_id').notNull(),
  storeId: uuid('store_id')
    .notNull()
    .references(() => stores.id, { onDelete: 'cascade' }),
  name: text().notNull(),
  price: integer().notNull(),
  tags: text().array().notNull(),
  meta: jsonb().notNull(),
})
export const orders = pgTable('orders', {
  id: id(),
  tenantId: text('tenant_id').notNull(),
  customerId: text('customer_id').notNull(),
  storeId: uuid('store_id')
    .notNull()
    .references(() => stores.id, { onDelete: 'cascade' }),
  memo: text().notNull(),
  total: integer().notNull(),
  pin: text().notNull(),
  ...timestamps(),
  ...authorship(),
  ...softDeletion(),
  ...version(),
})
export const lines = pgTable(
  'lines',
  {
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.id, { onDelete: 'cascade' }),
    productId: uuid('product_id')
      .notNull()
      .references(() => products.id, { onDelete: 'cascade' }),
    quantity: integer().notNull(),
    remark: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.orderId, table.productId] })],
)
export const shipments = pgTable('shipments', {
  id: id(),
  orderId: uuid('order_id')
    .notNull()
    .references(() => orders.id, { onDelete: 'cascade' }),
  address: text().notNull(),
  weight: integer().notNull(),
})
export const notes = pgTable('notes', {
  id: id(),
  ownerId: text('owner_id').notNull(),
  title: text().notNull(),
  open: boolean().notNull(),
})
export const threads = pgTable('threads', {
  id: id(),
  noteId: uuid('note_id')
    .notNull()
    .references(() => notes.id, { onDelete: 'cascade' }),
  subject: text().notNull(),
})
export const replies = pgTable('replies', {
  id: id(),
  threadId: uuid('thread_id')
    .notNull()
    .references(() => threads.id, { onDelete: 'cascade' }),
  answer: text().notNull(),
})
export const labels = pgTable('labels', {
  name: text().primaryKey(),
  ownerId: text('owner_id').notNull(),
  colour: text().notNull(),
})
export const seats = pgTable(
  'seats',
  {
    room: text().notNull(),
    place: integer().notNull(),
    ownerId: text('owner_id').notNull(),
    guest: text(),
  },
  (table) => [primaryKey({ columns: [table.room, table.place] })],
)
export const profiles = pgTable('profiles', {
  userId: text('user_id').primaryKey(),
  bio: text().notNull(),
  phone: text().notNull(),
  ...version(),
})

export const tables = { stores, products, orders, lines, shipments, notes, threads, replies, labels, seats, profiles }

const storeRelations = relations(stores, ({ many }) => ({ products: many(products) }))
const productRelations = relations(products, ({ one, many }) => ({
  store: one(stores, { fields: [products.storeId], references: [stores.id] }),
  lines: many(lines),
}))
const orderRelations = relations(orders, ({ one, many }) => ({
  store: one(stores, { fields: [orders.storeId], references: [stores.id] }),
  lines: many(lines),
  shipments: many(shipments),
}))
const lineRelations = relations(lines, ({ one }) => ({
  order: one(orders, { fields: [lines.orderId], references: [orders.id] }),
  product: one(products, { fields: [lines.productId], references: [products.id] }),
}))
const shipmentRelations = relations(shipments, ({ one }) => ({
  order: one(orders, { fields: [shipments.orderId], references: [orders.id] }),
}))
const noteRelations = relations(notes, ({ many }) => ({ threads: many(threads) }))
const threadRelations = relations(threads, ({ one, many }) => ({
  note: one(notes, { fields: [threads.noteId], references: [notes.id] }),
  replies: many(replies),
}))
const replyRelations = relations(replies, ({ one }) => ({
  thread: one(threads, { fields: [replies.threadId], references: [threads.id] }),
}))

export const schema = {
  ...tables,
  auditTrail,
  storeRelations,
  productRelations,
  orderRelations,
  lineRelations,
  shipmentRelations,
  noteRelations,
  threadRelations,
  replyRelations,
}
