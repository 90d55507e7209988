import { expect, test } from 'vitest'
import type { Quota, Taken } from '../core/policy/counter-store.ts'
import { Lines } from './lines.ts'
import { MemoryCounters } from './memory-counters.ts'

const quota = (cost: number): Quota => ({ cost, max: 10, windowMs: 60_000 })

/** A line in front of counters that others use as well: `elsewhere` is taken before the given question. */
function line(elsewhere: Readonly<Record<number, number>> = {}) {
  const counters = new MemoryCounters()
  const asked: number[] = []
  const lines = new Lines(async (key, given): Promise<Taken> => {
    const others = elsewhere[asked.length]
    asked.push(given.cost)
    if (others !== undefined) counters.take(key, { ...given, cost: others })
    return counters.take(key, given)
  })
  return { asked, all: (costs: readonly number[]) => Promise.all(costs.map((cost) => lines.take('a', quota(cost)))) }
}

const seen = (all: readonly Taken[]): string =>
  all.map(({ granted, used }) => `${granted ? '+' : '-'}${used}`).join(' ')

test('those that come while one is asked are asked for together, each with its own place in the count', async () => {
  const { asked, all } = line()
  expect(seen(await all([1, 1, 1, 1]))).toBe('+1 +2 +3 +4')
  expect(asked).toEqual([1, 3])
})

test('no more are asked for than may be left, and who does not fit is refused', async () => {
  const { asked, all } = line()
  expect(seen(await all([4, 4, 4, 2, 1]))).toBe('+4 +8 -8 +10 -10')
  expect(asked).toEqual([4, 4, 4, 2, 1])
})

test('where somebody else was faster, fewer are asked for', async () => {
  const { asked, all } = line({ 1: 6 })
  expect(seen(await all([1, 1, 1, 1, 1, 1]))).toBe('+1 +8 +9 +10 -10 -10')
  expect(asked.slice(0, 3)).toEqual([1, 5, 3])
})

test('a store that fails fails for those that were asked for, and nobody waits for ever', async () => {
  const lines = new Lines(() => Promise.reject(new Error('gone')))
  const all = await Promise.allSettled([1, 1, 1].map((cost) => lines.take('a', quota(cost))))
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
})
