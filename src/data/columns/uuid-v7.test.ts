import { expect, test } from 'vitest'
import { createUuidV7 } from './uuid-v7.ts'

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const MANY = 20_000

test('ids are UUIDs of version 7 with the time of their making', () => {
  const id = createUuidV7(() => 0x0198_c5a1_2345)()
  expect(id).toMatch(FORM)
  expect(id.startsWith('0198c5a1-2345-7')).toBe(true)
})

test('each is greater than the one before, within a millisecond too', () => {
  const next = createUuidV7(() => 1_700_000_000_000)
  const ids = Array.from({ length: MANY }, next)
  expect(ids.every((id) => FORM.test(id))).toBe(true)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(MANY)
})

test('each is greater than the one before when the clock goes back', () => {
  const times = [5, 9, 3, 4, 10, 1].map((each) => each + 1_700_000_000_000)
  const next = createUuidV7(() => times.shift()!)
  const ids = Array.from({ length: 6 }, next)
  expect(ids.toSorted()).toEqual(ids)
})

test('two makers at the same time make different ids', () => {
  const makers = [createUuidV7(() => 1), createUuidV7(() => 1)]
  expect(new Set(makers.flatMap((next) => Array.from({ length: 1000 }, next))).size).toBe(2000)
})
