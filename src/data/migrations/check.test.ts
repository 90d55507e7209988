import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { customType, foreignKey, index, integer, pgTable, primaryKey, text, varchar } from 'drizzle-orm/pg-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DrizzleSchema } from '../drizzle.ts'
import { checkMigrations } from './check.ts'
import { openWorkshop, type Workshop } from './make.fixture.ts'
import { migrate } from './migrate.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await openWorkshop()
})
afterEach(() => shop.end())

const columns = { id: integer().primaryKey(), title: text().notNull() }
const posts = pgTable('posts', columns, (t) => [index('posts_title').on(t.title)])
const write = (name: string, text: string): void => writeFileSync(join(shop.folder, name), text)
const withCode = (schema: DrizzleSchema): ReturnType<typeof checkMigrations> =>
  checkMigrations({ database: shop.declared(schema) })
const withDatabase = (schema: DrizzleSchema): ReturnType<typeof checkMigrations> =>
  checkMigrations({ database: shop.declared(schema), url: shop.url })

describe('check', () => {
  test('tells what the tables in code have and the migrations lack, and the other way round', async () => {
    await shop.make({ posts })
    expect((await withCode({ posts })).differences).toEqual([])
    const changed = pgTable('posts', {
      id: integer().primaryKey(),
      title: varchar({ length: 9 }).default('a'),
      body: text(),
    })
    const { differences } = await withCode({ changed, users: pgTable('users', { id: integer() }) })
    expect(differences.map(({ between, text }) => `${between}: ${text}`).toSorted()).toEqual([
      'code: column posts.body is missing',
      'code: column posts.title is NOT NULL',
      'code: column posts.title is text, not character varying(9)',
      'code: index posts.posts_title is too many',
      'code: table users is missing',
    ])
  })

  test('tells in which way an index is another one, and what Drizzle writes where SQL says DESC', async () => {
    write(
      '0001_init.sql',
      'CREATE TABLE posts (id integer PRIMARY KEY, title text NOT NULL); CREATE INDEX posts_title ON posts (title DESC)',
    )
    const last = pgTable('posts', columns, (t) => [index('posts_title').on(t.title.desc())])
    const first = pgTable('posts', columns, (t) => [index('posts_title').on(t.title.desc().nullsFirst())])
    const { differences } = await withCode({ posts: last })
    expect(differences.map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /^index posts\.posts_title is posts \(title DESC\), not posts \(title DESC NULLS LAST\).*nullsFirst\(\)$/,
      ),
    ])
    expect((await withCode({ posts: first })).differences).toEqual([])
  })

  test('tells what a database has been through beside its migrations', async () => {
    await shop.make({ posts })
    expect((await withDatabase({ posts })).differences).toEqual([])
    await shop.query(
      'ALTER TABLE posts ADD COLUMN extra text; CREATE TABLE stray (); CREATE SCHEMA queue; CREATE TABLE queue.jobs ()',
    )
    write('0002_more.sql', 'ALTER TABLE posts ADD COLUMN body text')
    const { differences } = await withDatabase({
      posts: pgTable('posts', { ...columns, body: text() }, (t) => [index('posts_title').on(t.title)]),
    })
    expect(differences.map(({ text }) => text)).toEqual([
      'the migration 0002_more.sql is not applied',
      'column posts.extra is too many',
      'table stray is too many',
    ])
    expect(differences.every(({ between }) => between === 'database')).toBe(true)
  })

  test('tells of an index whose concurrent build has failed', async () => {
    await shop.make({ posts })
    await shop.query("INSERT INTO posts VALUES (1, 'a'), (2, 'a')")
    write('0002_unique.sql', '-- ashlar: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY one_title ON posts (title)')
    await expect(migrate(shop.url, shop.folder)).rejects.toThrow('could not create unique index')
    const { differences } = await withDatabase({ posts })
    expect(differences.map(({ text }) => text)).toContain('index posts.one_title is too many')
    await shop.query('DELETE FROM posts WHERE id = 2')
    expect(await migrate(shop.url, shop.folder)).toEqual(['0002_unique.sql'])
  })

  test('refuses a file that was changed after it had been applied, and takes a remark that was added', async () => {
    await shop.make({ posts })
    write('0002_more.sql', 'CREATE TABLE more ()')
    await migrate(shop.url, shop.folder)
    write(
      '0002_more.sql',
      '-- ashlar: unmanaged more\n-- ashlar: allow drop-in-use nobody uses it\nCREATE TABLE more ()',
    )
    expect((await withDatabase({ posts })).differences).toEqual([])
    write('0002_more.sql', 'CREATE TABLE more (id integer)')
    await expect(withDatabase({ posts })).rejects.toThrow('0002_more.sql was changed after it had been applied')
  })

  test('names a file that does not run', async () => {
    write('0001_broken.sql', 'CREATE TABLE posts (title nothing)')
    await expect(withCode({})).rejects.toThrow(/0001_broken\.sql:1:27 failed: type "nothing" does not exist/)
  })

  test('lints what is not applied', async () => {
    await shop.make({ posts })
    write('0002_index.sql', 'CREATE INDEX posts_id_title ON posts (id, title)')
    const table = pgTable('posts', columns, (t) => [
      index('posts_title').on(t.title),
      index('posts_id_title').on(t.id, t.title),
    ])
    const { findings } = await withDatabase({ table })
    expect(findings.map(({ file, severity }) => [file, severity])).toContainEqual([
      join(shop.folder, '0002_index.sql'),
      'error',
    ])
    await migrate(shop.url, shop.folder)
    expect(await withDatabase({ table })).toEqual({ differences: [], findings: [] })
  })

  test('looks over objects that a migration says it makes by hand', async () => {
    write(
      '0001_hand.sql',
      `-- ashlar: unmanaged log, posts.posts_search
       CREATE TABLE log (line text); CREATE TABLE posts (id integer PRIMARY KEY, title text NOT NULL);
       CREATE INDEX posts_search ON posts USING gin (to_tsvector('simple', title));
       CREATE INDEX posts_title ON posts (title)`.replaceAll(/^ +/gm, ''),
    )
    await migrate(shop.url, shop.folder)
    expect((await withDatabase({ posts })).differences).toEqual([])
    expect((await shop.make({ posts })).files).toEqual([])
  })

  test('takes the names that PostgreSQL and Drizzle give by themselves for the same', async () => {
    const notes = pgTable('notes', { b: text().references(() => tags.id), a: text().unique() }, (t) => [
      primaryKey({ columns: [t.b, t.a] }),
    ])
    const tags = pgTable('tags', { id: text().primaryKey() })
    write(
      '0001_hand.sql',
      'CREATE TABLE tags (id text PRIMARY KEY); CREATE TABLE notes (a text UNIQUE, b text REFERENCES tags, PRIMARY KEY (b, a))',
    )
    expect((await withCode({ notes, tags })).differences).toEqual([])
    const named = pgTable('notes', { b: text(), a: text().unique('one') }, (t) => [
      primaryKey({ columns: [t.b, t.a] }),
      foreignKey({ name: 'notes_tag', columns: [t.b], foreignColumns: [tags.id] }),
    ])
    expect((await withCode({ named, tags })).differences.map(({ text }) => text)).toEqual([
      'unique notes.one is called notes_a_key',
      'foreign key notes.notes_tag is called notes_b_fkey',
    ])
  })

  test('knows the types and functions that a migration makes by hand', async () => {
    const email = customType<{ data: string }>({ dataType: () => 'email' })
    write(
      '0001_hand.sql',
      "CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%'); CREATE FUNCTION next_id() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    )
    const users = pgTable('users', { id: integer().default(sql`next_id()`), email: email('email') })
    await shop.make({ users })
    expect((await withDatabase({ users })).differences).toEqual([])
    await expect(
      withCode({
        users: pgTable('users', { email: customType<{ data: string }>({ dataType: () => 'nothing' })('email') }),
      }),
    ).rejects.toThrow('type "nothing" does not exist. Where it comes from an extension')
  })

  test('needs no table in code: then only the files are run', async () => {
    await shop.make({ posts })
    const { options } = shop.declared({})
    const { schema: _schema, ...rest } = options
    const { database } = await import('../database.ts')
    expect(await checkMigrations({ database: database<DrizzleSchema>(rest) })).toMatchObject({ differences: [] })
  })
})
