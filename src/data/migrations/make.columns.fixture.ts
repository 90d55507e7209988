import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  pgView,
  primaryKey,
  serial,
  text,
  timestamp,
  unique,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import { columns, posts, status, users, type Case } from './make.tables.fixture.ts'

/** Changes of columns and their types. */
export const columnCases: readonly Case[] = [
  {
    what: 'a nullable column',
    from: { posts },
    to: { posts: pgTable('posts', { ...columns, body: text() }) },
    says: ['ALTER TABLE posts ADD COLUMN body text;'],
  },
  {
    what: 'columns with defaults of every kind',
    from: { posts },
    to: {
      posts: pgTable('posts', {
        ...columns,
        tags: text().array().notNull().default([]),
        words: text().array().notNull().default(["it's", 'a "b"']),
        settings: jsonb()
          .notNull()
          .default({ theme: "dark's", sizes: [1, 2] }),
        open: boolean().notNull().default(true),
        price: numeric({ precision: 10, scale: 2 }).notNull().default('1.50'),
        big: bigint({ mode: 'bigint' }).default(9007199254740993n),
        at: timestamp({ withTimezone: true }).notNull().defaultNow(),
        until: timestamp({ withTimezone: true }).default(new Date('2026-01-02T03:04:05Z')),
        sum: integer().default(sql`1 + 2`),
      }),
    },
    says: ["settings jsonb DEFAULT '{", 'NOT NULL'],
  },
  {
    what: 'a default and NOT NULL that come and go',
    from: { posts: pgTable('posts', { ...columns, body: text().notNull().default('a'), note: text() }) },
    to: { posts: pgTable('posts', { ...columns, body: text(), note: text().notNull().default('b') }) },
    says: [
      'DROP DEFAULT',
      'DROP NOT NULL',
      "SET DEFAULT 'b'",
      'CHECK (note IS NOT NULL) NOT VALID',
      'VALIDATE CONSTRAINT',
      'SET NOT NULL',
    ],
  },
  {
    what: 'an enum, a value in its middle, and a default that uses it',
    from: { status, posts: pgTable('posts', { ...columns, status: status().notNull().default('draft') }) },
    to: ((review) => ({
      review,
      posts: pgTable('posts', { ...columns, status: review().notNull().default('review') }),
    }))(pgEnum('status', ['draft', 'review', 'published'])),
    says: ["ALTER TYPE status ADD VALUE 'review' BEFORE 'published'", "SET DEFAULT 'review'::status"],
  },
  {
    what: 'an enum that loses a value',
    from: {
      status,
      posts: pgTable('posts', { ...columns, status: status().notNull().default('draft'), all: status().array() }),
    },
    to: ((less) => ({
      less,
      posts: pgTable('posts', { ...columns, status: less().notNull().default('published'), all: less().array() }),
    }))(pgEnum('status', ['published'])),
    decisions: { conversions: { status: '' } },
    says: ['ALTER TYPE status RENAME TO status_old', 'USING status::text::status', 'DROP TYPE status_old'],
  },
  {
    what: 'an enum whose value is renamed',
    from: { status, posts: pgTable('posts', { ...columns, status: status().default('draft') }) },
    to: ((other) => ({ other, posts: pgTable('posts', { ...columns, status: other().default('open') }) }))(
      pgEnum('status', ['open', 'published']),
    ),
    decisions: { renames: { 'status.draft': 'status.open' } },
    says: ["ALTER TYPE status RENAME VALUE 'draft' TO 'open'"],
  },
  {
    what: 'a foreign key with two columns, and a check, on a table that is there',
    from: {
      posts: pgTable('posts', { ...columns, tenant: integer(), owner: integer(), age: integer() }),
      owners: pgTable('owners', { tenant: integer(), id: integer() }, (t) => [
        primaryKey({ columns: [t.tenant, t.id] }),
      ]),
    },
    to: (() => {
      const owners = pgTable('owners', { tenant: integer(), id: integer() }, (t) => [
        primaryKey({ columns: [t.tenant, t.id] }),
      ])
      return {
        owners,
        posts: pgTable('posts', { ...columns, tenant: integer(), owner: integer(), age: integer() }, (t) => [
          foreignKey({ columns: [t.tenant, t.owner], foreignColumns: [owners.tenant, owners.id] }).onDelete('restrict'),
          check('posts_age', sql`${t.age} > 0 and ${t.title} <> ${'x'}`),
        ]),
      }
    })(),
    says: ['NOT VALID', 'VALIDATE CONSTRAINT posts_age', 'ON DELETE RESTRICT NOT VALID'],
  },
  {
    what: 'generated columns, added, changed and read by an index',
    from: {
      posts: pgTable('posts', { ...columns, lower: text().generatedAlwaysAs(sql`lower(title)`) }, (t) => [
        index('posts_lower').on(t.lower),
      ]),
    },
    to: {
      posts: pgTable(
        'posts',
        {
          ...columns,
          lower: text().generatedAlwaysAs(sql`lower(btrim(title))`),
          length: integer().generatedAlwaysAs((): ReturnType<typeof sql> => sql`length(${posts.title})`),
        },
        (t) => [index('posts_lower').on(t.lower)],
      ),
    },
    says: [
      'lower text GENERATED ALWAYS AS (lower(btrim(title))) STORED',
      'CREATE INDEX CONCURRENTLY posts_lower ON posts (lower)',
    ],
  },
  {
    what: 'a type that a generated column and a view read',
    from: ((table) => ({ table, view: pgView('short_posts').as((q) => q.select({ n: table.n }).from(table)) }))(
      pgTable('posts', {
        ...columns,
        n: integer().notNull().default(0),
        twice: integer().generatedAlwaysAs(sql`n * 2`),
      }),
    ),
    to: ((table) => ({ table, view: pgView('short_posts').as((q) => q.select({ n: table.n }).from(table)) }))(
      pgTable('posts', {
        ...columns,
        n: bigint({ mode: 'number' }).notNull().default(0),
        twice: integer().generatedAlwaysAs(sql`n * 2`),
      }),
    ),
    says: ['DROP VIEW short_posts', 'TYPE bigint', 'CREATE VIEW short_posts AS'],
  },
  {
    what: 'a renamed column with all that mentions it',
    from: {
      posts: pgTable('posts', { ...columns, author: uuid().references(() => users.id) }, (t) => [
        index().on(t.author),
        check('c', sql`${t.author} is not null`),
      ]),
      users,
    },
    to: {
      posts: pgTable('posts', { ...columns, writer: uuid().references(() => users.id) }, (t) => [
        index().on(t.writer),
        check('c', sql`${t.writer} is not null`),
      ]),
      users,
    },
    decisions: { renames: { 'posts.author': 'posts.writer' } },
    says: [
      'RENAME COLUMN author TO writer',
      'RENAME CONSTRAINT posts_author_users_id_fk TO posts_writer_users_id_fk',
      'ALTER INDEX posts_author_index RENAME TO posts_writer_index',
    ],
  },
  {
    what: 'a renamed table with a serial, a foreign key to it, and a new column',
    from: (() => {
      const posts = pgTable('posts', { id: serial().primaryKey(), title: text() })
      return { posts, notes: pgTable('notes', { post: integer().references(() => posts.id) }) }
    })(),
    to: (() => {
      const articles = pgTable('articles', { id: serial().primaryKey(), title: text(), body: text() })
      return { articles, notes: pgTable('notes', { post: integer().references(() => articles.id) }) }
    })(),
    decisions: { renames: { posts: 'articles' } },
    says: ['ALTER TABLE posts RENAME TO articles', 'ALTER TABLE articles ADD COLUMN body text'],
  },
  {
    what: 'names that have to be quoted',
    from: { table: pgTable('User Data', { id: integer('userId').primaryKey(), order: text('order') }) },
    to: {
      table: pgTable(
        'User Data',
        { id: integer('userId').primaryKey(), order: text('order').notNull(), select: text('select') },
        (t) => [index('My Index').on(t.order), unique('U').on(t.select)],
      ),
    },
    says: ['ALTER TABLE "User Data" ADD COLUMN "select" text', 'CONCURRENTLY "My Index" ON "User Data" ("order")'],
  },
  {
    what: 'types that convert with and without USING',
    from: {
      posts: pgTable('posts', {
        ...columns,
        a: text(),
        b: integer(),
        c: varchar({ length: 5 }),
        d: text().default('draft'),
        e: serial(),
      }),
    },
    to: {
      status,
      posts: pgTable('posts', {
        ...columns,
        a: integer(),
        b: bigint({ mode: 'number' }),
        c: text(),
        d: status().default('draft'),
        e: bigint({ mode: 'number' }).notNull(),
      }),
    },
    decisions: { conversions: { 'posts.a': '', 'posts.d': '' } },
    says: [
      'ALTER COLUMN a TYPE integer USING a::integer',
      'ALTER COLUMN b TYPE bigint;',
      'ALTER COLUMN c TYPE text;',
      'ALTER COLUMN d TYPE status USING d::status',
      'DROP SEQUENCE posts_e_seq',
    ],
  },
  {
    what: 'a serial and an identity on a column that is there',
    from: {
      posts: pgTable('posts', {
        id: integer().notNull(),
        n: integer().notNull(),
        m: integer().primaryKey().generatedAlwaysAsIdentity({ startWith: 5 }),
      }),
    },
    to: {
      posts: pgTable('posts', {
        id: serial(),
        n: integer().notNull().generatedByDefaultAsIdentity(),
        m: integer().primaryKey().generatedByDefaultAsIdentity({ startWith: 5, increment: 2 }),
      }),
    },
    says: [
      "pg_get_serial_sequence('posts', 'n')",
      'ADD GENERATED BY DEFAULT AS IDENTITY',
      'SET GENERATED BY DEFAULT SET INCREMENT BY 2',
    ],
  },
  {
    what: 'a required column with a value for the rows that are there',
    from: { posts },
    to: { posts: pgTable('posts', { ...columns, slug: text().notNull() }) },
    decisions: { backfills: { 'posts.slug': 'lower(title)' } },
    says: ['ADD COLUMN slug text;', 'UPDATE posts SET slug = lower(title) WHERE slug IS NULL', 'SET NOT NULL'],
  },
  {
    what: 'a required column of a table that has no rows',
    from: { posts },
    to: { posts: pgTable('posts', { ...columns, slug: text().notNull() }) },
    decisions: { backfills: { 'posts.slug': '' } },
    says: ['ADD COLUMN slug text NOT NULL;'],
  },
]
