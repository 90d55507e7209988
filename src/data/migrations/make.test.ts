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
  uuid,
  varchar,
  type AnyPgColumn,
} from 'drizzle-orm/pg-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DrizzleSchema } from '../drizzle.ts'
import { formatFindings } from '../lint/format.ts'
import { openWorkshop, type Workshop } from './make.fixture.ts'
import type { Decisions } from './review/decisions.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await openWorkshop()
})
afterEach(() => shop.end())

const status = pgEnum('status', ['draft', 'published'])
const users = pgTable('users', { id: uuid().primaryKey().defaultRandom(), name: varchar({ length: 40 }).notNull() })
const columns = { id: integer().primaryKey(), title: text().notNull() }
const posts = pgTable('posts', columns)
const blog = pgSchema('blog')

interface Case {
  readonly what: string
  readonly from: DrizzleSchema
  readonly to: DrizzleSchema
  readonly decisions?: Decisions
  /** What the files must say. */
  readonly says: readonly (string | RegExp)[]
}

const cases: readonly Case[] = [
  {
    what: 'a new table',
    from: {},
    to: { users },
    says: ['CREATE TABLE users (\n  id uuid DEFAULT gen_random_uuid() PRIMARY KEY,'],
  },
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

describe('a migration that is made', () => {
  test.each(cases)('leads from one to the other: $what', async ({ from, to, decisions = {}, says }) => {
    await shop.make(from)
    const { files, findings, remaining } = await shop.make(to, { decisions })
    expect(remaining).toEqual([])
    if (findings.length > 0) console.log(formatFindings(findings))
    const text = shop.text(files)
    for (const part of says) {
      if (typeof part === 'string') expect(text).toContain(part)
      else expect(text).toMatch(part)
    }
    expect(await shop.make(to)).toEqual({ files: [], findings: [], remaining: [] })
  })
})

describe('statements of other parts', () => {
  const extra = [
    'CREATE FUNCTION ashlar.claim(name text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting(name, true) $$',
    'CREATE FUNCTION ashlar.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
    'CREATE TRIGGER touch BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION ashlar.touch()',
    'ALTER TABLE posts ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE posts FORCE ROW LEVEL SECURITY',
    "CREATE POLICY own ON posts USING (title = ashlar.claim('app.user'))",
  ]

  test('are part of what is compared, and come and go with the code', async () => {
    await shop.make({ posts })
    const made = await shop.make({ posts }, { extra })
    expect(made.remaining).toEqual([])
    for (const part of [
      'CREATE SCHEMA IF NOT EXISTS ashlar',
      'CREATE OR REPLACE FUNCTION ashlar.claim',
      'FORCE ROW LEVEL SECURITY',
      'CREATE POLICY own',
      'CREATE TRIGGER touch',
    ])
      expect(shop.text(made.files)).toContain(part)
    expect((await shop.make({ posts }, { extra })).files).toEqual([])
    const gone = await shop.make({ posts })
    expect(gone.remaining).toEqual([])
    expect(shop.text(gone.files)).toContain('DROP POLICY own ON posts')
    expect((await shop.make({ posts })).files).toEqual([])
  })
})

test('a migration is numbered after the last, and named in words', async () => {
  const { files } = await shop.make({ users }, { name: 'Create usersTable!' })
  expect(files.map(({ name }) => name)).toEqual(['0001_create_users_table.sql'])
  expect((await shop.make({ users, posts }, { name: 'posts' })).files.map(({ name }) => name)).toEqual([
    '0002_posts.sql',
  ])
  await expect(shop.make({}, { name: '!' })).rejects.toThrow('is no name for a migration')
})
