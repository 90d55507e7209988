import { afterEach, beforeEach, expect, test } from 'vitest'
import { itemsUnderLoad, type Item, type ItemsApp } from './items-load.ts'

let app: ItemsApp
beforeEach(async () => {
  app = await itemsUnderLoad()
})
afterEach(() => app.remove())

function expectNothingLost(rows: readonly Item[]): void {
  const there = new Map(rows.map(({ id, number }) => [id, number]))
  expect(app.acknowledged.filter(({ id, number }) => there.get(id) !== number)).toEqual([])
  const numbers = rows.map(({ number }) => number)
  expect(numbers.length - new Set(numbers).size, 'numbers that are there twice').toBe(0)
}

test('kill -9 of the app under load loses nothing it has answered 201, and doubles nothing', async () => {
  await app.more(300)
  app.process.kill('SIGKILL')
  expectNothingLost(await app.recovered())
})

test('kill -9 of the server under load, three times: what was answered 201 before, between and after is there once', async () => {
  for (let kills = 0; kills < 3; kills += 1) {
    await app.more(200)
    process.kill(app.serverPid(), 'SIGKILL')
  }
  await app.more(200)
  expect(app.refused.length).toBeGreaterThan(0)
  const codes = ['database_unavailable', 'commit_outcome_unknown']
  expect(app.refused.filter(({ code }) => !codes.includes(code))).toEqual([])
  const rows = await app.recovered()
  expectNothingLost(rows)
  // 503 says that it may be sent again: it has not been done.
  const undone = app.refused.flatMap(({ code, numbers }) => (code === 'database_unavailable' ? numbers : []))
  expect(rows.filter(({ number }) => undone.includes(number))).toEqual([])
})

test('kill -9 of both at once loses nothing', async () => {
  await app.more(300)
  process.kill(app.serverPid(), 'SIGKILL')
  app.process.kill('SIGKILL')
  expectNothingLost(await app.recovered())
})
