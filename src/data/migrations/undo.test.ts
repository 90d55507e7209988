import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { check, index, integer, pgEnum, pgTable, text, unique, varchar } from 'drizzle-orm/pg-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DrizzleSchema } from '../drizzle.ts'
import { checkMigrations } from './check.ts'
import { openWorkshop, type Workshop } from './make.fixture.ts'
import { migrate } from './migrate.ts'
import type { Decisions } from './review/decisions.ts'
import { undoMigrations } from './undo.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await openWorkshop()
})
afterEach(() => shop.end())

const columns = { id: integer().primaryKey(), title: varchar({ length: 20 }).notNull() }
const posts = pgTable('posts', columns)
const status = pgEnum('status', ['draft', 'published'])
const users = pgTable('users', { id: integer().primaryKey() })

const undo = (options: { to?: number; allowDestructive?: boolean } = {}): Promise<readonly string[]> =>
  undoMigrations({ database: shop.declared({}), url: shop.url, ...options })
const write = (name: string, text: string): void => writeFileSync(join(shop.folder, name), text)
const differences = async (schema: DrizzleSchema): Promise<readonly string[]> =>
  (await checkMigrations({ database: shop.declared(schema), url: shop.url })).differences.map(({ text }) => text)

interface Case {
  readonly what: string
  readonly to: DrizzleSchema
  readonly decisions?: Decisions
}

const cases: readonly Case[] = [
  {
    what: 'an empty table, an enum and a foreign key',
    to: { posts, status, notes: pgTable('notes', { post: integer().references(() => posts.id), status: status() }) },
  },
  {
    what: 'a column, an index, a check and a unique constraint',
    to: {
      posts: pgTable('posts', { ...columns, body: text() }, (t) => [
        index().on(t.body),
        check('c', sql`${t.id} > 0`),
        unique().on(t.title),
      ]),
    },
  },
  {
    what: 'a rename of table and column',
    to: { articles: pgTable('articles', { id: integer().primaryKey(), name: varchar({ length: 20 }).notNull() }) },
    decisions: { renames: { posts: 'articles', 'posts.title': 'posts.name', 'articles.title': 'articles.name' } },
  },
]

describe('undo', () => {
  test.each(cases)('takes back $what', async ({ to, decisions = {} }) => {
    await shop.make({ posts })
    const { files } = await shop.make(to, { decisions })
    expect(await undo({ to: 1 })).toEqual(files.map(({ name }) => name).toReversed())
    for (const { name } of files) expect(await differences(to)).toContain(`the migration ${name} is not applied`)
    // What is left is what the first file made: the database differs from the files by the pending ones only.
    expect((await differences(to)).filter((line) => !line.includes('not applied'))).toEqual([])
    expect(await migrate(shop.url, shop.folder)).toEqual(files.map(({ name }) => name))
    expect(await differences(to)).toEqual([])
  })

  test('takes back one by default, and nothing where nothing was applied', async () => {
    await shop.make({ posts })
    await shop.make({ posts, users })
    expect(await undo()).toEqual(['0002_change.sql'])
    expect(await undo()).toEqual(['0001_change.sql'])
    expect(await undo()).toEqual([])
  })

  test('loses no rows and no values unless it is told to', async () => {
    await shop.make({ posts })
    await shop.query("INSERT INTO posts VALUES (1, 'a')")
    await shop.make({ posts: pgTable('posts', { ...columns, body: text() }) })
    await shop.query("UPDATE posts SET body = 'b'")
    await expect(undo()).rejects.toThrow('would lose the values of the column posts.body. Nothing was changed.')
    expect(await shop.query('SELECT body FROM posts')).toEqual([{ body: 'b' }])
    expect(await undo({ allowDestructive: true })).toEqual(['0002_change.sql'])
    await expect(undo()).rejects.toThrow('would lose the rows of the table posts')
  })

  test('loses a column whose rows have only its default', async () => {
    await shop.make({ posts })
    await shop.query("INSERT INTO posts VALUES (1, 'a')")
    await shop.make({ posts: pgTable('posts', { ...columns, body: text().notNull().default('none') }) })
    expect(await undo()).toEqual(['0002_change.sql'])
  })

  test.each([
    ['DROP TABLE posts', 'it dropped the table posts'],
    ['ALTER TABLE posts DROP COLUMN title', 'it dropped the column posts.title'],
    ['ALTER TABLE posts ALTER COLUMN title TYPE integer USING length(title)', 'it converted the column posts.title'],
    ["INSERT INTO posts VALUES (1, 'a')", 'nobody can tell how to undo "INSERT INTO posts'],
    ["UPDATE posts SET title = 'a' WHERE id IS NULL", 'nobody can tell how to undo "UPDATE'],
    ['CREATE EXTENSION pg_trgm', 'nobody can tell how to undo "CREATE EXTENSION'],
  ])('is refused with the reason: %s', async (statement, reason) => {
    await shop.make({ posts })
    write('0002_hand.sql', statement)
    await migrate(shop.url, shop.folder)
    await expect(undo()).rejects.toThrow(reason)
    await expect(undo()).rejects.toThrow('0002_hand.down.sql')
    await expect(undo({ to: 0 })).rejects.toThrow('0002_hand.down.sql')
  })

  test('is done by the file that was written for it', async () => {
    await shop.make({ posts })
    write('0002_hand.sql', "INSERT INTO posts VALUES (1, 'a')")
    write('0002_hand.down.sql', 'DELETE FROM posts WHERE id = 1')
    await migrate(shop.url, shop.folder)
    expect(await undo()).toEqual(['0002_hand.sql'])
    expect(await shop.query('SELECT FROM posts')).toEqual([])
    expect(await migrate(shop.url, shop.folder)).toEqual(['0002_hand.sql'])
  })

  test('that fails changes nothing', async () => {
    await shop.make({ posts })
    write('0001_change.down.sql', 'DROP TABLE posts; SELECT 1 / 0')
    await expect(undo()).rejects.toThrow('division by zero')
    expect(await shop.query('SELECT FROM posts')).toEqual([])
    expect(await shop.query('SELECT FROM ashlar_migrations')).toHaveLength(1)
  })

  test('down to a migration that is not applied is refused', async () => {
    await shop.make({ posts })
    await expect(undo({ to: 7 })).rejects.toThrow('number 7 has been applied')
  })

  test('has no file for a migration that is not there', async () => {
    await shop.make({ posts })
    write('0002_gone.down.sql', 'SELECT 1')
    await expect(undo()).rejects.toThrow('0002_gone.down.sql takes back 0002_gone.sql, and there is no such migration')
  })
})
