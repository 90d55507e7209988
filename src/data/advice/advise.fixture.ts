import { isNull, sql } from 'drizzle-orm'
import { boolean, index, integer, jsonb, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core'

export const people = pgTable('people', { id: integer().primaryKey(), name: text().notNull() })

export const notes = pgTable('notes', {
  id: integer().primaryKey(),
  ownerId: integer('owner_id')
    .notNull()
    .references(() => people.id),
  title: text().notNull(),
  body: text(),
  slug: text().notNull(),
  done: boolean().notNull(),
  tags: text().array().notNull(),
  data: jsonb().notNull(),
  dueAt: timestamp('due_at', { withTimezone: true, mode: 'string' }),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull(),
  deletedAt: timestamp('deleted_at', { withTimezone: true, mode: 'string' }),
})

export const createTables = `
CREATE EXTENSION pg_trgm;
CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE notes (id integer PRIMARY KEY, owner_id integer NOT NULL REFERENCES people, title text NOT NULL, body text, slug text NOT NULL,
  done boolean NOT NULL, tags text[] NOT NULL, data jsonb NOT NULL, due_at timestamptz, created_at timestamptz NOT NULL, deleted_at timestamptz);
INSERT INTO people SELECT n, 'Person ' || n FROM generate_series(1, 100) n;
INSERT INTO notes SELECT n, 1 + n % 100, 'Title ' || n, 'Body ' || n, 'slug-' || n, n % 2 = 0, ARRAY['tag' || n % 50], jsonb_build_object('n', n),
  CASE WHEN n % 3 > 0 THEN now() + n * interval '1 hour' END, now() - n * interval '1 minute', CASE WHEN n % 10 = 0 THEN now() END
FROM generate_series(1, 12000) n;`

/** What the advice's lines for Drizzle name, to run them. */
export const drizzleNames = { index, uniqueIndex, isNull, sql }
