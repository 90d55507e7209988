import { createApp, dependency, route, router } from 'ashlar'
import { authenticated, owner } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { integer, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { id } from '../columns/life-columns.ts'
import { database } from '../database.ts'
import { resource } from '../resource/resource.ts'
import type { Repository } from './repository-types.ts'
import { repository } from './repository.ts'

/** Without soft deletion; each owner has names of their own. */
const labels = pgTable(
  'labels',
  {
    id: id(),
    ownerId: text('owner_id').notNull(),
    name: text().notNull(),
    hits: integer().notNull().default(0),
  },
  (table) => [unique().on(table.ownerId, table.name)],
)
const db = database({ schema: { labels } })
const own = owner('ownerId')
const rows = repository(labels, {
  database: db,
  access: { read: authenticated, list: own, create: own, update: own, delete: own },
})
const labelApi = resource(labels, {
  database: db,
  access: { read: authenticated, create: authenticated, purge: own },
})
const work = dependency({ uses: { rows } }, ({ rows: found }) => found)
let handler: (rows: Repository<typeof labels>) => Promise<unknown>
const run = route.post('/run', { access: authenticated, uses: { work }, response: z.unknown() }, ({ work: found }) =>
  handler(found),
)
const app = createApp({
  title: 'Labels',
  version: '1',
  database: db,
  api: router('', { run, labels: labelApi }),
  auth: [basic({ realm: 'test', verify: () => undefined })],
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute(sql`
    create table labels (
      id uuid primary key, owner_id text not null, name text not null, hits integer not null default 0, unique (owner_id, name)
    )`),
)
afterAll(() => t.stop())

async function as(caller: string, by: (rows: Repository<typeof labels>) => Promise<unknown>): Promise<unknown> {
  handler = by
  return t.as({ id: caller }).run()
}

async function insert(caller: string, name: string): Promise<string> {
  const row = (await as(caller, (found) => found.insert({ name, ownerId: caller }))) as { readonly id: string }
  return row.id
}

test('what the rule for lists leaves out is in no stream either', async () => {
  const key = await insert('ada', 'listed')
  expect(await as('bob', (found) => found.get(key))).toMatchObject({ name: 'listed' })
  expect(await as('bob', (found) => found.list())).toMatchObject({ items: [] })
  expect(await as('bob', (found) => Array.fromAsync(found.stream()))).toEqual([])
  expect(await as('bob', (found) => new Response(found.jsonLines()).text())).toBe('')
  expect(await as('ada', (found) => Array.fromAsync(found.stream()))).toMatchObject([{ name: 'listed' }])
})

test('an upsert finds a row by what the server fills, too', async () => {
  const upsert = (caller: string, hits: number): Promise<unknown> =>
    as(caller, (found) => found.upsert({ name: 'mine', hits }, { on: ['ownerId', 'name'] }))
  const first = await upsert('cleo', 1)
  expect(await upsert('cleo', 2)).toEqual({ ...(first as object), hits: 2 })
  // Another owner's row of the same name is another row.
  expect(await upsert('dan', 3)).toMatchObject({ ownerId: 'dan', hits: 3 })
  expect(await as('cleo', (found) => found.count())).toBe(1)
})

test('an upsert says what it cannot look for', async () => {
  const upsert = (on: readonly string[]): Promise<unknown> =>
    as('eve', async (found) => found.upsert({ name: 'x' }, { on: on as never }).catch(String))
  expect(await upsert([])).toMatch(/needs the columns of a unique index/)
  expect(await upsert(['nmae'])).toMatch(/on names the column "nmae".* It has id, ownerId, name, hits/)
  expect(await upsert(['hits'])).toMatch(/looks for a row by "hits", which is given no value/)
  expect(await as('eve', (found) => found.count())).toBe(0)
})

test('where nothing is deleted softly nothing is restored', async () => {
  const key = await insert('flo', 'alive')
  await expect(as('flo', (found) => found.restore(key))).rejects.toMatchObject({ status: 404 })
})

test('whoever may read a row and not purge it is told so, without soft deletion too', async () => {
  const key = await insert('gus', 'kept')
  await expect(as('hal', (found) => found.purge(key))).rejects.toMatchObject({ status: 403 })
  await expect(t.as({ id: 'hal' }).labels.purge({ params: { id: key } })).rejects.toMatchObject({ status: 403 })
  await t.as({ id: 'gus' }).labels.purge({ params: { id: key } })
  await expect(as('gus', (found) => found.get(key))).rejects.toMatchObject({ status: 404 })
})
