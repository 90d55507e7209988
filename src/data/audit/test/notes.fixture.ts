import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  customType,
  integer,
  jsonb,
  pgSchema,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import { authorship, id, softDeletion, timestamps, version } from '../../columns/life-columns.ts'
import { auditTrail } from '../audit-trail.ts'

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })

export const notes = pgTable('notes', {
  id: id(),
  title: text().notNull(),
  body: text(),
  secret: text(),
  pin: text(),
  ownerId: text('owner_id').notNull(),
  ...timestamps(),
  ...authorship(),
  ...softDeletion(),
  deletedBy: text('deleted_by'),
  ...version(),
})

/** A composite key, and types that JSON has no form for. */
export const readings = pgTable(
  'readings',
  {
    sensor: text().notNull(),
    number: bigint({ mode: 'bigint' }).notNull(),
    takenAt: timestamp('taken_at', { withTimezone: true }).notNull().defaultNow(),
    raw: bytea(),
    details: jsonb(),
    valid: boolean().notNull().default(true),
    weight: integer(),
  },
  (table) => [primaryKey({ columns: [table.sensor, table.number] })],
)

export const labels = pgTable('labels', { id: uuid().primaryKey().defaultRandom(), name: text().notNull() })

/** Of the same name as another table, in another schema. */
export const elsewhere = pgSchema('elsewhere').table('labels', { id: uuid().primaryKey(), name: text().notNull() })

export const schema = { notes, readings, labels, elsewhere, auditTrail }

export const CREATE_TABLES = sql`
  create table notes (
    id uuid primary key, title text not null, body text, secret text, pin text, owner_id text not null,
    created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
    created_by text, updated_by text, deleted_at timestamptz, deleted_by text, version integer not null default 1
  );
  create table readings (
    sensor text not null, number bigint not null, taken_at timestamptz not null default now(), raw bytea, details jsonb,
    valid boolean not null default true, weight integer, primary key (sensor, number)
  );
  create table labels (id uuid primary key default gen_random_uuid(), name text not null);
  create schema elsewhere;
  create table elsewhere.labels (id uuid primary key, name text not null);
  create table ashlar_audit (
    id bigint generated always as identity primary key, at timestamptz not null default now(), actor text, action text not null,
    table_name text not null, row_key jsonb, request_id text, operation text, reason text, before jsonb, after jsonb
  )`
