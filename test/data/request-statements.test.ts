import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database, resource } from 'ashlar/data'
import { testApp, type TestApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { RequestObserver, RequestTrace, StatementTally } from '../../src/core/observation/observer.ts'

const notes = pgTable('notes', { id: uuid().primaryKey().defaultRandom(), body: text().notNull() })
const db = database({ schema: { notes } })
const steps: string[] = []
const tallies: (StatementTally | undefined)[] = []
afterEach(() => {
  steps.length = tallies.length = 0
})

const trace: RequestTrace = {
  run: (work) => work(),
  step: (kind, name, work) => {
    const result = work()
    if (kind === 'statement')
      void Promise.resolve(result).then(
        () => steps.push(name),
        (error: unknown) => steps.push(`${name} failed: ${(error as Error).name}`),
      )
    return result
  },
  note: () => undefined,
}
const observer: RequestObserver = {
  countsStatements: true,
  begin: () => trace,
  answered: (request) => void tallies.push(request.statements && { ...request.statements }),
}
const api = router('/', {
  notes: resource(notes, { path: '/notes', database: db, access: { read: anyone, create: anyone } }),
  alone: route.get('/alone', { access: anyone, uses: { db: db.drizzle } }, async ({ db: drizzle }) => {
    await drizzle.execute(sql.raw(`SELECT 'canary', 4711`))
  }),
  together: route.get('/together', { access: anyone, uses: { tx: db.transaction } }, async ({ tx }) => {
    await tx.select().from(notes)
    await tx.transaction(async (inner) => inner.insert(notes).values({ body: 'canary' }))
  }),
  wrong: route.get('/wrong', { access: anyone, uses: { db: db.drizzle } }, async ({ db: drizzle }) => {
    await drizzle.execute(sql`SELECT 1 / ${0}::int`)
  }),
  none: route.get('/none', { access: anyone }, () => undefined),
})

let t: TestApp<typeof api>
beforeAll(async () => {
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const app = createApp({ title: 'Notes', version: '1.0.0', database: db, api, observers: [observer], logger })
  t = await testApp(app)
  await t.run({ db: db.drizzle }, ({ db: drizzle }) =>
    drizzle.execute(sql`CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), body text NOT NULL)`),
  )
})
afterAll(() => t.stop())

async function counted(path: string, body?: object): Promise<StatementTally | undefined> {
  await t.fetch(path, body === undefined ? {} : { method: 'POST', json: body })
  return tallies.at(-1)
}

test('statements of Drizzle are counted for their request, and the time they were waited for', async () => {
  const tally = await counted('/alone')
  expect(tally?.count).toBe(1)
  expect(tally?.waitedMs).toBeGreaterThan(0)
})

test('what begins and ends transactions is no statement of the request', async () => {
  expect((await counted('/together'))?.count).toBe(2)
})

test('statements of resources are counted as others are', async () => {
  expect((await counted('/notes'))?.count).toBe(1)
  const created = await counted('/notes', { body: 'canary' })
  expect(created?.count).toBe(1)
})

test('a request without statements has none', async () => {
  expect(await counted('/none')).toEqual({ count: 0, waitedMs: 0 })
})

test('a trace sees each statement as a pattern, without values, whoever wrote them', async () => {
  await counted('/alone')
  await counted('/together')
  expect(steps).toEqual([
    'SELECT ?',
    'select "id", "body" from "notes"',
    'insert into "notes" ("id", "body") values (default, ?)',
  ])
})

test('a statement that fails is counted, and its step fails', async () => {
  expect((await counted('/wrong'))?.count).toBe(1)
  expect(steps).toEqual([expect.stringMatching(/^SELECT \? \/ \?::int failed/)])
})
