import { describe, expect, it } from 'vitest'
import { bodyKind, contentCoding, parseMediaType, type BodyKind } from './media-type.ts'

const unsupported = expect.objectContaining({ status: 415, code: 'unsupported_media_type' })

describe('a media type', () => {
  it.each([
    ['application/json', 'application/json', {}],
    ['Application/JSON ; Charset=UTF-8', 'application/json', { charset: 'UTF-8' }],
    ['text/plain;a="b;c\\"d";e=f', 'text/plain', { a: 'b;c"d', e: 'f' }],
    ['text/plain;', 'text/plain', {}],
    ['text/plain; ; a=b', 'text/plain', { a: 'b' }],
    ['multipart/form-data; boundary=--x', 'multipart/form-data', { boundary: '--x' }],
  ])('%s is %s with %j', (raw, type, parameters) => {
    expect(parseMediaType(raw)).toEqual({ type, parameters: Object.assign(Object.create(null), parameters) })
  })

  it.each([
    '',
    'json',
    'application/',
    '/json',
    'application/json, text/plain',
    'application /json',
    'application/json a=b',
    'a/b; c',
    'a/b; c=',
    'a/b; =c',
    'a/b; c="d',
    'a/b; c=d; C=e',
    'a/b; c=d e',
    'a/b/c',
  ])('%j is refused', (raw) => {
    expect(() => parseMediaType(raw)).toThrow(unsupported)
  })

  it('has parameters without a prototype', () => {
    expect(Object.getPrototypeOf(parseMediaType('a/b; __proto__=c').parameters)).toBe(null)
  })
})

describe('the kind of a body', () => {
  const all: BodyKind[] = ['json', 'urlencoded', 'multipart']
  const kind = (raw: string | undefined, accepted = all) =>
    bodyKind(raw === undefined ? undefined : parseMediaType(raw), accepted)

  it.each([
    ['application/json', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['application/json; charset="UTF8"', 'json'],
    ['application/merge-patch+json', 'json'],
    ['application/x-www-form-urlencoded', 'urlencoded'],
    ['multipart/form-data; boundary=abc', 'multipart'],
  ])('of %s is %s', (raw, expected) => {
    expect(kind(raw)).toBe(expected)
  })

  it.each([
    undefined,
    'text/plain',
    'text/json',
    'application/+json',
    'application/jsonp',
    'application/xml',
    'application/json; charset=utf-16',
    'application/json; charset=latin1',
    'multipart/form-data',
    'multipart/form-data; boundary=""',
    `multipart/form-data; boundary=${'a'.repeat(71)}`,
    'multipart/form-data; boundary="a "',
    'multipart/mixed; boundary=a',
  ])('of %s is none', (raw) => {
    expect(() => kind(raw)).toThrow(unsupported)
  })

  it('must be one the operation accepts, and the error names those', () => {
    expect(() => kind('application/json', ['urlencoded', 'multipart'])).toThrow(
      'The Content-Type must be application/x-www-form-urlencoded or multipart/form-data; it is "application/json".',
    )
    expect(() => kind(undefined, ['json'])).toThrow('it is missing')
  })
})

describe('the coding of a body', () => {
  it.each([
    [undefined, 'identity'],
    ['identity', 'identity'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['deflate', 'deflate'],
    ['br', 'br'],
  ])('%s is %s', (raw, coding) => {
    expect(contentCoding(raw)).toBe(coding)
  })

  it.each(['', 'zstd', 'compress', 'gzip, gzip', 'gzip,br', 'identity, gzip'])(
    '%j is refused, with what is understood',
    (raw) => {
      expect(() => contentCoding(raw)).toThrow(unsupported)
      expect(() => contentCoding(raw)).toThrow(
        expect.objectContaining({ headers: { 'accept-encoding': 'gzip, deflate, br' } }),
      )
    },
  )
})
