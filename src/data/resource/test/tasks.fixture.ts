import { relations, sql } from 'drizzle-orm'
import { boolean, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

export const lists = pgTable('lists', {
  id: uuid().primaryKey().defaultRandom(),
  name: text().notNull(),
  ownerId: text('owner_id').notNull(),
})

export const tasks = pgTable('tasks', {
  id: uuid().primaryKey().defaultRandom(),
  title: text().notNull(),
  notes: text(),
  secret: text().notNull().default('hush'),
  done: boolean().notNull().default(false),
  priority: integer().notNull().default(0),
  listId: uuid('list_id').references(() => lists.id),
  ownerId: text('owner_id').notNull(),
  version: integer().notNull().default(1),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
  updatedAt: timestamp('updated_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
  deletedAt: timestamp('deleted_at', { withTimezone: true, mode: 'string' }),
})

const listsRelations = relations(lists, ({ many }) => ({ tasks: many(tasks) }))
const tasksRelations = relations(tasks, ({ one }) => ({
  list: one(lists, { fields: [tasks.listId], references: [lists.id] }),
}))

export const schema = { lists, tasks, listsRelations, tasksRelations }

export const CREATE_TABLES = sql`
  create table lists (id uuid primary key default gen_random_uuid(), name text not null, owner_id text not null);
  create table tasks (
    id uuid primary key default gen_random_uuid(), title text not null, notes text, secret text not null default 'hush',
    done boolean not null default false, priority integer not null default 0, list_id uuid references lists (id), owner_id text not null,
    version integer not null default 1, created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
    deleted_at timestamptz
  )`
