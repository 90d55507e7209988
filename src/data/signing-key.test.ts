import { Pool } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { database } from './index.ts'
import { signingKey } from './signing-key.ts'
import { createTestDatabase } from './test-database.ts'

const own = await createTestDatabase(database())
afterAll(() => own.drop())

const SECRET = 'x'.repeat(32)

async function withPool<T>(work: (pool: Pool) => Promise<T>, options = ''): Promise<T> {
  const pool = new Pool({ connectionString: own.url, max: 1, ...(options !== '' && { options }) })
  // The database is dropped under whoever is still connected.
  pool.on('error', () => {})
  try {
    return await work(pool)
  } finally {
    await pool.end()
  }
}

const keyOf = (pool: Pool): Promise<string> => signingKey(pool, '').then((key) => Buffer.from(key).toString('hex'))

const READ_ONLY = '-c default_transaction_read_only=on'
const run = (statement: string): Promise<unknown> => withPool((pool) => pool.query(statement))

/** A superuser may do everything, whatever is revoked. */
const mayEverything = await withPool(async (pool) => {
  const { rows } = await pool.query<{ is_superuser: string }>('show is_superuser')
  return rows[0]?.is_superuser === 'on'
})

test('a database that takes no writes is told what to do instead', async () => {
  await expect(withPool(keyOf, READ_ONLY)).rejects.toThrow(/takes no writes.*Set ASHLAR_SECRET/)
})

test.skipIf(mayEverything)('a role that may make no table is told what to do instead', async () => {
  await run('revoke create on schema public from public, pg_database_owner')
  await expect(withPool(keyOf)).rejects.toThrow(/may not make.*Set ASHLAR_SECRET.*CREATE TABLE/)
  await run('grant create on schema public to pg_database_owner')
})

test('processes that start at once have one key, and so has one that starts later, though it may only read', async () => {
  const keys = await Promise.all(Array.from({ length: 12 }, () => withPool(keyOf)))
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(await withPool(keyOf, READ_ONLY)).toBe(keys[0])
})

test.skipIf(mayEverything)('a role that may not read it is told what to do instead', async () => {
  await run('revoke all on public.ashlar_keys from current_user')
  await expect(withPool(keyOf)).rejects.toThrow(/Set ASHLAR_SECRET/)
})

test('a key that is derived of a secret asks no database; one that is too short is refused', async () => {
  const none = { query: () => Promise.reject(new Error('asked')) } as unknown as Pool
  expect(await signingKey(none, SECRET)).toEqual(await signingKey(none, SECRET))
  expect(await signingKey(none, `${SECRET}y`)).not.toEqual(await signingKey(none, SECRET))
  await expect(signingKey(none, 'short')).rejects.toThrow(RangeError)
})
