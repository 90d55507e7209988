import { relations, sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { auditTrail } from '../../audit/audit-trail.ts'

export const teams = pgTable('teams', { id: text().primaryKey(), name: text().notNull() })

/** Of a team, in a table and by relations whose names together are longer than PostgreSQL keeps. */
export const projects = pgTable('projects_of_teams_with_a_name_that_is_rather_long_for_a_table', {
  id: text().primaryKey(),
  teamId: text('team_id').notNull(),
  parentId: text('parent_id'),
  staffId: text('staff_id'),
  secret: text().notNull().default('hush'),
  note: text().default('none'),
  version: integer().notNull().default(1),
})

const projectsRelations = relations(projects, ({ one }) => ({
  theProjectAboveThisOneInTheTreeOfAllProjects: one(projects, {
    fields: [projects.parentId],
    references: [projects.id],
    relationName: 'above',
  }),
}))

export const schema = { teams, projects, projectsRelations, auditTrail }

export const CREATE_TABLES = sql`
  create table teams (id text primary key, name text not null);
  create table projects_of_teams_with_a_name_that_is_rather_long_for_a_table (
    id text primary key, team_id text not null, parent_id text, staff_id text, secret text not null default 'hush', note text default 'none',
    version integer not null default 1
  );
  create table ashlar_audit (
    id bigint primary key generated always as identity, at timestamptz not null default now(), actor text, action text not null,
    table_name text not null, row_key jsonb, request_id text, operation text, reason text, before jsonb, after jsonb
  )`
