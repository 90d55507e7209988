import { expect, test } from 'vitest'
import type { CounterStore, Taken } from '../core/policy/counter-store.ts'
import { MemoryCounters } from './memory-counters.ts'
import type { LimitFailure } from './options.ts'
import { SharedCounters } from './shared-counters.ts'

const QUOTA = { cost: 1, max: 2, windowMs: 60_000 }

/** A store that can be taken away. */
function breakable(name: string) {
  const counters = new MemoryCounters()
  const state = { gone: false, asked: 0 }
  const store: CounterStore = {
    name,
    take: async (key, quota): Promise<Taken> => {
      state.asked += 1
      if (state.gone) throw new Error(`${name} is gone`)
      return counters.take(key, quota)
    },
  }
  return { store, state }
}

function shared(stores: readonly CounterStore[], failure: LimitFailure = 'local') {
  const lines: string[] = []
  const write =
    (level: string) =>
    (fields: object, message?: string): void =>
      void lines.push(`${level} ${(fields as { readonly store?: string }).store}: ${message}`)
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const counters = new SharedCounters(stores, failure, log)
  return { lines, take: async (key = 'a') => (await counters.take(key, QUOTA)).granted }
}

test('where the first store is gone the second counts, and one line of the log says so', async () => {
  const [redis, database] = [breakable('redis'), breakable('database')]
  const { take, lines } = shared([redis.store, database.store])
  redis.state.gone = true
  expect([await take(), await take(), await take()]).toEqual([true, true, false])
  expect(lines).toEqual(['warn redis: rate limits cannot be counted here'])
  // It is left in peace for a while.
  expect(redis.state.asked).toBe(1)
})

test.each([
  ['local', [true, true, false]],
  ['open', [true, true, true]],
] as const)('where all are gone, %s', async (failure, granted) => {
  const only = breakable('redis')
  only.state.gone = true
  const { take } = shared([only.store], failure)
  expect([await take(), await take(), await take()]).toEqual(granted)
})

test('where all are gone, closed is 503 with Retry-After', async () => {
  const only = breakable('redis')
  only.state.gone = true
  await expect(shared([only.store], 'closed').take()).rejects.toMatchObject({
    code: 'unavailable',
    headers: { 'retry-after': '1' },
  })
})

test('who has nothing left is refused without asking the store again', async () => {
  const { store, state } = breakable('redis')
  const { take } = shared([store])
  expect([await take(), await take(), await take(), await take(), await take()]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
  expect(state.asked).toBe(3)
  expect(await take('b')).toBe(true)
})
