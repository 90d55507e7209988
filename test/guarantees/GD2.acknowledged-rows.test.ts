import { afterAll, beforeAll, expect, test } from 'vitest'
import { itemsUnderLoad, type ItemsApp } from '../faults/items-load.ts'

// The short form of test/faults/resource-load.test.ts.

let app: ItemsApp
beforeAll(async () => {
  app = await itemsUnderLoad()
})
afterAll(() => app.remove())

test('every row that was answered 201 is there, once, after kill -9 of the database server and then of the app under load', async () => {
  await app.more(200)
  process.kill(app.serverPid(), 'SIGKILL')
  await app.more(200)
  app.process.kill('SIGKILL')
  const rows = await app.recovered()
  const ids = new Set(rows.map(({ id }) => id))
  expect(app.acknowledged.filter(({ id }) => !ids.has(id))).toEqual([])
  expect(new Set(rows.map(({ number }) => number)).size).toBe(rows.length)
})
