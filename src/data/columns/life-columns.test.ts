import { eq } from 'drizzle-orm'
import { getTableConfig, pgTable, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { database } from '../database.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { authorship, id, softDeletion, timestamps, version } from './life-columns.ts'
import { tableSchemas } from './table-schemas.ts'

const tasks = pgTable('tasks', {
  id: id(),
  title: text().notNull(),
  ...timestamps(),
  ...authorship(),
  ...softDeletion(),
  ...version(),
})
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z$/

let own: TestDatabase<Record<string, never>>

beforeAll(async () => {
  own = await createTestDatabase(database({}))
  await own.database.start()
  await own.database.pool.query(`CREATE TABLE tasks (
    id uuid PRIMARY KEY, title text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
    created_by text, updated_by text, deleted_at timestamptz, version integer NOT NULL DEFAULT 1)`)
}, 60_000)

afterAll(() => own?.drop())

const insert = (title: string): Promise<(typeof tasks.$inferSelect)[]> =>
  own.database.run((tx) => tx.insert(tasks).values({ title }).returning())

test('the columns have names in snake case in the database', () => {
  expect(getTableConfig(tasks).columns.map(({ name }) => name)).toEqual([
    'id',
    'title',
    'created_at',
    'updated_at',
    'created_by',
    'updated_by',
    'deleted_at',
    'version',
  ])
})

describe('a new row', () => {
  test('has an id that ascends, both times, the first version, and is not deleted', async () => {
    const [first] = await insert('first')
    const [second] = await insert('second')
    expect(first).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{14}7/),
      title: 'first',
      createdAt: expect.stringMatching(TIME),
      updatedAt: first!.createdAt,
      createdBy: null,
      updatedBy: null,
      deletedAt: null,
      version: 1,
    })
    expect(second!.id > first!.id).toBe(true)
  })
})

test('a change sets the time of the last change and leaves that of the first', async () => {
  const [made] = await insert('before')
  const [changed] = await own.database.run((tx) =>
    tx.update(tasks).set({ title: 'after' }).where(eq(tasks.id, made!.id)).returning(),
  )
  expect(changed!.createdAt).toBe(made!.createdAt)
  expect(changed!.updatedAt).toMatch(TIME)
  expect(changed!.updatedAt).not.toBe(made!.updatedAt)
})

test('ids of users may be UUIDs or integers', () => {
  const types = [authorship('uuid'), authorship('integer')].map((columns) =>
    getTableConfig(pgTable('t', columns)).columns.map((column) => column.getSQLType()),
  )
  expect(types).toEqual([
    ['uuid', 'uuid'],
    ['integer', 'integer'],
  ])
})

test('none of them is needed to make a row', () => {
  const columns = { ...timestamps(), ...authorship(), ...softDeletion(), ...version() }
  const stamped = pgTable('stamped', { title: text().notNull(), ...columns })
  const { create } = tableSchemas(stamped)
  expect(create.safeParse({ title: 'Tea' }).success).toBe(true)
  expect(Object.keys(columns)).toEqual(['createdAt', 'updatedAt', 'createdBy', 'updatedBy', 'deletedAt', 'version'])
})
