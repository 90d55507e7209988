import { createApp, dependency, raw, route, router, type ValueOf } from 'ashlar'
import { anyOf, authenticated, owner, role, rule } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { afterAll, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { database } from '../database.ts'
import { resource } from '../resource/resource.ts'
import { CREATE_TABLES, schema, tasks } from '../resource/test/tasks.fixture.ts'
import { repository } from './repository.ts'
import type { Repository } from './repository-types.ts'

const db = database({ schema })
const taskRepository = repository(tasks, {
  database: db,
  access: {
    read: anyOf(owner('ownerId'), role('auditor')),
    create: authenticated,
    update: owner('ownerId'),
    delete: owner('ownerId'),
  },
  private: ['secret'],
  softDelete: true,
  version: true,
})
/** Hands the repository to the test, as the service of an app would have it. */
const work = dependency({ uses: { tasks: taskRepository } }, ({ tasks: rows }) => rows)
let handler: (rows: Repository<typeof tasks>) => Promise<unknown>
const run = route.post('/run', { access: authenticated, uses: { work }, response: z.unknown() }, ({ work: rows }) =>
  handler(rows),
)
const lines = route.get(
  '/lines',
  { access: authenticated, uses: { work }, response: raw },
  ({ work: rows }) => new Response(rows.jsonLines({ sort: ['title'] })),
)
const app = createApp({
  title: 'Repository',
  version: '1',
  database: db,
  api: router('', { run, lines }),
  auth: [basic({ realm: 'test', verify: () => undefined })],
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(CREATE_TABLES))
afterAll(() => t.stop())

async function as(
  id: string,
  by: (rows: Repository<typeof tasks>) => Promise<unknown>,
  roles: string[] = [],
): Promise<unknown> {
  handler = by
  return t.as({ id, roles }).run()
}

test("a repository gives the caller's rows and no others", async () => {
  const task = (await as('ada', (rows) => rows.insert({ title: 'Tea' }))) as { id: string }
  expect(task).toMatchObject({ ownerId: 'ada', secret: 'hush', version: 1 })
  await expect(as('bob', (rows) => rows.get(task.id))).rejects.toMatchObject({ status: 404 })
  expect(await as('bob', async (rows) => (await rows.find(task.id)) ?? null)).toBeNull()
  expect(await as('bob', (rows) => rows.list())).toMatchObject({ items: [] })
  expect(await as('bob', (rows) => rows.count())).toBe(0)
  await expect(as('bob', (rows) => rows.update(task.id, { title: 'x' }))).rejects.toMatchObject({ status: 404 })
  // Whoever may read it learns that it is there, and not theirs.
  await expect(as('eve', (rows) => rows.update(task.id, { title: 'x' }), ['auditor'])).rejects.toMatchObject({
    status: 403,
  })
  await expect(as('eve', (rows) => rows.delete(task.id), ['auditor'])).rejects.toMatchObject({ status: 403 })
  expect(await as('eve', (rows) => rows.get(task.id), ['auditor'])).toMatchObject({ title: 'Tea' })
})

test('a change names the version it is about', async () => {
  const task = (await as('ada', (rows) => rows.insert({ title: 'Tea' }))) as { id: string }
  expect(await as('ada', (rows) => rows.update(task.id, { title: 'Green tea' }, { version: 1 }))).toMatchObject({
    version: 2,
  })
  await expect(as('ada', (rows) => rows.update(task.id, { title: 'x' }, { version: 1 }))).rejects.toMatchObject({
    status: 412,
  })
})

test('what is deleted softly is gone, comes back, and can be purged', async () => {
  const task = (await as('ada', (rows) => rows.insert({ title: 'Tea' }))) as { id: string }
  await as('ada', (rows) => rows.delete(task.id))
  await expect(as('ada', (rows) => rows.get(task.id))).rejects.toMatchObject({ status: 404 })
  await expect(as('bob', (rows) => rows.restore(task.id))).rejects.toMatchObject({ status: 404 })
  expect(await as('ada', (rows) => rows.restore(task.id))).toMatchObject({ deletedAt: null })
  await as('ada', (rows) => rows.delete(task.id))
  await as('ada', (rows) => rows.purge(task.id))
  await expect(as('ada', (rows) => rows.restore(task.id))).rejects.toMatchObject({ status: 404 })
})

test('an upsert changes the row that is there, and never that of another', async () => {
  const id = '00000000-0000-4000-8000-000000000001'
  expect(await as('ada', (rows) => rows.upsert({ id, title: 'a' }, { on: ['id'] }))).toMatchObject({
    title: 'a',
    version: 1,
  })
  expect(await as('ada', (rows) => rows.upsert({ id, title: 'b' }, { on: ['id'] }))).toMatchObject({
    title: 'b',
    version: 2,
  })
  await expect(as('bob', (rows) => rows.upsert({ id, title: 'c' }, { on: ['id'] }))).rejects.toMatchObject({
    status: 403,
  })
  expect(await as('ada', (rows) => rows.get(id))).toMatchObject({ title: 'b', ownerId: 'ada' })
})

test('a row cannot be given to another by who may only change their own', async () => {
  const task = (await as('ada', (rows) => rows.insert({ title: 'Tea' }))) as { id: string }
  await expect(as('ada', (rows) => rows.update(task.id, { ownerId: 'bob' }))).rejects.toMatchObject({ status: 403 })
  expect(await as('ada', (rows) => rows.get(task.id))).toMatchObject({ ownerId: 'ada' })
})

test('many rows are inserted at once, listed and streamed', async () => {
  const values = Array.from({ length: 25 }, (_, index) => ({
    title: `t${String(index).padStart(2, '0')}`,
    priority: index,
  }))
  const made = (await as('flo', (rows) => rows.insertMany(values))) as unknown[]
  expect(made).toHaveLength(25)
  expect(await as('flo', (rows) => rows.count({ filter: { priority: { gte: 20 } } }))).toBe(5)
  expect(await as('flo', (rows) => rows.first({ sort: ['-priority'] }))).toMatchObject({ title: 't24' })
  const response = await t.fetch('/lines', { as: { id: 'flo' } })
  const text = await response.text()
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { title: string }).title),
  ).toEqual(values.map(({ title }) => title))
  expect(text).not.toContain('hush')
})

test('a resource has a repository with its own rules', async () => {
  const api = resource(tasks, { database: db, access: owner('ownerId'), path: '/tasks' })
  const own = repository(api)
  expectTypeOf<ValueOf<typeof own>>().toEqualTypeOf<Repository<typeof tasks>>()
  const titles = api.with({
    titles: route.get(
      '/titles',
      { access: authenticated, uses: { rows: own }, response: z.array(z.string()) },
      async ({ rows }) => (await rows.list()).items.map(({ title }) => title),
    ),
  })
  const other = createApp({ ...app.definition, api: router('', { tasks: titles }) })
  await using o = await testApp(other)
  await o.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(CREATE_TABLES))
  await o.as({ id: 'ada' }).tasks.create({ body: { title: 'Tea' } })
  expect(await o.as({ id: 'ada' }).tasks.titles()).toEqual(['Tea'])
  expect(await o.as({ id: 'bob' }).tasks.titles()).toEqual([])
})

test('a rule with code of its own is no alternative to one about rows', () => {
  const lucky = rule({ name: 'lucky' }, () => true)
  expect(() => repository(tasks, { database: db, access: anyOf(lucky, owner('ownerId')) })).toThrow(
    /anyOf\(...\) holds the rule "lucky"/,
  )
})
