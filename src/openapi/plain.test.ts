import { describe, expect, it } from 'vitest'
import { toPlainJson } from './plain.ts'

describe('toPlainJson', () => {
  it('gives a copy that is JSON: dates as strings, nothing undefined', () => {
    const value = { a: new Date(0), b: undefined, c: [1, null, undefined], d: { e: 'x', f: true } }
    const copy = toPlainJson(value)
    expect(copy).toStrictEqual({ a: '1970-01-01T00:00:00.000Z', c: [1, null, null], d: { e: 'x', f: true } })
    expect((copy as typeof value).d).not.toBe(value.d)
  })

  it('takes a value that stands in two places, and refuses one that contains itself', () => {
    const shared = { x: 1 }
    expect(toPlainJson({ a: shared, b: [shared] })).toEqual({ a: { x: 1 }, b: [{ x: 1 }] })
    const cyclic: Record<string, unknown> = {}
    cyclic['paths'] = { '/a/b': cyclic }
    expect(() => toPlainJson(cyclic)).toThrow('a value that contains itself at "/paths/~1a~1b"')
  })

  it.each([
    [() => 1, 'a function'],
    [1n, 'a bigint'],
    [Number.NaN, 'NaN'],
    [Symbol('s'), 'a symbol'],
  ])('refuses what JSON cannot say, and says where: %s', (value, what) => {
    expect(() => toPlainJson({ info: [{ 'x-a': value }] })).toThrow(`${what} at "/info/0/x-a"`)
  })
})
