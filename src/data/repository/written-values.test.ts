import { sql } from 'drizzle-orm'
import { createApp, dependency, route, router } from 'ashlar'
import { authenticated, owner } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { database } from '../database.ts'
import { CREATE_TABLES, schema, tasks } from '../resource/test/tasks.fixture.ts'
import { repository } from './repository.ts'
import type { Repository } from './repository-types.ts'

const db = database({ schema })
const rows = repository(tasks, { database: db, access: owner('ownerId'), version: true })
const work = dependency({ uses: { rows } }, (uses) => uses.rows)
let handler: (rows: Repository<typeof tasks>) => Promise<unknown>
const run = route.post('/run', { access: authenticated, uses: { work }, response: z.unknown() }, (uses) =>
  handler(uses.work),
)
const auth = [basic({ realm: 'test', verify: () => undefined })]
const app = createApp({ title: 'Values', version: '1', database: db, api: router('', { run }), auth })
const t = await testApp(app)
await t.run({ drizzle: db.drizzle }, ({ drizzle }) => drizzle.execute(CREATE_TABLES))
afterAll(() => t.stop())

function asAda<T>(by: (rows: Repository<typeof tasks>) => Promise<T>): Promise<T> {
  handler = by
  return t.as({ id: 'ada' }).run() as Promise<T>
}

test('SQL in the place of a value keeps the values of its own, however often it is run with others', async () => {
  const { id } = await asAda((all) => all.insert({ title: 'x' }))
  const add = (by: number) => asAda((all) => all.update(id, { priority: sql`${tasks.priority} + ${by}` } as never))
  expect(await add(1)).toMatchObject({ priority: 1 })
  expect(await add(10)).toMatchObject({ priority: 11 })
  const titled = (title: string) => asAda((all) => all.insert({ title: sql`upper(${title})` } as never))
  expect(await titled('a')).toMatchObject({ title: 'A' })
  expect(await titled('b')).toMatchObject({ title: 'B' })
})

test('a row that was read can be written back with a change: its version is counted by the server', async () => {
  const row = await asAda((all) => all.insert({ title: 'x' }))
  const changed = await asAda((all) => all.update(row.id, { ...row, title: 'y' }))
  expect(changed).toMatchObject({ title: 'y', version: row.version + 1 })
})

test('an upsert of a row that is there leaves it its key', async () => {
  const { id } = await asAda((all) => all.insert({ title: 'once' }))
  const fresh = { id: '6f9f4d4e-0000-4000-8000-000000000001', title: 'once', notes: 'again' }
  expect(await asAda((all) => all.upsert(fresh, { on: ['title'] }))).toMatchObject({ id, notes: 'again' })
})
