import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { columnCases } from './make.columns.fixture.ts'
import { openWorkshop, type Workshop } from './make.fixture.ts'
import { objectCases } from './make.objects.fixture.ts'
import { posts, users } from './make.tables.fixture.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await openWorkshop()
})
afterEach(() => shop.end())

describe('a migration that is made', () => {
  test.each([...objectCases, ...columnCases])(
    'leads from one to the other: $what',
    async ({ from, to, decisions = {}, says }) => {
      await shop.make(from)
      const { files, remaining } = await shop.make(to, { decisions })
      expect(remaining).toEqual([])
      const text = shop.text(files)
      for (const part of says) {
        if (typeof part === 'string') expect(text).toContain(part)
        else expect(text).toMatch(part)
      }
      expect(await shop.make(to)).toEqual({ files: [], findings: [], remaining: [] })
    },
  )
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
