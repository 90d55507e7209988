import { relations } from 'drizzle-orm'
import { boolean, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

export const teams = pgTable('teams', {
  id: uuid().primaryKey().defaultRandom(),
  name: text().notNull(),
  leadId: text('lead_id').notNull(),
})

export const docs = pgTable('docs', {
  id: uuid().primaryKey().defaultRandom(),
  title: text().notNull(),
  level: integer().notNull().default(0),
  published: boolean().notNull().default(false),
  ownerId: text('owner_id').notNull(),
  tenantId: integer('tenant_id').notNull(),
  teamId: uuid('team_id').references(() => teams.id),
})

/** Deleted softly. */
export const memos = pgTable('memos', {
  id: integer().primaryKey(),
  ownerId: text('owner_id').notNull(),
  deletedAt: timestamp('deleted_at', { withTimezone: true, mode: 'string' }),
})

const teamsRelations = relations(teams, ({ many }) => ({ docs: many(docs) }))
const docsRelations = relations(docs, ({ one }) => ({
  team: one(teams, { fields: [docs.teamId], references: [teams.id] }),
}))

export const schema = { teams, docs, memos, teamsRelations, docsRelations }

export const CREATE_TABLES = `
create table teams (id uuid primary key default gen_random_uuid(), name text not null, lead_id text not null);
create table docs (
  id uuid primary key default gen_random_uuid(), title text not null, level integer not null default 0, published boolean not null default false,
  owner_id text not null, tenant_id integer not null, team_id uuid references teams (id)
);
create table memos (id integer primary key, owner_id text not null, deleted_at timestamptz);`
