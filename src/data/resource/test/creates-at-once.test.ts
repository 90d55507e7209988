import { createApp, router } from 'ashlar'
import { authenticated, owner } from 'ashlar/access'
import { testApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { bigint, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { basic } from '../../../auth/index.ts'
import { id } from '../../columns/life-columns.ts'
import { database } from '../../database.ts'
import { resource } from '../resource.ts'

const names = pgTable('names', {
  id: id(),
  name: text().notNull().unique(),
  ownerId: text('owner_id').notNull(),
  transaction: bigint({ mode: 'number' })
    .notNull()
    .default(sql`txid_current()`),
  at: timestamp({ withTimezone: true }).notNull().defaultNow(),
})
const db = database({ schema: { names } })
const nameApi = resource(names, {
  database: db,
  access: { read: owner('ownerId'), create: authenticated },
})
const app = createApp({
  title: 'Names',
  version: '1',
  database: db,
  api: router('', { names: nameApi }),
  auth: [basic({ realm: 'test', verify: () => undefined })],
})
const t = await testApp(app)
const callers = ['ada', 'bob', 'cy', 'dan'].map((id) => ({ id, client: t.as({ id }) }))

beforeAll(() =>
  t
    .run({ drizzle: db.drizzle }, ({ drizzle }) =>
      drizzle.execute(
        sql`CREATE TABLE names (id uuid PRIMARY KEY, name text NOT NULL UNIQUE, owner_id text NOT NULL,
          transaction bigint NOT NULL DEFAULT txid_current(), at timestamptz NOT NULL DEFAULT now())`,
      ),
    )
    .then(() => undefined),
)
afterAll(() => t.stop())

test('rows that are created at one time share transactions; each caller is answered their own, and a refusal is of one', async () => {
  await callers[0]!.client.names.create({ body: { name: 'taken' } })
  const wanted = Array.from({ length: 40 }, (_, n) => ({
    ...callers[n % callers.length]!,
    name: n === 23 ? 'taken' : `name ${n}`,
  }))
  const outcomes = await Promise.allSettled(wanted.map(({ client, name }) => client.names.create({ body: { name } })))
  const saved = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  expect(outcomes.findIndex(({ status }) => status === 'rejected')).toBe(23)
  expect(outcomes[23]).toMatchObject({ reason: { status: 409, code: 'unique_violation' } })
  expect(saved.map(({ name, ownerId }) => [name, ownerId])).toEqual(
    wanted.filter(({ name }) => name !== 'taken').map(({ name, id }) => [name, id]),
  )
  expect(new Set(saved.map(({ transaction }) => transaction)).size).toBeLessThan(saved.length)
  for (const { client, id } of callers) {
    const { items } = await client.names.list({ query: { limit: 100 } })
    expect(new Set(items.map(({ ownerId }) => ownerId))).toEqual(new Set([id]))
  }
})
