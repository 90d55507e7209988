import { expect, test } from 'vitest'
import { createClaimsCache } from './claims-cache.ts'

const claims = { sub: 'ada', exp: 100 }

test('claims are remembered until they end', () => {
  const cache = createClaimsCache<typeof claims>(2)
  cache.set('a', claims, { verified: 0, expires: 100 })
  expect(cache.get('a', 99)).toBe(claims)
  expect(cache.get('a', 100)).toBeUndefined()
  expect(cache.get('a', 99), 'what has ended is forgotten, even if the clock goes back').toBeUndefined()
})

test('the oldest makes room for the newest', () => {
  const cache = createClaimsCache<typeof claims>(2)
  for (const token of ['a', 'b', 'c']) cache.set(token, claims, { verified: 0, expires: 100 })
  expect(['a', 'b', 'c'].map((token) => cache.get(token, 0))).toEqual([undefined, claims, claims])
})

test('a cache of no entries remembers nothing', () => {
  const cache = createClaimsCache<typeof claims>(0)
  cache.set('a', claims, { verified: 0, expires: 100 })
  expect(cache.get('a', 0)).toBeUndefined()
})

test('a token so long that many would fill the memory is not remembered', () => {
  const cache = createClaimsCache<typeof claims>(2)
  cache.set('a'.repeat(4097), claims, { verified: 0, expires: 100 })
  expect(cache.get('a'.repeat(4097), 0)).toBeUndefined()
})

test('what was verified at a time that has not come yet is not believed: the clock was wrong then, and perhaps the token not good yet', () => {
  const cache = createClaimsCache<typeof claims>(2)
  cache.set('a', claims, { verified: 90, expires: 100 })
  expect([cache.get('a', 90), cache.get('a', 50)]).toEqual([claims, undefined])
})
