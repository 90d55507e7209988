import { afterAll, expect, test } from 'vitest'
import { sql } from 'drizzle-orm'
import { accountsApp, PASSWORD } from '../accounts.fixture.ts'

const app = await accountsApp({}, { database: { pool: { max: 1, acquireTimeoutMs: 200 } } })
afterAll(() => app.stop())
const { email } = await app.register()

/** While the pool's one connection is somebody else's. */
const withoutConnections = <T>(work: () => Promise<T>): Promise<T> =>
  app.t.run({ tx: app.db.transaction }, async ({ tx }) => {
    await tx.execute(sql`select 1`)
    return work()
  })

test('a connection is taken with the first statement: what is refused before it needs none', async () => {
  const wrong = { email, password: 'not the password at all' }
  expect(await withoutConnections(async () => (await app.post('/auth/login', wrong)).status)).toBe(401)
})

test('where there is no connection the answer says when to come back, and nothing is left open', async () => {
  const response = await withoutConnections(() => app.post('/auth/login', { email, password: PASSWORD }))
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).not.toBeNull()
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(200)
})
