import { createApp, router } from 'ashlar'
import { anyone, authenticated, owner } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { afterAll, expect, test } from 'vitest'
import { database } from '../../database.ts'
import { resource } from '../resource.ts'
import { CREATE_TABLES, lists, schema, tasks } from './tasks.fixture.ts'

const db = database({ schema })
const listApi = resource(lists, { database: db, access: { read: owner('ownerId'), create: authenticated } })
const taskApi = resource(tasks, {
  database: db,
  access: authenticated,
  parent: { of: listApi, column: 'listId' },
  readOnly: ['ownerId'],
  list: { filter: ['done'], count: ['exact'] },
})
const shared = resource(tasks, {
  database: db,
  access: { read: authenticated, create: owner('ownerId'), update: owner('ownerId') },
  path: '/shared',
  name: 'SharedTask',
})
const open = resource(tasks, {
  database: db,
  access: { read: anyone },
  parent: { of: listApi, column: 'listId' },
  path: '/lists/:listId/open',
})
const app = createApp({
  title: 'Nested',
  version: '1',
  database: db,
  auth: [basic({ realm: 'x', verify: () => undefined })],
  api: router('', { lists: listApi, tasks: taskApi, shared, open }),
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(CREATE_TABLES))
await t.run({ drizzle: db.drizzle }, ({ drizzle }) =>
  drizzle.execute("alter table tasks alter owner_id set default 'x'"),
)
afterAll(() => t.stop())
const [ada, bob] = [t.as({ id: 'ada' }), t.as({ id: 'bob' })]

test('a resource below another has the rows of one parent', async () => {
  expect(app.operations.find(({ placed }) => placed.name === 'tasks.read')?.placed.path).toBe(
    '/lists/:listId/tasks/:id',
  )
  const [one, two] = [
    await ada.lists.create({ body: { name: 'one' } }),
    await ada.lists.create({ body: { name: 'two' } }),
  ]
  const params = { listId: one.id }
  const task = await ada.tasks.create({ params, body: { title: 'Tea' } })
  expect(task).toMatchObject({ listId: one.id, title: 'Tea' })
  expect((await ada.tasks.list({ params, query: { count: 'exact' } })).total).toBe(1)
  expect((await ada.tasks.list({ params: { listId: two.id } })).items).toEqual([])
  expect(await ada.tasks.read({ params: { ...params, id: task.id } })).toEqual(task)
  const elsewhere = { listId: two.id, id: task.id }
  await expect(ada.tasks.read({ params: elsewhere })).rejects.toMatchObject({ status: 404 })
  await expect(ada.tasks.update({ params: elsewhere, body: { title: 'x' } })).rejects.toMatchObject({ status: 404 })
  await expect(ada.tasks.delete({ params: elsewhere })).rejects.toMatchObject({ status: 404 })
  expect(await ada.tasks.update({ params: { ...params, id: task.id }, body: { title: 'x' } })).toMatchObject({
    title: 'x',
  })
})

test("below another's parent there is nothing, and nothing is made", async () => {
  const list = await ada.lists.create({ body: { name: 'one' } })
  const params = { listId: list.id }
  const task = await ada.tasks.create({ params, body: { title: 'Tea' } })
  const row = { ...params, id: task.id }
  await expect(bob.tasks.list({ params })).rejects.toMatchObject({ status: 404, detail: 'There is no such List.' })
  await expect(bob.tasks.read({ params: row })).rejects.toMatchObject({ status: 404 })
  await expect(bob.tasks.create({ params, body: { title: 'x' } })).rejects.toMatchObject({ status: 404 })
  await expect(bob.tasks.update({ params: row, body: { title: 'x' } })).rejects.toMatchObject({ status: 404 })
  await expect(bob.tasks.delete({ params: row })).rejects.toMatchObject({ status: 404 })
  expect((await ada.tasks.list({ params })).items).toEqual([task])
  const nowhere = { listId: '00000000-0000-4000-8000-000000000000' }
  await expect(ada.tasks.list({ params: nowhere })).rejects.toMatchObject({ status: 404 })
})

test('whoever may read the parent is known below it, also where everybody may read there', async () => {
  const list = await ada.lists.create({ body: { name: 'one' } })
  expect((await ada.open.list({ params: { listId: list.id } })).items).toEqual([])
  await expect(bob.open.list({ params: { listId: list.id } })).rejects.toMatchObject({ status: 404 })
  await expect(t.client.open.list({ params: { listId: list.id } })).rejects.toMatchObject({ status: 404 })
})

test('the parent cannot be sent', async () => {
  const list = await ada.lists.create({ body: { name: 'one' } })
  const other = await ada.lists.create({ body: { name: 'two' } })
  const response = await t.fetch(`/lists/${list.id}/tasks`, {
    method: 'POST',
    as: { id: 'ada' },
    json: { title: 'x', listId: other.id },
  })
  expect(await response.json()).toMatchObject({ listId: list.id })
})
