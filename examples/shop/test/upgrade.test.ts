import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashPassword, verifyPassword } from 'ashlar/auth'
import { database as postgres } from 'ashlar/data'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../../src/data/migrations/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../../src/data/test-database.ts'

const MIGRATIONS = new URL('../migrations', import.meta.url).pathname
const PASSWORD = 'seven lanterns on a hill'

let before: string
let own: TestDatabase<Record<string, never>>
let db: Client
beforeAll(async () => {
  // The shop as it was with passwords of its own: the first migration alone.
  before = mkdtempSync(join(tmpdir(), 'shop-migrations-'))
  cpSync(join(MIGRATIONS, '0001_create_shop.sql'), join(before, '0001_create_shop.sql'))
  own = await createTestDatabase(postgres({ migrations: before }))
  db = new Client({ connectionString: own.url })
  await db.connect()
})
afterAll(async () => {
  await db.end()
  await own.drop()
  rmSync(before, { recursive: true })
})

test('a shop of before keeps its people, their passwords, roles and orders', async () => {
  const people = [
    ['0198f000-0000-7000-8000-000000000001', 'Ada@Example.com', 'customer'],
    ['0198f000-0000-7000-8000-000000000002', 'sam@example.com', 'staff'],
    ['0198f000-0000-7000-8000-000000000003', 'mia@example.com', 'manager'],
  ] as const
  const passwordHash = await hashPassword(PASSWORD)
  for (const person of people)
    await db.query('INSERT INTO accounts (id, email, role, name, password_hash) VALUES ($1, $2, $3, $2, $4)', [
      ...person,
      passwordHash,
    ])
  await db.query(`INSERT INTO orders (id, customer_id, total) VALUES ($1, $1, 1)`, [people[0][0]])

  expect(await migrate(own.url, MIGRATIONS)).toEqual(readdirSync(MIGRATIONS).toSorted().slice(1))

  const { rows } = await db.query<Record<string, unknown>>(`
    SELECT email, roles, email_verified_at, disabled_at, epoch, must_reset, password_hash,
      (SELECT count(*)::int FROM orders WHERE customer_id = accounts.id) AS orders
    FROM accounts JOIN auth_credentials ON user_id = accounts.id ORDER BY accounts.id`)
  const common = {
    email_verified_at: null,
    disabled_at: null,
    epoch: 1,
    must_reset: false,
    password_hash: passwordHash,
  }
  expect(rows).toEqual([
    { ...common, email: 'ada@example.com', roles: [], orders: 1 },
    { ...common, email: 'sam@example.com', roles: ['staff'], orders: 0 },
    { ...common, email: 'mia@example.com', roles: ['staff', 'manager'], orders: 0 },
  ])
  expect(await verifyPassword(PASSWORD, rows[0]!['password_hash'] as string)).toBe(true)
})
