import { createApp, router } from 'ashlar'
import { anyOf, authenticated, owner, role } from 'ashlar/access'
import { testApp } from 'ashlar/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { basic } from 'ashlar/auth'
import { database } from '../../database.ts'
import { resource } from '../resource.ts'
import { CREATE_TABLES, schema, tasks } from './tasks.fixture.ts'

const db = database({ schema })
const api = router('/api', {
  tasks: resource(tasks, {
    database: db,
    access: {
      read: owner('ownerId'),
      create: authenticated,
      update: owner('ownerId'),
      delete: anyOf(owner('ownerId'), role('admin')),
    },
    private: ['secret'],
    refine: { title: (schema) => schema.min(1).max(20) },
    put: true,
    list: { filter: ['done', 'priority'], sort: ['priority', 'createdAt'], count: ['exact'] },
  }),
})
const app = createApp({
  title: 'Tasks',
  version: '1',
  database: db,
  api,
  auth: [basic({ realm: 'test', verify: () => undefined })],
})
const t = await testApp(app)
const [ada, bob] = [t.as({ id: 'ada' }), t.as({ id: 'bob' })]

beforeAll(() => t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(CREATE_TABLES)).then(() => undefined))
afterAll(() => t.stop())

test('what a caller creates is theirs, and is sent without its private columns', async () => {
  const task = await ada.tasks.create({ body: { title: 'Tea' } })
  expect(task).toMatchObject({ title: 'Tea', ownerId: 'ada', done: false, notes: null })
  expect(task).not.toHaveProperty('secret')
  expect(await ada.tasks.read({ params: { id: task.id } })).toEqual(task)
})

test("another's row is not found, and not changed", async () => {
  const task = await ada.tasks.create({ body: { title: 'Tea' } })
  await expect(bob.tasks.read({ params: { id: task.id } })).rejects.toMatchObject({ status: 404 })
  await expect(bob.tasks.update({ params: { id: task.id }, body: { title: 'x' } })).rejects.toMatchObject({
    status: 404,
  })
  await expect(bob.tasks.delete({ params: { id: task.id } })).rejects.toMatchObject({ status: 404 })
  expect(await ada.tasks.read({ params: { id: task.id } })).toEqual(task)
})

test('PATCH changes what is sent, PUT resets what is absent', async () => {
  const task = await ada.tasks.create({ body: { title: 'Tea', notes: 'green', priority: 3 } })
  const patched = await ada.tasks.update({ params: { id: task.id }, body: { done: true } })
  expect(patched).toMatchObject({ title: 'Tea', notes: 'green', priority: 3, done: true })
  const put = await ada.tasks.replace({ params: { id: task.id }, body: { title: 'Coffee' } })
  expect(put).toMatchObject({ title: 'Coffee', notes: null, priority: 0, done: false })
  await ada.tasks.delete({ params: { id: task.id } })
  await expect(ada.tasks.read({ params: { id: task.id } })).rejects.toMatchObject({ status: 404 })
})

test('a list has the rows of its caller, filtered, sorted and page by page', async () => {
  const cleo = t.as({ id: 'cleo' })
  for (const priority of [3, 1, 2, 5, 4]) await cleo.tasks.create({ body: { title: `p${priority}`, priority } })
  const query = { sort: ['-priority'], limit: 2, 'priority[gte]': 2, count: 'exact' } as const
  const first = await cleo.tasks.list({ query })
  expect(first).toMatchObject({ items: [{ priority: 5 }, { priority: 4 }], previous: null, total: 4 })
  const second = await cleo.tasks.list({ query: { ...query, cursor: first.next! } })
  expect(second).toMatchObject({ items: [{ priority: 3 }, { priority: 2 }], next: null })
  const back = await cleo.tasks.list({ query: { ...query, cursor: second.previous! } })
  expect(back.items).toEqual(first.items)
  const response = await t.fetch('/api/tasks?limit=2&sort=-priority', { as: { id: 'cleo' } })
  expect(response.headers.get('link')).toMatch(/^<\/api\/tasks\?limit=2&sort=-priority&cursor=[\w-]+>; rel="next"$/)
  await expect(t.fetch('/api/tasks?secret=x', { as: { id: 'cleo' } }).then((r) => r.json())).resolves.toMatchObject({
    status: 400,
    code: 'query_invalid',
  })
})
