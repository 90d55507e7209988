import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { CounterStore } from '../core/policy/counter-store.ts'
import { database, rateLimitCounters } from '../data/index.ts'
import { createTestDatabase, type TestDatabase } from '../data/test-database.ts'
import { redis } from '../redis/index.ts'
import { MemoryCounters } from './memory-counters.ts'
import { makeTables } from './limits.fixture.ts'

const { REDIS_URL } = process.env

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

let db: TestDatabase<{ rateLimitCounters: typeof rateLimitCounters }>
beforeAll(async () => {
  db = await createTestDatabase(database({ schema: { rateLimitCounters } }))
  await makeTables(db.database)
})
afterAll(() => db.drop())

const stores: Record<string, () => Promise<CounterStore>> = {
  memory: () => Promise.resolve(new MemoryCounters()),
  database: async () => {
    await db.database.start()
    ended.push(() => db.database.stop())
    return db.database.counters!()!
  },
}
if (REDIS_URL !== undefined)
  stores['redis'] = async () => {
    const part = redis({ url: REDIS_URL, prefix: `test-${randomUUID()}:` })
    await part.start!()
    ended.push(() => part.stop!())
    return part.counters!()!
  }

describe.each(Object.keys(stores))('counters in %s', (name) => {
  test('give what there is and no more, and what they refuse uses nothing up', async () => {
    const store = await stores[name]!()
    const take = async (cost: number): Promise<unknown> => {
      const { granted, used, resetMs } = await store.take('a', { cost, max: 5, windowMs: 60_000 })
      expect(resetMs).toBeGreaterThan(0)
      expect(resetMs).toBeLessThanOrEqual(60_000)
      return { granted, used }
    }
    expect(await take(6)).toEqual({ granted: false, used: 0 })
    expect(await take(4)).toEqual({ granted: true, used: 4 })
    expect(await take(2)).toEqual({ granted: false, used: 4 })
    expect(await take(1)).toEqual({ granted: true, used: 5 })
    expect(await take(1)).toEqual({ granted: false, used: 5 })
    expect(await store.take('b', { cost: 1, max: 5, windowMs: 60_000 })).toMatchObject({ granted: true, used: 1 })
  })

  test('begin anew once the window is over', async () => {
    const store = await stores[name]!()
    const quota = { cost: 1, max: 1, windowMs: 100 }
    expect(await store.take('window', quota)).toMatchObject({ granted: true, used: 1 })
    await expect.poll(async () => (await store.take('window', quota)).granted, { interval: 10 }).toBe(true)
  })

  test('many at once get no more than there is', async () => {
    const store = await stores[name]!()
    const all = await Promise.all(
      Array.from({ length: 200 }, async () => store.take('crowd', { cost: 1, max: 30, windowMs: 60_000 })),
    )
    expect(all.filter(({ granted }) => granted)).toHaveLength(30)
  })
})

test('in memory the oldest is forgotten where there are too many', () => {
  const counters = new MemoryCounters(3)
  const quota = { cost: 1, max: 1, windowMs: 60_000 }
  for (const key of ['a', 'b', 'c', 'd']) counters.take(key, quota)
  expect(counters.size).toBe(3)
  expect(['b', 'c', 'd'].map((key) => counters.take(key, quota).granted)).toEqual([false, false, false])
  expect(counters.take('a', quota).granted).toBe(true)
})

test('a database whose schema has no table for them counts nothing', () => {
  expect(database({ url: db.url }).counters!()).toBeUndefined()
})

test('the table is made by the same names as the statements have', async () => {
  await db.database.start()
  ended.push(() => db.database.stop())
  await db.database.counters!()!.take('named', { cost: 2, max: 3, windowMs: 60_000 })
  const rows = await db.database.run((tx) =>
    tx
      .select({ used: rateLimitCounters.used })
      .from(rateLimitCounters)
      .where(sql`${rateLimitCounters.key} = 'named'`),
  )
  expect(rows).toEqual([{ used: 2 }])
})
