import { createApp, router } from 'ashlar'
import { anyone, role } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { database, resource, version } from 'ashlar/data'
import { testApp, type TestCaller } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'

const people = pgTable('people', {
  id: integer().primaryKey(),
  name: text().notNull(),
  salary: integer().notNull().default(0),
  ...version(),
})
const db = database({ schema: { people } })
const app = createApp({
  title: 'Payroll',
  version: '1',
  database: db,
  auth: [bearer({ verify: () => undefined })],
  api: router('', {
    people: resource(people, { database: db, access: anyone, version: true, fields: { salary: role('hr') } }),
  }),
})
const t = await testApp(app)
afterAll(() => t.stop())
await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
  await drizzle.execute(
    sql`create table people (id int primary key, name text not null, salary int not null default 0, version bigint not null default 1)`,
  )
  await drizzle.insert(people).values({ id: 1, name: 'Ada', salary: 300 })
})

const call = (as: TestCaller, headers: Record<string, string> = {}, json?: object) =>
  t.fetch('/people/1', { method: json === undefined ? 'GET' : 'PATCH', as, headers, ...(json && { json }) })

test('what a caller has without a field is not what they have with it: 304 is said of the same answer', async () => {
  const [before, after]: TestCaller[] = [{ id: 'ada' }, { id: 'ada', roles: ['hr'] }]
  const seen = await call(before!)
  expect(await seen.json()).not.toHaveProperty('salary')
  const tag = seen.headers.get('etag')!
  expect((await call(before!, { 'if-none-match': tag })).status).toBe(304)
  const again = await call(after!, { 'if-none-match': tag })
  expect(again.status).toBe(200)
  expect(await again.json()).toHaveProperty('salary', 300)
  // The version is that of the row, whoever has read it.
  expect((await call(after!, { 'if-match': tag }, { name: 'Ada L.' })).status).toBe(200)
  expect((await call(before!, { 'if-match': tag }, { name: 'Eve' })).status).toBe(412)
})
