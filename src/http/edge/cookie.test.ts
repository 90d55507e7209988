import { describe, expect, it } from 'vitest'
import { readCookie, readCookies } from './cookie.ts'

describe('a cookie', () => {
  it.each([
    ['a=1; b=2', 'b', '2'],
    ['a=1;b=2', 'b', '2'],
    ['a=1', 'b', undefined],
    ['a=', 'a', ''],
    ['a', 'a', undefined],
    ['x; a=1', 'a', '1'],
    ['a=b=c', 'a', 'b=c'],
    ['A=1', 'a', undefined],
    ['a=%C3%A9%20', 'a', 'é '],
    ['a=100%', 'a', '100%'],
    ['a=%ff', 'a', '%ff'],
    ['a="q"', 'a', '"q"'],
    ['a=1; a=1', 'a', '1'],
    ['__proto__=1', '__proto__', '1'],
    ['b=1', 'toString', undefined],
    ['', 'a', undefined],
  ])('of %j named %s is %s', (header, name, value) => {
    expect(readCookie(header, name)).toBe(value)
    expect(readCookies(header)[name]).toBe(value)
  })

  it('sent with two values is refused, and is a list among all', () => {
    expect(() => readCookie('session=a; session=b', 'session')).toThrow('The cookie "session" is sent with two values.')
    expect(readCookie('session=a; session=b; c=1', 'c')).toBe('1')
    expect({ ...readCookies('session=a; session=b; session=a; c=1') }).toEqual({ session: ['a', 'b'], c: '1' })
  })

  it('that decodes to a control is refused', () => {
    expect(() => readCookie('a=%0d%0a', 'a')).toThrow(expect.objectContaining({ status: 400 }))
    expect(() => readCookies('a=%00')).toThrow(expect.objectContaining({ status: 400 }))
  })
})
