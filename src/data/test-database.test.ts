import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { database } from './database.ts'
import { createTestDatabase } from './test-database.ts'

describe('test databases on the embedded server', () => behaviours(undefined))
describe.skipIf(process.env.DATABASE_URL === undefined)(
  'test databases on the server at DATABASE_URL (skipped where that is not set)',
  () => behaviours(process.env.DATABASE_URL),
)

test('on a server that is not there are refused with what to correct', async () => {
  const away = createTestDatabase(database({ url: 'postgres://user@127.0.0.1:1/app' }))
  await expect(away).rejects.toThrow(/^The database "app" at 127\.0\.0\.1:1 cannot be used: .*DATABASE_URL/)
})

function behaviours(given: string | undefined): void {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-test-database-'))
  const declared = database({ migrations: folder })

  beforeAll(() => {
    vi.stubEnv('DATABASE_URL', given)
    writeFileSync(join(folder, '0001_posts.sql'), 'CREATE TABLE posts (title text)')
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })

  test('are migrated, empty and apart, however many are asked for at once', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => createTestDatabase(declared)))
    for (const { database: own } of all) {
      await own.start()
      expect((await own.migrationStatus()).pending).toEqual([])
      await own.pool.query("INSERT INTO posts VALUES ('mine')")
      expect((await own.pool.query('SELECT FROM posts')).rowCount).toBe(1)
    }
    expect(new Set(all.map(({ url }) => url)).size).toBe(4)
    await Promise.all(all.map((one) => one.drop()))
  })

  test('follow the migrations when a file is added', async () => {
    const before = await createTestDatabase(declared)
    writeFileSync(join(folder, '0002_users.sql'), 'CREATE TABLE users (name text)')
    const after = await createTestDatabase(declared)
    await after.database.start()
    expect((await after.database.pool.query('SELECT FROM users')).rowCount).toBe(0)
    await Promise.all([before.drop(), after.drop()])
  })

  test('are gone when dropped, and those of the living are left alone', async () => {
    const dropped = await createTestDatabase(declared)
    const kept = await createTestDatabase(declared)
    await dropped.drop()
    const another = await createTestDatabase(declared)
    await kept.database.start()
    const { rows } = await kept.database.pool.query<{ datname: string }>('SELECT datname FROM pg_database')
    const names = rows.map(({ datname }) => datname)
    expect(names).not.toContain(nameIn(dropped.url))
    expect(names).toEqual(expect.arrayContaining([nameIn(kept.url), nameIn(another.url)]))
    await Promise.all([kept.drop(), another.drop()])
  })

  test('whose process was killed are dropped by a later one', async () => {
    const living = await createTestDatabase(declared)
    await living.database.start()
    const named = async (name: string): Promise<number | null> =>
      (await living.database.pool.query('SELECT FROM pg_database WHERE datname = $1', [name])).rowCount
    // As a kill leaves it: there, and no connection holds its lock.
    await living.database.pool.query('CREATE DATABASE ashlar_test_abandoned')
    const later = await createTestDatabase(declared)
    expect(await named('ashlar_test_abandoned')).toBe(0)
    expect(await named(nameIn(later.url))).toBe(1)
    await Promise.all([later.drop(), living.drop()])
  })

  test('with a broken migration say so, and the next attempt works', async () => {
    writeFileSync(join(folder, '0003_broken.sql'), 'CREATE TABLE')
    await expect(createTestDatabase(declared)).rejects.toThrow('0003_broken.sql')
    writeFileSync(join(folder, '0003_broken.sql'), 'CREATE TABLE mended (name text)')
    const own = await createTestDatabase(declared)
    await own.drop()
  })
}

function nameIn(url: string): string {
  return new URL(url).pathname.slice(1)
}
