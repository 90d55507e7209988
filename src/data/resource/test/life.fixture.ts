import { sql } from 'drizzle-orm'
import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { authorship, id, softDeletion, timestamps, version } from '../../columns/life-columns.ts'
import { uniqueAmongLiving } from '../../columns/unique-among-living.ts'

/** Everything that can be written of a row's life. */
export const pages = pgTable(
  'pages',
  {
    id: id(),
    slug: text().notNull(),
    hits: integer().notNull().default(0),
    ownerId: text('owner_id').notNull(),
    ...timestamps(),
    ...authorship(),
    ...softDeletion(),
    deletedBy: text('deleted_by'),
    ...version(),
  },
  (table) => [uniqueAmongLiving('pages_slug_key', table.deletedAt).on(table.slug)],
)

export const byUuid = pgTable('by_uuid', {
  id: integer().primaryKey(),
  name: text().notNull(),
  ...authorship('uuid'),
  ...softDeletion(),
  deletedBy: uuid('deleted_by'),
})

export const byInteger = pgTable('by_integer', {
  id: integer().primaryKey(),
  name: text().notNull(),
  ...authorship('integer'),
  ...softDeletion(),
  deletedBy: integer('deleted_by'),
})

export const schema = { pages, byUuid, byInteger }

export const CREATE_TABLES = sql`
  create table pages (
    id uuid primary key, slug text not null, hits integer not null default 0, owner_id text not null,
    created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
    created_by text, updated_by text, deleted_at timestamptz, deleted_by text, version integer not null default 1
  );
  create unique index pages_slug_key on pages (slug) where deleted_at is null;
  create table by_uuid (
    id integer primary key, name text not null, created_by uuid, updated_by uuid, deleted_at timestamptz, deleted_by uuid
  );
  create table by_integer (
    id integer primary key, name text not null, created_by integer, updated_by integer, deleted_at timestamptz, deleted_by integer
  )`
