import { sql } from 'drizzle-orm'
import {
  check,
  index,
  integer,
  pgMaterializedView,
  pgPolicy,
  pgSchema,
  pgSequence,
  pgTable,
  pgView,
  primaryKey,
  serial,
  text,
  timestamp,
  unique,
  uniqueIndex,
  varchar,
  type AnyPgColumn,
} from 'drizzle-orm/pg-core'
import { blog, columns, posts, users, type Case } from './make.tables.fixture.ts'

/** 63 bytes: as long as PostgreSQL has them. */
const LONG = `i${'ü'.repeat(31)}`

/** Changes of tables, and of what is on them. */
export const objectCases: readonly Case[] = [
  {
    what: 'a new table',
    from: {},
    to: { users },
    says: ['CREATE TABLE users (\n  id uuid DEFAULT gen_random_uuid() PRIMARY KEY,'],
  },
  {
    what: 'a table that refers to itself, and n-m with a composite key',
    from: { posts },
    to: (() => {
      const categories = pgTable('categories', {
        id: integer().primaryKey().generatedAlwaysAsIdentity(),
        parentId: integer('parent_id').references((): AnyPgColumn => categories.id, { onDelete: 'set null' }),
      })
      const links = pgTable(
        'posts_to_categories',
        {
          postId: integer('post_id')
            .notNull()
            .references(() => posts.id, { onDelete: 'cascade' }),
          categoryId: integer('category_id')
            .notNull()
            .references(() => categories.id),
        },
        (table) => [primaryKey({ columns: [table.postId, table.categoryId] }), index().on(table.categoryId)],
      )
      return { posts, links, categories }
    })(),
    says: [
      'id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
      'FOREIGN KEY (parent_id) REFERENCES categories(id) ON DELETE SET NULL',
      'PRIMARY KEY (post_id, category_id)',
    ],
  },
  {
    what: 'tables that refer to each other',
    from: {},
    to: (() => {
      const hens = pgTable('hens', {
        id: integer().primaryKey(),
        egg: integer().references((): AnyPgColumn => eggs.id),
      })
      const eggs = pgTable('eggs', { id: integer().primaryKey(), hen: integer().references(() => hens.id) })
      return { hens, eggs }
    })(),
    says: [/ALTER TABLE \w+ ADD CONSTRAINT \w+ FOREIGN KEY/],
  },
  {
    what: 'partial, unique, expression and other indexes on a table that is there',
    from: { posts: pgTable('posts', { ...columns, tags: text().array(), at: timestamp() }) },
    to: {
      posts: pgTable('posts', { ...columns, tags: text().array(), at: timestamp() }, (t) => [
        index('posts_recent')
          .on(t.at.desc(), t.id)
          .where(sql`${t.title} <> ''`),
        uniqueIndex('posts_lower_title').on(sql`lower(${t.title})`),
        index('posts_tags').using('gin', t.tags),
        index('posts_title_pattern').on(t.title.asc().op('text_pattern_ops')),
      ]),
    },
    says: [
      "CREATE INDEX CONCURRENTLY posts_recent ON posts (at DESC NULLS LAST, id) WHERE title <> ''::text",
      'CREATE UNIQUE INDEX CONCURRENTLY posts_lower_title ON posts (lower(title))',
      'USING gin (tags)',
      '-- ashlar: no-transaction',
    ],
  },
  {
    what: 'an index that changes and one that goes',
    from: { posts: pgTable('posts', columns, (t) => [index('a').on(t.title), index('b').on(t.id, t.title)]) },
    to: { posts: pgTable('posts', columns, (t) => [index('a').on(t.title.desc())]) },
    says: [
      'CREATE INDEX CONCURRENTLY a_new',
      'ALTER INDEX a RENAME TO a_old',
      'ALTER INDEX a_new RENAME TO a',
      'DROP INDEX CONCURRENTLY b',
      'DROP INDEX CONCURRENTLY a_old',
    ],
  },
  {
    what: 'unique constraints and a primary key on a table that is there, and what refers to them',
    from: { posts: pgTable('posts', { id: integer().notNull(), slug: text(), author: text() }) },
    to: (() => {
      const posts = pgTable(
        'posts',
        { id: integer().notNull().primaryKey(), slug: text().unique(), author: text() },
        (t) => [unique('posts_author_slug').on(t.author, t.slug).nullsNotDistinct()],
      )
      return {
        posts,
        notes: pgTable('notes', {
          post: integer().references(() => posts.id),
          slug: text().references(() => posts.slug),
        }),
      }
    })(),
    says: [
      'CREATE UNIQUE INDEX CONCURRENTLY posts_slug_unique',
      'UNIQUE USING INDEX posts_slug_unique',
      'PRIMARY KEY USING INDEX',
      'NULLS NOT DISTINCT',
    ],
  },
  {
    what: 'tables, enums and sequences of another schema',
    from: { blog },
    to: (() => {
      const kind = blog.enum('kind', ['a', 'b'])
      const entries = blog.table(
        'entries',
        { id: serial().primaryKey(), kind: kind().notNull().default('a'), kinds: kind().array() },
        (t) => [index().on(t.kind)],
      )
      return {
        blog,
        kind,
        entries,
        numbers: blog.sequence('numbers', { startWith: 100, increment: 5 }),
        refs: pgTable('refs', { entry: integer().references(() => entries.id) }),
      }
    })(),
    says: [
      "kind blog.kind DEFAULT 'a'::blog.kind NOT NULL",
      'id serial PRIMARY KEY',
      'CREATE SEQUENCE blog.numbers INCREMENT BY 5',
      'REFERENCES blog.entries(id)',
    ],
  },
  {
    what: 'a change of a table of another schema',
    from: {
      entries: blog.table('entries', { id: serial().primaryKey(), old: text() }, (t) => [
        index('entries_old').on(t.id),
      ]),
    },
    to: {
      entries: blog.table('entries', { id: serial().primaryKey(), old: varchar({ length: 9 }).notNull() }, (t) => [
        index('entries_old').on(t.id.desc()),
      ]),
    },
    decisions: { conversions: { 'blog.entries.old': 'left(old, 9)' } },
    says: ['TYPE character varying(9) USING left(old, 9)', 'DROP INDEX CONCURRENTLY blog.entries_old_old'],
  },
  {
    what: 'names that are long, in other letters and beside a schema called like a key word',
    from: ((order) => ({
      order,
      size: order.enum('Größe', ['klein', 'groß']),
      entries: order.table('entries', { id: integer().notNull(), Nr: integer() }, (t) => [index(LONG).on(t.id)]),
    }))(pgSchema('order')),
    to: ((order) => ({
      order,
      size: order.enum('Größe', ['groß']),
      entries: order.table('entries', { id: integer().notNull(), Nr: serial() }, (t) => [index(LONG).on(t.id.desc())]),
    }))(pgSchema('order')),
    decisions: { conversions: { 'order.Größe': '' } },
    says: ['OWNED BY "order".entries."Nr"', 'DROP TYPE "order"."Größe_old"', 'ü_old"'],
  },
  {
    what: 'tables and columns that go',
    from: ((table) => ({ table, users, refs: pgTable('refs', { post: integer().references(() => table.id) }) }))(
      pgTable('posts', { ...columns, body: text() }, (t) => [
        index().on(t.body, t.id),
        unique().on(t.body),
        check('x', sql`length(${t.body}) > 1`),
      ]),
    ),
    to: { posts },
    decisions: { allowDestructive: true },
    says: ['DROP TABLE refs, users', 'DROP COLUMN body'],
  },
  {
    what: 'views over views and a materialized one',
    from: {
      posts,
      a: pgView('a', { id: integer() }).as(sql`select id from posts`),
      b: pgView('b', { id: integer() }).as(sql`select id from a`),
    },
    to: {
      posts,
      b: pgView('b', { id: integer() })
        .with({ securityInvoker: true })
        .as(sql`select id from a`),
      a: pgView('a', { id: integer() }).as(sql`select id, title from posts`),
      m: pgMaterializedView('m', { n: integer() }).as(sql`select count(*) as n from posts`),
    },
    says: ['DROP VIEW b;\n\nDROP VIEW a;', 'CREATE MATERIALIZED VIEW m AS', 'security_invoker=true'],
  },
  {
    what: 'row level security and policies',
    from: { posts: pgTable('posts', columns, () => [pgPolicy('old', { using: sql`true` })]) },
    to: {
      posts: pgTable('posts', columns, (t) => [
        pgPolicy('own', {
          as: 'restrictive',
          for: 'update',
          to: 'public',
          using: sql`${t.id} > 1`,
          withCheck: sql`${t.id} > 2`,
        }),
      ]),
      users: users,
      sequence: pgSequence('plain'),
    },
    says: [
      'DROP POLICY old ON posts',
      'CREATE POLICY own ON posts AS RESTRICTIVE FOR UPDATE\n  USING (id > 1)\n  WITH CHECK (id > 2)',
      'CREATE SEQUENCE plain;',
    ],
  },
]
