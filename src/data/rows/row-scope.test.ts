import { randomUUID } from 'node:crypto'
import { createApp, router } from 'ashlar'
import { owner } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { database, resource } from 'ashlar/data'
import { testApp } from 'ashlar/testing'
import { bigint, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'

const key = () => integer().primaryKey().generatedAlwaysAsIdentity()
const numbered = pgTable('numbered', { id: key(), ownerId: integer('owner_id').notNull(), title: text() })
const large = pgTable('large', { id: key(), ownerId: bigint('owner_id', { mode: 'bigint' }).notNull(), title: text() })
const named = pgTable('named', { id: key(), ownerId: uuid('owner_id').notNull(), title: text() })
const plain = pgTable('plain', { id: key(), ownerId: text('owner_id').notNull(), title: text() })
const schema = { numbered, large, named, plain }
const db = database({ schema })
const options = { database: db, access: owner('ownerId') } as const
const app = createApp({
  title: 'Owners',
  version: '1',
  database: db,
  auth: [bearer({ verify: () => undefined })],
  api: router('', {
    numbered: resource(numbered, options),
    large: resource(large, options),
    named: resource(named, options),
    plain: resource(plain, options),
  }),
})
const t = await testApp(app)
afterAll(() => t.stop())
await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
  for (const [name, type] of Object.entries({ numbered: 'integer', large: 'bigint', named: 'uuid', plain: 'text' }))
    await drizzle.execute(
      sql.raw(
        `create table ${name} (id integer primary key generated always as identity, owner_id ${type} not null, title text)`,
      ),
    )
})

const call = async (path: string, id: string | number, json?: object) => {
  const response = await t.fetch(path, {
    method: json === undefined ? 'GET' : 'POST',
    as: { id },
    ...(json && { json }),
  })
  return { status: response.status, body: (await response.json()) as { readonly items?: readonly object[] } }
}

const UUID = randomUUID()
test.each([
  ['numbered', [UUID, '', 'seven', 3e9, '1e400']],
  ['large', [UUID, '', '7.5', '9223372036854775808']],
  ['named', [7, 'seven', '']],
] as const)('%s: who is known by something else than such rows are owned by has none', async (path, ids) => {
  for (const id of ids) {
    expect([id, await call(`/${path}`, id)]).toMatchObject([id, { status: 200, body: { items: [] } }])
    expect([id, (await call(`/${path}/1`, id)).status]).toEqual([id, 404])
    expect([id, (await call(`/${path}`, id, { title: 'a' })).status]).toEqual([id, 403])
  }
})

test.each([
  ['numbered', [7, '7']],
  ['large', [7, '7']],
  ['named', [UUID, UUID.toUpperCase()]],
  ['plain', [7, '7']],
] as const)('%s: an id may be written as a text or as a number', async (path, ids) => {
  for (const id of ids) {
    expect([id, (await call(`/${path}`, id, { title: 'a' })).status]).toEqual([id, 201])
    expect((await call(`/${path}`, id)).body.items!.length).toBeGreaterThan(0)
  }
})
