import { relations } from 'drizzle-orm'
import {
  boolean,
  index,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { randomUUIDv7 } from 'node:crypto'

export const itemStatus = pgEnum('item_status', ['open', 'active', 'blocked', 'closed'])

export const owners = pgTable('owners', {
  id: uuid().primaryKey(),
  number: integer().notNull(),
  name: text().notNull(),
  email: text().notNull(),
  itemCount: integer('item_count').notNull().default(0),
})

export const items = pgTable(
  'items',
  {
    id: uuid()
      .primaryKey()
      .$defaultFn(() => randomUUIDv7()),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => owners.id),
    title: text().notNull(),
    notes: text(),
    status: itemStatus().notNull().default('open'),
    done: boolean().notNull().default(false),
    priority: integer().notNull().default(0),
    price: numeric({ precision: 12, scale: 2 }).notNull(),
    dueAt: timestamp('due_at', { withTimezone: true, precision: 3 }),
    meta: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    updatedAt: timestamp('updated_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  },
  (item) => [index('items_owner_created').on(item.ownerId, item.createdAt.desc(), item.id.desc())],
)

export const tags = pgTable('tags', { id: uuid().primaryKey(), name: text().notNull() })

export const itemTags = pgTable(
  'item_tags',
  {
    itemId: uuid('item_id')
      .notNull()
      .references(() => items.id),
    tagId: uuid('tag_id')
      .notNull()
      .references(() => tags.id),
  },
  (link) => [primaryKey({ columns: [link.itemId, link.tagId] })],
)

export const itemRelations = relations(items, ({ one, many }) => ({
  owner: one(owners, { fields: [items.ownerId], references: [owners.id] }),
  itemTags: many(itemTags),
}))

export const itemTagRelations = relations(itemTags, ({ one }) => ({
  item: one(items, { fields: [itemTags.itemId], references: [items.id] }),
  tag: one(tags, { fields: [itemTags.tagId], references: [tags.id] }),
}))
