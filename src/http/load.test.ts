import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Load } from './load.ts'

const limits = { maxEventLoopDelayMs: 200, maxConcurrent: 10, retryAfterSeconds: 1, exempt: () => false }

test('one long turn is a pause, and no overload', async () => {
  const load = new Load(limits)
  const began = performance.now() - 400
  expect([began, began + 201, began + 400].map((now) => load.isTooHigh(now))).toEqual([false, false, false])
  await turn()
  const next = performance.now()
  expect([next, next + 100].map((now) => load.isTooHigh(now))).toEqual([false, false])
})

test('a turn that goes on takes no more requests once it is overload', () => {
  const load = new Load(limits)
  const began = performance.now()
  expect([began, began + 499, began + 501, began + 502].map((now) => load.isTooHigh(now))).toEqual([
    false,
    false,
    true,
    true,
  ])
})

test('where turns are long one after another, each takes what it can do in time; a short one ends it', async () => {
  const load = new Load(limits)
  load.isTooHigh(performance.now() - 600)
  await turn()
  const second = performance.now()
  expect([second, second + 199, second + 201].map((now) => load.isTooHigh(now))).toEqual([false, false, true])
  // It was short, by the clock.
  await turn()
  const third = performance.now()
  expect([third, third + 201].map((now) => load.isTooHigh(now))).toEqual([false, false])
})

test('long turns with nothing to do between them are pauses', async () => {
  const load = new Load(limits)
  load.isTooHigh(performance.now() - 600)
  await turn()
  const later = performance.now() + 10_000
  expect([later, later + 300].map((now) => load.isTooHigh(now))).toEqual([false, false])
})

test('more than are worked on at once is too much', () => {
  const load = new Load(limits)
  load.working = 9
  expect(load.isTooHigh(0)).toBe(false)
  load.working = 10
  expect(load.isTooHigh(0)).toBe(true)
})
