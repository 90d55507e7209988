import { createApp, route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { database, type DatabaseOptions } from 'ashlar/data'
import { testApp } from 'ashlar/testing'
import { sql } from 'drizzle-orm'
import { expect, test, vi } from 'vitest'

/** Calls an operation with a slow statement, and gives what is logged about it. */
async function warnings(options: DatabaseOptions, run = 1): Promise<unknown[][]> {
  const silent = (): void => {}
  const { promise, resolve } = Promise.withResolvers<unknown>()
  const warn = vi.fn((fields: object) => void (warn.mock.calls.length >= run && resolve(fields)))
  const db = database({ slowStatementMs: 20, ...options })
  const nap = route.get('/', { access: anyone, uses: { tx: db.transaction } }, async ({ tx }) => {
    await tx.execute(sql`SELECT 1`)
    await tx.execute(
      sql`SELECT pg_sleep(0.05), ${'a secret'}::text AS name FROM pg_class WHERE relname = ${'pg_class'}`,
    )
  })
  const logger = { debug: silent, info: silent, warn, error: silent }
  await using t = await testApp(
    createApp({ title: 'x', version: '1.0.0', database: db, api: router('/', { nap }), logger }),
  )
  for (let round = 0; round < run; round += 1) expect((await t.fetch('/')).status).toBe(204)
  if (options.slowStatementMs !== false) await promise
  return warn.mock.calls
}

test('a slow statement is told with its operation, its time and its plan, and without a value', async () => {
  const [[fields, message]] = (await warnings({})) as [
    [{ plan: string; durationMs: number; statement: string }, string],
  ]
  expect(fields).toMatchObject({
    operation: 'nap',
    statement: 'SELECT pg_sleep(?), ?::text AS name FROM pg_class WHERE relname = ?',
  })
  expect(fields.durationMs).toBeGreaterThanOrEqual(20)
  expect(fields.plan).toMatch(/Scan.* on pg_class/)
  expect(JSON.stringify(fields)).not.toContain('secret')
  expect(message).toContain('a statement took')
})

test('the plan of a statement is asked for once', async () => {
  const calls = await warnings({}, 3)
  expect(calls.map(([fields]) => 'plan' in (fields as object))).toEqual([true, false, false])
})

test('where it is switched off nothing is told', async () => {
  expect(await warnings({ slowStatementMs: false })).toEqual([])
})
