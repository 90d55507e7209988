import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest'
import { database, type Database } from './index.ts'
import { silentProxy, type SilentProxy } from './silent-proxy.fixture.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

describe('a connection that has fallen silent', () => {
  let own: TestDatabase<Record<string, never>>
  let proxy: SilentProxy
  let db: Database

  beforeAll(async () => {
    own = await createTestDatabase(database())
  })
  afterAll(() => own.drop())
  beforeEach(async () => {
    proxy = await silentProxy(own.url)
    db = database({ url: proxy.url, statementTimeoutMs: 1000, pool: { max: 1, acquireTimeoutMs: 1000 } })
    await db.start()
  })
  afterEach(async () => {
    proxy.close()
    await db.stop()
  })

  test('is given up a while after the limit of its statement: a 503, and the pool has its place again', async () => {
    proxy.silence()
    const error: unknown = await db.run((tx) => tx.execute(sql`SELECT 1`)).catch((reason: unknown) => reason)
    expect(db.translateError(error)).toMatchObject({ code: 'database_unavailable', status: 503 })
    expect(db.pool.totalCount).toBe(0)
  })

  test('at the commit is an error: what was saved is not known', async () => {
    const saving = db.run(async (tx) => {
      await tx.execute(sql`SELECT 1`)
      proxy.silence()
    })
    await expect(saving).rejects.toMatchObject({ code: 'commit_outcome_unknown', status: 500 })
    expect(db.pool.totalCount).toBe(0)
  })
})
