import { parseSetCookie } from 'cookie'
import { describe, expect, it } from 'vitest'
import { readCookie } from './cookie.ts'
import { checkHeader, contentDisposition, serializeCookie } from './header-value.ts'

const SPLITTERS = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  '\u2028',
  '\u2029',
  '\u0085',
  '\x7f',
  '\x1b',
  'é',
  '\u{10d0a}',
  '\u010d\u010a',
]

describe('a header we write', () => {
  it('takes printable ASCII, spaces and tabs', () => {
    expect(() => checkHeader('x-ok', 'a "b"; c=\td~')).not.toThrow()
    expect(() => checkHeader('x-ok', '')).not.toThrow()
  })

  it.each(SPLITTERS)('refuses %j in its value and in its name', (splitter) => {
    expect(() => checkHeader('x-bad', `a${splitter}b`)).toThrow(
      /The value of the header "x-bad" has the character U\+[0-9A-F]{4} at 1/,
    )
    expect(() => checkHeader(`x${splitter}`, 'a')).toThrow(/is not a header name/)
  })

  it.each(['', 'a b', 'a:', 'a,b', '(a)'])('refuses the name %j', (name) => {
    expect(() => checkHeader(name, 'a')).toThrow(/is not a header name/)
  })

  it('refuses a value that is not a string', () => {
    expect(() => checkHeader('x-bad', 1 as unknown as string)).toThrow(/must be a string; got number/)
  })
})

describe('a cookie we set', () => {
  const set = (...[name, value, options]: [string, string, Parameters<typeof serializeCookie>[2]?]) =>
    serializeCookie(name, value, options ?? {}, { secure: true })

  it('is safe where nothing is said', () => {
    expect(set('id', 'a')).toBe('id=a; Path=/; HttpOnly; Secure; SameSite=Lax')
    expect(serializeCookie('id', 'a', {}, { secure: false })).toBe('id=a; Path=/; HttpOnly; SameSite=Lax')
  })

  it('takes what is said', () => {
    const text = set('id', 'a', {
      domain: 'example.com',
      path: '/x',
      maxAgeSeconds: 60,
      httpOnly: false,
      secure: true,
      sameSite: 'strict',
    })
    expect(parseSetCookie(text)).toEqual({
      name: 'id',
      value: 'a',
      domain: 'example.com',
      path: '/x',
      maxAge: 60,
      secure: true,
      sameSite: 'strict',
    })
    expect(set('id', '', { maxAgeSeconds: 0 })).toContain('Max-Age=0')
  })

  it.each([...SPLITTERS, ';', ',', ' ', '"', '\\', '%', '='])(
    'reads back as it was with %j in its value',
    (special) => {
      const pair = set('id', `a${special}b`).split(';')[0]!
      expect(pair).toMatch(/^id=[!-~]*$/)
      if (/\p{Cc}/u.test(special)) expect(() => readCookie(pair, 'id')).toThrow(/control/)
      else expect(readCookie(pair, 'id')).toBe(`a${special}b`)
    },
  )

  it.each([...SPLITTERS, ';', ','])('refuses %j in its name, domain and path', (special) => {
    expect(() => set(`i${special}d`, 'a')).toThrow(/is not a cookie name/)
    expect(() => set('id', 'a', { domain: `a${special}b` })).toThrow(TypeError)
    if (special !== ',') expect(() => set('id', 'a', { path: `/a${special}b` })).toThrow(TypeError)
  })

  it('must have what its prefix demands', () => {
    expect(set('__Host-id', 'a')).toContain('Path=/; HttpOnly; Secure')
    expect(() => set('__Host-id', 'a', { secure: false })).toThrow(/must be Secure/)
    expect(() => set('__Secure-id', 'a', { secure: false })).toThrow(/must be Secure/)
    expect(() => set('__host-id', 'a', { path: '/x' })).toThrow(/path "\/" and no domain/)
    expect(() => set('__Host-id', 'a', { domain: 'example.com' })).toThrow(/no domain/)
    expect(() => set('id', 'a', { sameSite: 'none', secure: false })).toThrow(/only accept with Secure/)
  })

  it('must be stored by browsers', () => {
    expect(() => set('id', 'a'.repeat(4_094))).not.toThrow()
    expect(() => set('id', 'a'.repeat(4_095))).toThrow(/4096/)
    expect(() => set('id', 'a', { maxAgeSeconds: 1.5 })).toThrow(TypeError)
    expect(() => set('id', 'a', { path: 'x' })).toThrow(/must start with/)
  })
})

describe('a file name in Content-Disposition', () => {
  it.each([
    ['report.pdf', 'attachment; filename="report.pdf"'],
    ['a b.txt', 'attachment; filename="a b.txt"'],
    ['a"b.txt', `attachment; filename="a_b.txt"; filename*=UTF-8''a%22b.txt`],
    ['été.txt', `attachment; filename="_t_.txt"; filename*=UTF-8''%C3%A9t%C3%A9.txt`],
    ["it's(1)*.txt", `attachment; filename="it's(1)*.txt"`],
    ['é(1).txt', `attachment; filename="_(1).txt"; filename*=UTF-8''%C3%A9%281%29.txt`],
    ['100%.txt', `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`],
    ['../../etc/passwd', 'attachment; filename=".._.._etc_passwd"'],
    ['\ud800.txt', `attachment; filename="_.txt"; filename*=UTF-8''%EF%BF%BD.txt`],
  ])('%j gives %s', (name, value) => {
    expect(contentDisposition('attachment', name)).toBe(value)
  })

  it.each(SPLITTERS)('with %j is a header that can be written', (splitter) => {
    expect(() => checkHeader('content-disposition', contentDisposition('inline', `a${splitter}b.txt`))).not.toThrow()
  })
})
