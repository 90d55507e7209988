import { describe, expect, it } from 'vitest'
import { parseQuery } from './query.ts'

const parse = (search: string) => ({ ...parseQuery(search, 200) })

describe('a query', () => {
  it('gives a string per name and an array where a name is repeated', () => {
    expect(parse('a=1&b=2&a=3&a=')).toEqual({ a: ['1', '3', ''], b: '2' })
  })

  it('decodes escapes and plus once, in names and values', () => {
    expect(parse('a%20b=c+d%2B&%C3%A9=%25zz')).toEqual({ 'a b': 'c d+', é: '%zz' })
  })

  it('keeps brackets as part of the name', () => {
    expect(parse('a[b]=1&a[]=2')).toEqual({ 'a[b]': '1', 'a[]': '2' })
  })

  it('gives a name without a value the empty string, and skips empty pairs', () => {
    expect(parse('a&&b=&')).toEqual({ a: '', b: '' })
    expect(parse('a=b=c')).toEqual({ a: 'b=c' })
    expect(parse('=x')).toEqual({ '': 'x' })
  })

  it('has no prototype that a name could reach', () => {
    const query = parseQuery('__proto__=1&constructor=2&hasOwnProperty=3', 200)
    expect(['toString', 'constructor'].filter((name) => name in Object.getPrototypeOf(query))).toEqual([])
    expect(Object.entries(query)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['hasOwnProperty', '3'],
    ])
    expect(Object.keys(parseQuery('', 200))).toEqual([])
    expect('toString' in parseQuery('', 200)).toBe(false)
  })

  it.each(['a=%', 'a=%4', 'a=%zz', 'a=%c0%ae', 'a=%ff', 'a=%ed%a0%80', '%=1', 'a=%00'])('refuses %s', (search) => {
    expect(() => parse(search)).toThrow(
      expect.objectContaining({ code: 'bad_request', message: expect.stringMatching(/^The query has /) }),
    )
  })

  it('refuses more fields than the limit', () => {
    const search = Array.from({ length: 200 }, (_, i) => `a${i}=1`).join('&')
    expect(Object.keys(parseQuery(search, 200))).toHaveLength(200)
    expect(() => parseQuery(`${search}&b=1`, 200)).toThrow('The query has more than 200 fields.')
    expect(() => parseQuery('a&a&a', 2)).toThrow('more than 2')
  })
})
