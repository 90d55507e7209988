import { boolean, integer, jsonb, numeric, pgEnum, pgTable, text, timestamp, uuid, varchar } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { database } from '../database.ts'
import { modelOf } from '../model/model.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { listQuery } from './list-query.ts'
import { readUrl, runList } from './list.fixture.ts'

const status = pgEnum('status', ['open', 'late', 'closed'])
const tasks = pgTable('tasks', {
  id: integer().primaryKey(),
  title: text().notNull(),
  code: varchar({ length: 10 }),
  done: boolean().notNull(),
  status: status(),
  dueAt: timestamp('due_at', { withTimezone: true, precision: 3 }),
  price: numeric({ precision: 10, scale: 2 }),
  tags: text().array().notNull(),
  meta: jsonb(),
  owner: uuid(),
  secret: text().notNull(),
})
const model = modelOf(tasks, { private: ['secret'] })
const query = listQuery(
  model,
  {
    filter: ['title', 'code', 'done', 'status', 'dueAt', 'price', 'tags', 'meta', 'owner'],
    sort: ['title', 'dueAt', 'price'],
  },
  { name: 'tasks' },
)

let own: TestDatabase<Record<string, never>>

beforeAll(async () => {
  own = await createTestDatabase(database())
  await own.database.start()
  await own.database.pool.query(`
    create type status as enum ('open', 'late', 'closed');
    create table tasks (id int primary key, title text not null, code varchar(10), done boolean not null, status status,
      due_at timestamptz(3), price numeric(10, 2), tags text[] not null, meta jsonb, owner uuid, secret text not null);
    insert into tasks values
      (1, 'Buy green Tea', 'A%B', false, 'open', '2026-01-01', 9.90, '{a,b}', '{"colour":"red","n":[1,2]}', null, 'x'),
      (2, 'tea_time', 'a_b', true, 'late', '2026-02-01', 10, '{b}', '{"colour":"blue"}', '00000000-0000-0000-0000-000000000001', 'y'),
      (3, '100% \\ coffee', null, false, null, null, null, '{}', null, null, 'z'),
      (4, 'a,"{b}" c', 'aXb', true, 'closed', '2026-03-01', -1, '{"a,\\"x\\\\"}', '{"n":[2]}', null, 'w')`)
})
afterAll(() => own.drop())

const ids = async (search: string): Promise<number[]> => {
  const { rows } = await runList(own.database.pool, tasks, readUrl(query, search))
  return rows.map(({ id }) => id as number)
}

test.each([
  ['', [1, 2, 3, 4]],
  ['done=true', [2, 4]],
  ['done[ne]=true', [1, 3]],
  ['status=late', [2]],
  ['status[ne]=late', [1, 3, 4]],
  ['status[in]=open&status[in]=late', [1, 2]],
  ['status[in]=open', [1]],
  ['status[isNull]=true', [3]],
  ['status[isNull]=false', [1, 2, 4]],
  ['dueAt[gte]=2026-02-01T00:00:00Z', [2, 4]],
  ['dueAt[gt]=2026-02-01', [4]],
  ['dueAt[gt]=2026-01-01&dueAt[lt]=2026-03-01', [2]],
  ['price[lte]=9.9', [1, 4]],
  ['price=9.90', [1]],
  ['price[in]=10&price[in]=-1', [2, 4]],
  ['title[contains]=TEA', [1, 2]],
  ['title[contains]=%25', [3]],
  ['title[contains]=_', [2]],
  ['title[contains]=%5C', [3]],
  ['title[startsWith]=tea', [2]],
  ['title=a,"{b}" c', [4]],
  ['title[in]=a,"{b}" c&title[in]=x', [4]],
  ['code[contains]=a%25b', [1]],
  ['code[contains]=a_b', [2]],
  ['tags[has]=b', [1, 2]],
  ['tags[has]=a&tags[has]=b', [1]],
  ['tags[has]=a,"x%5C', [4]],
  ['meta[containsJson]={"colour":"red"}', [1]],
  ['meta[containsJson]={"n":[2]}', [1, 4]],
  ['owner=00000000-0000-0000-0000-000000000001', [2]],
  ['sort=-price', [3, 2, 1, 4]],
  ['sort=dueAt.nullsFirst', [3, 1, 2, 4]],
  ['sort=-dueAt', [3, 4, 2, 1]],
  ['sort=-dueAt.nullsLast,title', [4, 2, 1, 3]],
  ['sort=dueAt&limit=2', [1, 2]],
])('%s gives %j', async (search, expected) => {
  const found = await ids(search)
  expect(search.includes('sort') ? found : found.toSorted((a, b) => a - b)).toEqual(expected)
})
