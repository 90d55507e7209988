import { expect, test } from 'vitest'
import { MAX_NAMED_LENGTH, MAX_NAMES, StatementNames } from './statement-names.ts'

/** The name of a text that has run often enough. */
function often(names: StatementNames, text: string): string | undefined {
  for (let run = 0; run < 3; run += 1) names.nameOf(text)
  return names.nameOf(text)
}

test('a text gets its name with the third run, and keeps it', () => {
  const names = new StatementNames()
  const given = Array.from({ length: 4 }, () => names.nameOf('select 1'))
  expect(given).toEqual([undefined, undefined, expect.stringMatching(/^drizzle_/), given[2]])
  expect(often(names, 'select 2')).not.toBe(given[2])
})

test('there are so many names at most: what runs stays, what has not run for the longest time goes', () => {
  const names = new StatementNames()
  const hot = often(names, 'select hot')
  for (let text = 0; text < MAX_NAMES * 2; text += 1) {
    often(names, `select ${text}`)
    expect(names.nameOf('select hot')).toBe(hot)
  }
  expect(names.nameOf('select 0')).toBeUndefined()
  expect(names.nameOf(`select ${MAX_NAMES * 2 - 1}`)).toBeDefined()
})

test.each([
  ['several commands', 'select 1; select 2'],
  ['what is no query', 'set local work_mem = 1'],
  ['what shows a plan', 'explain select 1'],
  ['a long INSERT of many rows', `insert into t values ${'($1)'.padEnd(MAX_NAMED_LENGTH, ' ')}`],
])('%s has no name', (_, text) => {
  expect(often(new StatementNames(), text)).toBeUndefined()
})

test.each([
  'select 1',
  '(select 1) union (select 2)',
  'with x as (select 1) update t set a = 1',
  ' INSERT into t values (1)',
])('what is planned has one: %s', (text) => {
  expect(often(new StatementNames(), text)).toBeDefined()
})

test('what does not fit the tables any more gets another name, once, and none where that happens again', () => {
  const names = new StatementNames()
  const first = often(names, 'select 1')
  const second = names.renew('select 1', first)
  expect(second).not.toBe(first)
  // Another run that was under way with the first.
  expect(names.renew('select 1', first)).toBe(second)
  expect(names.nameOf('select 1')).toBe(second)
  expect(names.renew('select 1', second)).toBeUndefined()
  expect([names.nameOf('select 1'), names.renew('select 1', second)]).toEqual([undefined, undefined])
})
