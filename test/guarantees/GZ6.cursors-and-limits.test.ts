import { createApp, router } from 'ashlar'
import { owner } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { database, resource } from 'ashlar/data'
import { testApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'

const notes = pgTable('notes', {
  id: integer().primaryKey(),
  ownerId: text('owner_id').notNull(),
  title: text().notNull(),
})
const db = database()
const options = { database: db, access: owner('ownerId'), list: { sort: ['title'], filter: ['title'] } } as const
const app = createApp({
  title: 'Notes',
  version: '1',
  database: db,
  api: router('', {
    notes: resource(notes, options),
    others: resource(notes, { ...options, path: '/others', name: 'Other' }),
  }),
  auth: [basic({ realm: 'test', verify: () => undefined })],
})
const t = await testApp(app)
const [ada, bob] = [t.as({ id: 'ada' }), t.as({ id: 'bob' })]

beforeAll(async () => {
  await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
    await drizzle.execute(sql`create table notes (id int primary key, owner_id text not null, title text not null)`)
    const rows = Array.from({ length: 300 }, (_, id) => ({
      id,
      ownerId: id % 2 === 0 ? 'ada' : 'bob',
      title: `t${id % 7}`,
    }))
    await drizzle.insert(notes).values(rows)
  })
})
afterAll(() => t.stop())

const refused = { status: 400, code: 'cursor_invalid' }

test('a cursor with any bit changed, or any character, is refused', async () => {
  const { next } = await ada.notes.list({ query: { sort: ['title'], limit: 3 } })
  const bytes = Buffer.from(next as string, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit += 5) {
    const forged = Buffer.from(bytes)
    forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7))
    const cursor = forged.toString('base64url')
    await expect(ada.notes.list({ query: { sort: ['title'], cursor } }), cursor).rejects.toMatchObject(refused)
  }
  for (const cursor of ['a', 'null', '[1,"t1","2"]', `${next}A`, (next as string).slice(1)])
    await expect(ada.notes.list({ query: { sort: ['title'], cursor } }), cursor).rejects.toMatchObject(refused)
})

test('a cursor of another resource, sort or filter is refused', async () => {
  const { next } = await ada.notes.list({ query: { sort: ['title'], limit: 3 } })
  const cursor = next as string
  await expect(ada.others.list({ query: { sort: ['title'], cursor } })).rejects.toMatchObject(refused)
  await expect(ada.notes.list({ query: { sort: ['-title'], cursor } })).rejects.toMatchObject(refused)
  await expect(ada.notes.list({ query: { sort: ['title'], title: 't1', cursor } })).rejects.toMatchObject(refused)
})

test("another caller's cursor gives the rows of the one who sends it, and nobody else's", async () => {
  const { next } = await ada.notes.list({ query: { limit: 3 } })
  const { items } = await bob.notes.list({ query: { cursor: next as string } })
  expect(items).toHaveLength(20)
  expect(new Set(items.map(({ ownerId }) => ownerId))).toEqual(new Set(['bob']))
})

test('no list is longer than the largest page, whatever is asked for', async () => {
  expect((await ada.notes.list()).items).toHaveLength(20)
  for (const limit of [101, 1e9, Number.MAX_SAFE_INTEGER])
    expect((await ada.notes.list({ query: { limit } })).items).toHaveLength(100)
  for (const limit of ['0', '-1', 'all', '1e9', 'Infinity', '99999999999999999999', ''])
    await expect(ada.notes.list({ query: { limit: limit as never } }), limit).rejects.toMatchObject({ status: 422 })
})
