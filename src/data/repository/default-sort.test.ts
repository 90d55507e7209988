import { createApp, dependency, route, router } from 'ashlar'
import { anyone, authenticated, role } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { database } from '../database.ts'
import { resource } from '../resource/resource.ts'
import { CREATE_TABLES, schema, tasks } from '../resource/test/tasks.fixture.ts'
import { repository } from './repository.ts'
import type { Repository } from './repository-types.ts'

const db = database({ schema })
const taskApi = resource(tasks, {
  database: db,
  access: anyone,
  fields: { priority: role('manager') },
  list: { sort: ['title'], defaultSort: ['-priority', 'title'] },
})
const work = dependency({ uses: { tasks: repository(taskApi) } }, ({ tasks: rows }) => rows)
let handler: (rows: Repository<typeof tasks>) => Promise<unknown>
const run = route.post('/run', { access: authenticated, uses: { work }, response: z.unknown() }, ({ work: rows }) =>
  handler(rows),
)
const strict = route.get(
  '/strict',
  {
    access: authenticated,
    uses: { rows: repository(taskApi, { access: { read: authenticated } }) },
    response: z.array(z.string()),
  },
  async ({ rows }) => titles((await rows.list()).items),
)
const app = createApp({
  title: 'Default order',
  version: '1',
  database: db,
  api: router('', { run, strict, tasks: taskApi }),
  auth: [basic({ realm: 'test', verify: () => undefined })],
})
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(CREATE_TABLES))

await t.run({ tx: db.transaction }, ({ tx }) =>
  tx.insert(tasks).values([
    { id: '00000000-0000-4000-8000-000000000001', title: 'c', priority: 1, ownerId: 'ada' },
    { id: '00000000-0000-4000-8000-000000000002', title: 'b', priority: 2, ownerId: 'ada' },
    { id: '00000000-0000-4000-8000-000000000003', title: 'a', priority: 2, ownerId: 'ada' },
    { id: '00000000-0000-4000-8000-000000000004', title: 'd', priority: 3, ownerId: 'ada' },
  ]),
)
afterAll(() => t.stop())
const manager = t.as({ id: 'mia', roles: ['manager'] })

const titles = (rows: readonly { readonly title: string }[]): string[] => rows.map(({ title }) => title)

async function as(client: typeof manager, by: typeof handler): Promise<unknown> {
  handler = by
  return client.run()
}

test("a resource's repository lists in the order of the resource, page after page", async () => {
  const listed = await as(manager, async (rows) => {
    const first = await rows.list({ limit: 2 })
    const second = await rows.list({ limit: 2, cursor: first.next! })
    return titles([...first.items, ...second.items])
  })
  expect(listed).toEqual(titles((await manager.tasks.list()).items))
  expect(listed).toEqual(['d', 'a', 'b', 'c'])
})

test('the first row is the first of that order, a stream comes in it, and what code asks for goes before', async () => {
  expect(await as(manager, (rows) => rows.first({}))).toMatchObject({ title: 'd' })
  expect(await as(manager, async (rows) => titles(await Array.fromAsync(rows.stream())))).toEqual(['d', 'a', 'b', 'c'])
  expect(await as(manager, async (rows) => titles((await rows.list({ sort: ['-title'] })).items))).toEqual([
    'd',
    'c',
    'b',
    'a',
  ])
})

test('an order by a column that the caller may not read is left out, as in the list', async () => {
  const ada = t.as({ id: 'ada' })
  const listed = await as(ada, async (rows) => titles((await rows.list()).items))
  expect(listed).toEqual(['a', 'b', 'c', 'd'])
  expect(listed).toEqual(titles((await ada.tasks.list()).items))
})

test('with rules of its own, and for the system, the order is the same', async () => {
  expect(await manager.strict()).toEqual(['d', 'a', 'b', 'c'])
  const ofSystem = await t.run({ system: db.system('default order') }, async ({ system }) => [
    (await system.repository(taskApi).list()).items,
    (await system.repository(repository(taskApi)).list()).items,
  ])
  for (const found of ofSystem) expect(found.map(({ title }) => title)).toEqual(['d', 'a', 'b', 'c'])
})

test('an update leaves what is undefined as it is', async () => {
  const id = '00000000-0000-4000-8000-000000000001'
  const changes: { title?: string | undefined; notes?: string | null | undefined } = { title: undefined, notes: 'n' }
  expect(await as(manager, (rows) => rows.update(id, changes))).toMatchObject({ title: 'c', notes: 'n' })
})
