import { createApp, dependency, router } from 'ashlar'
import { owner } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { Conflict } from 'ashlar/errors'
import { testApp } from 'ashlar/testing'
import { afterAll, expect, test } from 'vitest'
import { database } from '../../database.ts'
import { resource } from '../resource.ts'
import type { ResourceRules } from '../rules.ts'
import { CREATE_TABLES, schema, tasks } from './tasks.fixture.ts'

const db = database({ schema })
const bulk = { create: true, update: true, delete: true, max: 50 } as const
const taskApi = resource(tasks, { database: db, access: owner('ownerId'), bulk, version: true })
const rules = dependency((): ResourceRules<typeof tasks> => ({
  beforeCreate: (values) => ({ ...values, title: `${values.title}!` }),
  beforeUpdate: (changes) => {
    if (changes.title === 'no') throw new Conflict('not this')
  },
}))
const ruled = resource(tasks, { database: db, access: owner('ownerId'), bulk, rules, path: '/ruled' })
const app = createApp({
  title: 'Bulk',
  version: '1',
  database: db,
  auth: [basic({ realm: 'x', verify: () => undefined })],
  api: router('', { tasks: taskApi, ruled }),
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(CREATE_TABLES))
afterAll(() => t.stop())
const [ada, bob] = [t.as({ id: 'ada' }), t.as({ id: 'bob' })]
const items = Array.from({ length: 20 }, (_, index) => ({ title: `t${index}` }))

test('many rows are created, changed and deleted at once, in the order they were sent', async () => {
  const { items: made } = await ada.tasks.createMany({ body: { items } })
  expect(made.map(({ title }) => title)).toEqual(items.map(({ title }) => title))
  const changed = await ada.tasks.updateMany({
    body: { items: made.map(({ id }, index) => ({ id, priority: index })) },
  })
  expect(changed.items.map(({ priority }) => priority)).toEqual(items.map((_, index) => index))
  await ada.tasks.deleteMany({ body: { items: made.map(({ id }) => ({ id })) } })
  expect((await ada.tasks.list()).items).toEqual([])
})

test('all or none: what one item cannot do, none does, and the answer says which', async () => {
  const { items: made } = await ada.tasks.createMany({ body: { items } })
  const theirs = await bob.tasks.create({ body: { title: 'theirs' } })
  const ids = [...made.slice(0, 3), theirs].map(({ id }) => ({ id }))
  await expect(ada.tasks.deleteMany({ body: { items: ids } })).rejects.toMatchObject({
    status: 404,
    detail: /^items\.3: /,
  })
  await expect(
    ada.tasks.updateMany({ body: { items: ids.map(({ id }) => ({ id, title: 'x' })) } }),
  ).rejects.toMatchObject({ status: 404 })
  const stale = made.slice(0, 2).map(({ id }, index) => ({ id, title: 'x', version: index + 1 }))
  await expect(ada.tasks.updateMany({ body: { items: stale } })).rejects.toMatchObject({ status: 412 })
  expect(await ada.tasks.read({ params: { id: made[0]!.id } })).toEqual(made[0])
  expect(await bob.tasks.read({ params: { id: theirs.id } })).toEqual(theirs)
  await ada.tasks.deleteMany({ body: { items: made.map(({ id }) => ({ id })) } })
})

test('what the database refuses names its item too', async () => {
  const id = '6f9f4d4e-0000-4000-8000-000000000001'
  const twice = [{ title: 'a' }, { title: 'b', id }, { title: 'c', id }, { title: 'd' }]
  await expect(ada.tasks.createMany({ body: { items: twice } })).rejects.toMatchObject({
    status: 409,
    code: 'unique_violation',
    detail: /^items\.2: The constraint "tasks_pkey"/,
  })
  expect((await ada.tasks.list()).items).toEqual([])
})

test('rules see each item', async () => {
  const { items: made } = await ada.ruled.createMany({ body: { items: items.slice(0, 2) } })
  expect(made.map(({ title }) => title)).toEqual(['t0!', 't1!'])
  const changes = made.map(({ id }, index) => ({ id, title: index === 0 ? 'yes' : 'no' }))
  await expect(ada.ruled.updateMany({ body: { items: changes } })).rejects.toMatchObject({
    status: 409,
    detail: 'items.1: not this',
  })
  expect((await ada.ruled.read({ params: { id: made[0]!.id } })).title).toBe('t0!')
})

test('there is a limit to one call', async () => {
  const many = Array.from({ length: 51 }, () => ({ title: 'x' }))
  await expect(ada.tasks.createMany({ body: { items: many } })).rejects.toMatchObject({ status: 422 })
  await expect(ada.tasks.createMany({ body: { items: [] } })).rejects.toMatchObject({ status: 422 })
})
