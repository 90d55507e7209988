import { expect, test } from 'vitest'
import { LocalEntries, type LocalEntry } from './local-entries.ts'
import { TagClocks } from './tag-clocks.ts'

const clocks = new TagClocks()

function entry(of: Partial<LocalEntry> = {}): LocalEntry {
  return {
    value: 1,
    bytes: 10,
    tags: clocks.snapshot([]),
    freshUntil: 10,
    staleUntil: 20,
    sureUntil: 15,
    renewAt: 0,
    ...of,
  }
}

test('what was not used for the longest time goes first, by number and by bytes', () => {
  const entries = new LocalEntries({ maxEntries: 3, maxBytes: 1_000 })
  for (const key of ['a', 'b', 'c']) entries.set(key, entry())
  entries.get('a', 0)
  entries.set('d', entry())
  expect(['a', 'b', 'c', 'd'].filter((key) => entries.get(key, 0) !== undefined)).toEqual(['a', 'c', 'd'])
  entries.set('e', entry({ bytes: 100 }))
  for (const key of ['f', 'g', 'h']) entries.set(key, entry({ bytes: 125 }))
  expect([entries.size, entries.bytes]).toEqual([3, 375])
  entries.set('too large', entry({ bytes: 126 }))
  expect(entries.get('too large', 0)).toBeUndefined()
})

test('an entry ends with its time, and with its tags', () => {
  const entries = new LocalEntries({ maxEntries: 3, maxBytes: 1_000 })
  entries.set('a', entry({ tags: clocks.snapshot(['one']) }))
  expect(entries.get('a', 14)).toBeDefined()
  expect(entries.get('a', 16)).toBeUndefined()
  expect(entries.get('a', 14)).toBeDefined()
  clocks.changed(['other'])
  expect(entries.get('a', 14)).toBeDefined()
  clocks.changed(['one'])
  expect(entries.get('a', 14)).toBeUndefined()
  expect([entries.size, entries.bytes]).toEqual([0, 0])
  entries.set('b', entry())
  expect(entries.get('b', 20)).toBeUndefined()
  entries.set('c', entry())
  clocks.changed(['*'])
  expect(entries.get('c', 0)).toBeUndefined()
})

test('tags that are too many are forgotten with what was kept under them', () => {
  const many = new TagClocks()
  const first = many.snapshot(['first'])
  many.snapshot(Array.from({ length: 10_000 }, (_, index) => `tag${index}`))
  expect(first.isCurrent).toBe(false)
})
