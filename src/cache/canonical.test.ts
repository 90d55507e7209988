import { expect, test } from 'vitest'
import { canonical } from './canonical.ts'

test('values that differ have different texts', () => {
  const values = [
    'a',
    '"a"',
    '1',
    1,
    1n,
    -0,
    0,
    NaN,
    true,
    't',
    't,',
    undefined,
    null,
    'u',
    [],
    {},
    [[]],
    [[], []],
    [['a'], 'b'],
    [['a', 'b']],
    ['a', 'b'],
    ['a,b'],
    { a: 1 },
    { a: '1' },
    { a: undefined },
    [undefined],
    { a: { b: 1 } },
    { 'a:{"b"': 1 },
    new Date(1),
    'd1',
    new Set(['a']),
    new Map([['a', 1]]),
    new Uint8Array([1]),
    'bAQ==',
    new Date(NaN),
  ]
  const texts = values.map(canonical)
  expect(texts).not.toContain(undefined)
  expect(new Set(texts).size).toBe(values.length)
})

test('what has hidden state has none', () => {
  class User {
    readonly id = 1
  }
  for (const value of [new User(), () => 1, Symbol('a'), [new User()], { user: new User() }, new Set([new User()])])
    expect(canonical(value)).toBeUndefined()
})

test('what is in itself has no text, and what is there twice has one', () => {
  const user: Record<string, unknown> = { id: 1 }
  const team = { users: [user] }
  expect(canonical({ one: team, other: team })).toBe(canonical({ one: { users: [{ id: 1 }] }, other: team }))
  user['teams'] = new Set([team])
  expect(canonical(user)).toBeUndefined()
})
