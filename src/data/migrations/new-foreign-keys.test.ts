import { bigint, foreignKey, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkMigrations } from './check.ts'
import { openWorkshop, type Workshop } from './make.fixture.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await openWorkshop()
})
afterEach(() => shop.end())

const id = () => bigint({ mode: 'number' })
const columns = { id: id().primaryKey(), team: id().notNull(), email: text().notNull() }
const before = pgTable('accounts', columns)
const accounts = pgTable('accounts', columns, (t) => [
  unique('accounts_email').on(t.email),
  unique('accounts_team').on(t.team, t.id),
])

test('the foreign keys of a new table are made with it, where only another key of the table they refer to is new', async () => {
  const sessions = pgTable('sessions', {
    id: id().primaryKey(),
    account: id().references(() => accounts.id),
  })
  await shop.make({ accounts: before })
  const made = await shop.make({ accounts, sessions })
  expect(made).toMatchObject({ findings: [], remaining: [] })
  expect(made.files[0]!.sql).toMatch(/CREATE TABLE sessions \([^;]*REFERENCES accounts\(id\)/)
  expect(shop.text(made.files)).not.toContain('ADD CONSTRAINT sessions')
  const { differences, findings } = await checkMigrations({ database: shop.declared({ accounts, sessions }) })
  expect({ differences, findings }).toEqual({ differences: [], findings: [] })
})

test('those that refer to a key made after their table are checked apart, and make and check find nothing', async () => {
  const sessions = pgTable(
    'sessions',
    {
      id: id().primaryKey(),
      email: text().references(() => accounts.email),
      team: id(),
      account: id(),
    },
    (t) => [
      foreignKey({ name: 'of_team', columns: [t.team, t.account], foreignColumns: [accounts.team, accounts.id] }),
    ],
  )
  await shop.make({ accounts: before })
  const made = await shop.make({ accounts, sessions })
  expect(made).toMatchObject({ findings: [], remaining: [] })
  const written = shop.text(made.files)
  expect(written).toMatch(/ADD CONSTRAINT sessions_email_accounts_email_fk [^;]* NOT VALID;/)
  expect(written).toMatch(/ADD CONSTRAINT of_team [^;]* NOT VALID;/)
  expect(written).toContain('VALIDATE CONSTRAINT of_team;')
  const { differences, findings } = await checkMigrations({ database: shop.declared({ accounts, sessions }) })
  expect({ differences, findings }).toEqual({ differences: [], findings: [] })
})
