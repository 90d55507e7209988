import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { testApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { database } from './database.ts'
import { MAX_NAMES, StatementNames } from './statement-names.ts'

const things = pgTable('things', { id: integer().primaryKey(), name: text() })
const db = database({ pool: { max: 1 }, repeatedStatements: false })
const prepared = route.get(
  '/prepared',
  { access: anyone, uses: { tx: db.transaction }, response: z.array(z.string()) },
  async ({ tx }) => {
    const { rows } = await tx.execute(sql`select statement from pg_prepared_statements where name like 'drizzle%'`)
    return rows.map(({ statement }) => String(statement))
  },
)
const list = route.get('/', { access: anyone, uses: { tx: db.drizzle }, response: z.unknown() }, ({ tx }) =>
  tx.select().from(things),
)
const app = createApp({ title: 'x', version: '1', database: db, api: router('', { list, prepared }) })
const t = await testApp(app)
afterAll(() => t.stop())
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute('create table things (id int primary key, name text)'),
)

test('what comes again and again is prepared, and prepared anew when its columns have other types', async () => {
  await t.client.list()
  expect((await t.client.prepared()).filter((statement) => statement.includes('things'))).toEqual([])
  for (let run = 0; run < 4; run += 1) await t.client.list()
  expect((await t.client.prepared()).filter((statement) => statement.includes('things'))).toHaveLength(1)
  await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
    drizzle.execute('alter table things alter name type varchar(50)'),
  )
  await t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute("insert into things values (1, 'one')"))
  await expect(t.client.list()).rejects.toMatchObject({ status: 503, code: 'serialization_failure' })
  expect(await t.client.list()).toEqual([{ id: 1, name: 'one' }])
})

test('several commands in one text are run again and again all the same', async () => {
  for (let run = 0; run < 5; run += 1)
    await t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(sql.raw('select 1; select 2')))
})

test('there are so many names at most, and the same text has the same one', () => {
  const names = new StatementNames()
  const seen = new Set<string>()
  for (let text = 0; text < MAX_NAMES * 2; text += 1)
    for (let run = 0; run < 4; run += 1) {
      const name = names.nameOf(`select ${text}`)
      if (name !== undefined) seen.add(name)
    }
  expect(seen.size).toBe(MAX_NAMES)
  expect(names.nameOf('select 0')).toBe(names.nameOf('select 0'))
})
