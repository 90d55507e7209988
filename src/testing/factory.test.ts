import { count } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { database } from '../data/index.ts'
import { createTestDatabase, type TestDatabase } from '../data/test-database.ts'
import { factory } from './factory.ts'
import { categories, createTables, everything, odd, orders, tenants, users } from './factory.fixture.ts'
import { tableReferences } from './factory-table.ts'
import type { RelatedFactory } from './factory-types.ts'

let own: TestDatabase<Record<string, never>>

beforeAll(async () => {
  own = await createTestDatabase(database())
  await own.database.run((tx) => tx.execute(createTables))
})
afterAll(() => own.drop())

const tenant = factory(tenants)
const user = factory(users, ({ sequence }) => ({ displayName: `User ${sequence}`, tenantId: tenant }))
const order = factory(orders, { buyerId: () => user })

describe('a factory', () => {
  test('fills what nobody gives, by type, name, length and enum, and leaves NULL and defaults to the database', async () => {
    const { row, second } = await own.database.run(async (tx) => {
      const [first, next] = await factory(users, { tenantId: tenant }).createMany(tx, 2)
      return { row: first!, second: next! }
    })
    expect(row).toMatchObject({
      email: 'email1@example.com',
      displayName: 'display name 1',
      role: 'customer',
      bio: null,
    })
    expect(row.createdAt).toMatch(/^\d{4}-/)
    expect(second).toMatchObject({ email: 'email2@example.com', role: 'staff' })
    expect(second.tenantId).not.toBe(row.tenantId)
  })

  test('makes a value of every type that the database takes, a thousand times', async () => {
    const rows = await own.database.run((tx) => factory(everything).createMany(tx, 1_200))
    expect(rows).toHaveLength(1_200)
    expect(new Set(rows.map(({ code }) => code)).size).toBe(1_200)
    expect(rows[0]).toMatchObject({ id: 1n, price: '1.00', open: false, tags: [], kind: 'a', doubled: 2 })
    expect(rows[1_199]).toMatchObject({ websiteUrl: 'https://example.com/website-url/1200', kind: 'b' })
  })

  test('gives the same rows in every run', () => {
    const rows = () => {
      const made = factory(tenants, ({ random }) => ({ name: String(random()).slice(0, 8) }))
      return [made.build(), made.build()]
    }
    expect(rows()).toEqual(rows())
    const [first, second] = rows()
    expect(first).not.toEqual(second)
    expect(first!.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  })

  test('puts what a call gives over a variant, and that over the defaults; all count together', () => {
    const base = factory(users, ({ sequence }) => ({ tenantId: tenant, displayName: `User ${sequence}`, bio: 'none' }))
    const staff = base.with({ role: 'staff', bio: 'works here' })
    expect(base.build()).toMatchObject({ displayName: 'User 1', role: 'customer', bio: 'none' })
    expect(staff.build({ bio: null })).toMatchObject({ displayName: 'User 2', role: 'staff', bio: null })
    expect(base.build(({ sequence }) => ({ bio: `third: ${sequence}` }))).toMatchObject({ bio: 'third: 3' })
  })

  test('builds a row without its related ones, and makes none of them', async () => {
    const before = await own.database.run((tx) => tx.select({ rows: count() }).from(tenants))
    expect(Object.keys(user.build())).not.toContain('tenantId')
    expect(user.build({ tenantId: 'b8b4c0de-0000-4000-8000-000000000000' })).toHaveProperty('tenantId')
    expect(await own.database.run((tx) => tx.select({ rows: count() }).from(tenants))).toEqual(before)
  })
})

describe('a related factory', () => {
  test('makes the rows that are referred to, and fills every column of the reference', async () => {
    const made = await own.database.run((tx) => order.create(tx))
    const [buyer] = await own.database.run(async (tx) =>
      (await tx.select().from(users)).filter(({ id }) => id === made.buyerId),
    )
    expect(made.tenantId).toBe(buyer!.tenantId)
  })

  test('is given what the row has already of a reference over several columns', async () => {
    const { home, rows } = await own.database.run(async (tx) => {
      const shared = await tenant.create(tx)
      return { home: shared, rows: await order.createMany(tx, 3, { tenantId: shared.id }) }
    })
    expect(rows.map(({ tenantId }) => tenantId)).toEqual([home.id, home.id, home.id])
    expect(new Set(rows.map(({ buyerId }) => buyerId)).size).toBe(3)
  })

  test('may differ by row', async () => {
    const rows = await own.database.run(async (tx) => {
      const ada = await user.create(tx)
      const given = { buyerId: ada.id, tenantId: ada.tenantId }
      return order.createMany(tx, 4, ({ index }) => (index % 2 === 0 ? given : { buyerId: user }))
    })
    expect(rows[0]!.buyerId).toBe(rows[2]!.buyerId)
    expect(new Set(rows.map(({ buyerId }) => buyerId)).size).toBe(3)
  })

  test('may be of the same table, by its primary key where no reference is declared', async () => {
    const category = factory(categories)
    const child = await own.database.run((tx) => category.with({ parentId: category }).create(tx))
    expect(child.parentId).toEqual(expect.any(Number))
  })
})

describe('a mistake', () => {
  const run = (work: () => Promise<unknown>): Promise<string> =>
    work().then(
      () => 'nothing was thrown',
      (error: unknown) => (error as Error).message,
    )

  test('is a reference that nobody fills', async () => {
    const message = await run(() => own.database.run((tx) => factory(users).create(tx)))
    expect(message).toContain(
      '"tenantId" of the table "users" refers to "tenants", and is given neither a key nor a factory',
    )
  })

  test('is a value without a column', () => {
    // @ts-expect-error The table has no column "nmae".
    expect(() => factory(tenants, { nmae: 'x' }).build()).toThrow('"nmae", which is no column of it. It has id, name')
  })

  test('is a type nobody knows', () => {
    expect(() => factory(odd).build()).toThrow(
      'No value can be made up for "price" of the table "odd", whose type is bigint',
    )
    expect(factory(odd, { price: { cents: 5 } }).build()).toEqual({ name: 'name 1', price: { cents: 5 } })
  })

  test('is a row that needs another without an end', async () => {
    const category = factory(categories, { parentId: (): RelatedFactory => category })
    expect(await run(() => own.database.run((tx) => category.create(tx)))).toContain('again, without an end')
  })

  test('leaves nothing of the transaction', async () => {
    const before = await own.database.run((tx) => tx.select({ rows: count() }).from(tenants))
    const message = await run(() => own.database.run((tx) => user.createMany(tx, 2, { email: 'same@example.com' })))
    expect(message).toBe(
      'The factory of the table "users" made rows that the database refuses: duplicate key value violates unique constraint "users_email_key". Key (email)=(same@example.com) already exists.',
    )
    expect(await own.database.run((tx) => tx.select({ rows: count() }).from(tenants))).toEqual(before)
  })
})

test('the references read from a table are those that Drizzle tells', () => {
  for (const table of [tenants, users, orders, categories]) {
    const told = getTableConfig(table).foreignKeys.map((key) => key.reference().columns.length)
    expect(tableReferences(table).map(({ keys }) => keys.length)).toEqual(told)
  }
})
