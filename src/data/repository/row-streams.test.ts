import { createApp, dependency, raw, route, router } from 'ashlar'
import { authenticated } from 'ashlar/access'
import { basic } from 'ashlar/auth'
import { testApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { database } from '../database.ts'
import { CREATE_TABLES, schema, tasks } from '../resource/test/tasks.fixture.ts'
import { repository } from './repository.ts'

// With two connections a third stream would wait for one that is not given back.
const db = database({ schema, pool: { max: 2, acquireTimeoutMs: 1000 } })
const rows = repository(tasks, { database: db, access: authenticated })
const uses = { work: dependency({ uses: { rows } }, ({ rows: all }) => all) }
const lines = route.get(
  '/lines',
  { access: authenticated, uses, response: raw },
  ({ work }) => new Response(work.jsonLines()),
)
const some = route.get('/some', { access: authenticated, uses, response: z.int() }, async ({ work }) => {
  let seen = 0
  for await (const _ of work.stream()) if ((seen += 1) === 3) break
  return seen
})
const auth = [basic({ realm: 'x', verify: () => undefined })]
const t = await testApp(
  createApp({ title: 'Streams', version: '1', database: db, api: router('', { lines, some }), auth }),
)
await t.run({ drizzle: db.drizzle }, async ({ drizzle }) => {
  await drizzle.execute(CREATE_TABLES)
  await drizzle.execute(sql`insert into tasks (title, owner_id) select i::text, 'ada' from generate_series(1, 2500) i`)
})
afterAll(() => t.stop())

test('who stops reading gives the connection back: streams in code, and answers nobody reads to the end', async () => {
  for (let turn = 0; turn < 6; turn += 1) {
    const answer = await t.fetch('/lines', { as: { id: 'ada' } })
    expect(answer.status).toBe(200)
    const reader = answer.body!.getReader()
    if (turn % 2 === 0) expect((await reader.read()).done).toBe(false)
    await reader.cancel()
    expect(await t.as({ id: 'ada' }).some()).toBe(3)
  }
  const all = await (await t.fetch('/lines', { as: { id: 'ada' } })).text()
  expect(all.trimEnd().split('\n')).toHaveLength(2500)
})
