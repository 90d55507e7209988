import { createApp, router } from 'ashlar'
import { authenticated, owner, role } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { bigint, date, integer, jsonb, numeric, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, expect, test } from 'vitest'
import { database } from '../../database.ts'
import { resource } from '../resource.ts'

const shelves = pgTable('shelves', { id: bigint({ mode: 'bigint' }).primaryKey(), name: text().notNull() })
const books = pgTable(
  'books',
  {
    shelfId: bigint('shelf_id', { mode: 'bigint' }).notNull(),
    bought: date({ mode: 'date' }).notNull(),
    pages: integer(),
    price: numeric({ precision: 10, scale: 2, mode: 'bigint' }),
    details: jsonb(),
    ownerId: text('owner_id').notNull(),
    deletedAt: timestamp('deleted_at', { withTimezone: true }),
  },
  (table) => [primaryKey({ columns: [table.shelfId, table.bought] })],
)
const db = database({ schema: { shelves, books } })
const shelfApi = resource(shelves, { database: db, access: authenticated })
const bookApi = resource(books, {
  database: db,
  parent: { of: shelfApi, column: 'shelfId' },
  access: {
    read: authenticated,
    create: authenticated,
    update: authenticated,
    delete: owner('ownerId'),
    purge: role('admin'),
  },
  bulk: { create: true, update: true, delete: true },
  softDelete: true,
  list: { filter: { pages: ['eq', 'in'], price: ['gte'], bought: ['lt'] } },
})
const app = createApp({
  title: 'Keys',
  version: '1',
  database: db,
  auth: [basic({ realm: 'x', verify: () => undefined })],
  api: router('', { shelves: shelfApi, books: bookApi }),
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute(sql`
    create table shelves (id bigint primary key, name text not null);
    create table books (shelf_id bigint not null, bought date not null, pages int, price numeric(10, 2), details jsonb, owner_id text not null,
      deleted_at timestamptz, primary key (shelf_id, bought))`),
)
afterAll(() => t.stop())
const ada = { id: 'ada' }
const call = async (
  method: string,
  path: string,
  json?: unknown,
  as: { id: string } = ada,
): Promise<[number, unknown]> => {
  const answer = await t.fetch(path, { method, as, ...(json !== undefined && { json }) })
  const body = await answer.text()
  return [answer.status, body === '' ? undefined : JSON.parse(body)]
}

test('keys of several columns, of which the parent has one, are named by the path alone', async () => {
  const shelf = '9007199254740993'
  expect(await call('POST', '/shelves', { id: shelf, name: 'x' })).toMatchObject([201, { id: shelf }])
  const books = `/shelves/${shelf}/books`
  const book = { bought: '2026-01-02', pages: 3, details: { a: null } }
  expect(await call('POST', books, book)).toMatchObject([201, { ...book, shelfId: shelf, ownerId: 'ada' }])
  const at = `${books}/2026-01-02`
  expect(await call('PATCH', at, { details: null })).toMatchObject([200, { details: null }])
  const stored = await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
    drizzle.execute(sql`select details is null as gone from books`),
  )
  expect(stored.rows).toEqual([{ gone: true }])
  expect(
    await call('POST', `${books}/bulk`, { items: [{ bought: '2026-01-03' }, { bought: '2026-01-04' }] }),
  ).toMatchObject([201, {}])
  const changed = { items: [{ bought: '2026-01-03', pages: 9 }] }
  expect(await call('PATCH', `${books}/bulk`, changed)).toMatchObject([200, { items: [{ shelfId: shelf, pages: 9 }] }])
  expect((await call('POST', `${books}/bulk/delete`, { items: [{ bought: '2026-01-04' }] }))[0]).toBe(204)
  expect(await call('GET', `/shelves/1/books/2026-01-02`)).toMatchObject([404, {}])
})

test.each([
  ['GET', '/shelves/99999999999999999999'],
  ['GET', '/shelves/x'],
  ['GET', '/shelves/1/books/2026-02-30'],
  ['GET', '/shelves/1/books?pages=99999999999'],
  ['GET', '/shelves/1/books?price[gte]=1e400'],
  ['GET', `/shelves/1/books?price[gte]=${'9'.repeat(200)}`],
  ['GET', '/shelves/1/books?bought[lt]=275761-01-01'],
])(
  'a value that no row can have is refused or finds nothing, and is no error of the server: %s %s',
  async (method, path) => {
    const [status] = await call(method, path)
    expect(status).toBeGreaterThanOrEqual(200)
    expect(status).toBeLessThan(500)
  },
)

test('of a row that is deleted nothing is told to those who could not have deleted it', async () => {
  await call('POST', '/shelves', { id: '7', name: 'x' })
  await call('POST', '/shelves/7/books', { bought: '2026-05-01' })
  const at = '/shelves/7/books/2026-05-01'
  const bob = { id: 'bob' }
  expect((await call('DELETE', at, undefined, bob))[0]).toBe(403)
  expect((await call('DELETE', at))[0]).toBe(204)
  expect((await call('DELETE', at, undefined, bob))[0]).toBe(404)
  expect((await call('POST', `${at}/restore`, undefined, bob))[0]).toBe(404)
  expect((await call('POST', `${at}/restore`))[0]).toBe(200)
})
