import createRouter from 'find-my-way'
import { describe, expect, it } from 'vitest'
import { parseTarget } from './target.ts'
import { seededRandom } from './random.fixture.ts'

const parse = (raw: string, method = 'GET') => parseTarget(raw, method, 8_192)

describe('a request target', () => {
  it.each([
    ['/', '/', ''],
    ['/a/b', '/a/b', ''],
    ['/a/', '/a/', ''],
    ['/a?', '/a', ''],
    ['/a?b=1?2', '/a', 'b=1?2'],
    ['/a?x=../..//\\|"', '/a', 'x=../..//\\|"'],
    ['/%61dmin', '/admin', ''],
    ['/caf%c3%a9', '/caf%C3%A9', ''],
    ['/a%40b/@:', '/a@b/@:', ''],
    ['/a%20b+c', '/a%20b+c', ''],
    ['/a;b=1/c', '/a;b=1/c', ''],
    ['/a%3Bb', '/a;b', ''],
    ['/A', '/A', ''],
    ['/%3f%23', '/%3F%23', ''],
    ['/100%25', '/100%25', ''],
    ['/%252e%252e/%252f', '/%252e%252e/%252f', ''],
    ['/.well-known/x', '/.well-known/x', ''],
    ['/...', '/...', ''],
    ['/a.b', '/a.b', ''],
    ['/[1]|^', '/%5B1%5D%7C%5E', ''],
  ])('%s has the path %s and the query %s', (raw, path, search) => {
    expect(parse(raw)).toEqual({ path, search })
  })

  it.each([
    '/a#b',
    '/a?b#c',
    '/a\\b',
    '/a%5cb',
    '/a%5Cb',
    '/a%2fb',
    '/a%2Fb',
    '/%00',
    '/a%0d%0ab',
    '/%7f',
    '/%c2%85',
    '/a\tb',
    '/a\x00b',
    '/a b',
    '/é',
    '/a?é',
    '/a?b c',
    '/a?\x7f',
    '/<a>',
    '/"',
    '/`',
    '/{a}',
    '/%',
    '/%4',
    '/%zz',
    '/%c0%ae',
    '/%ff',
    '/%ed%a0%80',
    '/%u002e',
    '/.',
    '/..',
    '/a/./b',
    '/a/../b',
    '/%2e%2e/a',
    '/%2E',
    '/.%2e',
    '/a/..',
    '//',
    '//a',
    '/a//b',
    '/a//',
    '///',
    '',
    'a',
    '*',
    'example.com:443',
    'ftp://a/b',
    'http:/a',
    'http:///a',
    'http://user@a/b',
    'http://a\\b/',
    'javascript:alert(1)',
  ])('%j is refused', (raw) => {
    expect(() => parse(raw)).toThrow(expect.objectContaining({ status: 400, code: 'bad_request' }))
  })

  it('in absolute form gives its authority to be compared with Host', () => {
    expect(parse('http://Example.com:80/a?b')).toEqual({ path: '/a', search: 'b', authority: 'Example.com:80' })
    expect(parse('HTTPS://a')).toEqual({ path: '/', search: '', authority: 'a' })
    expect(parse('http://a?b')).toEqual({ path: '/', search: 'b', authority: 'a' })
  })

  it('is * only for OPTIONS', () => {
    expect(parse('*', 'OPTIONS')).toEqual({ path: '*', search: '' })
    expect(() => parse('*')).toThrow(/must be a path/)
  })

  it('longer than the limit is refused with 414', () => {
    expect(parseTarget('/12345678', 'GET', 9).path).toBe('/12345678')
    expect(() => parseTarget('/123456789', 'GET', 9)).toThrow(expect.objectContaining({ status: 414 }))
  })

  it('in any of 5,000 encodings of a protected path is that path', () => {
    const random = seededRandom(1)
    for (let i = 0; i < 5_000; i++) {
      const raw = encodeSome('/admin/users', random)
      expect(parse(raw).path, raw).toBe('/admin/users')
    }
  })

  it('that another parser would normalise to a protected path is refused', () => {
    const random = seededRandom(2)
    const detours = [
      '//',
      '/./',
      '/x/../',
      '\\',
      '%2f',
      '%5C',
      '/%2e/',
      '/x/%2E%2e/',
      '/x/.%2e/',
      '/%00',
      '/\t',
      '/%0d',
      '#/',
      '/%c0%ae/',
      '%252f%2f',
    ]
    for (let i = 0; i < 5_000; i++) {
      const detour = detours[Math.floor(random() * detours.length)]!
      const raw = random() < 0.5 ? `/admin${detour}users` : `${detour.startsWith('/') ? '' : '/'}${detour}admin/users`
      const encoded = raw.replaceAll(/[a-z](?![0-9a-f])/g, (letter) =>
        random() < 0.2 && !raw.includes('%') ? encodeSome(letter, () => 0) : letter,
      )
      expect(() => parse(encoded), encoded).toThrow(expect.objectContaining({ status: 400 }))
    }
  })

  it('reaches the router as exactly the segments that were parsed', () => {
    const random = seededRandom(2)
    const router = createRouter()
    router.on('GET', '/x/:first/:second', () => undefined)
    for (let i = 0; i < 5_000; i++) {
      const segments = [randomSegment(random), randomSegment(random)]
      const { path } = parse(`/x/${segments.map(encodeURIComponent).join('/')}`)
      expect(router.find('GET', path)?.params).toEqual({ first: segments[0], second: segments[1] })
      expect(parse(path).path).toBe(path)
    }
  })
})

function encodeSome(path: string, random: () => number): string {
  return path.replaceAll(/[^/]/g, (character) => {
    const hex = character.charCodeAt(0).toString(16)
    return random() < 0.3 ? `%${random() < 0.5 ? hex : hex.toUpperCase()}` : character
  })
}

function randomSegment(random: () => number): string {
  const alphabet = 'abc019-._~!$&\'()*+,;=:@ %?#[]|^{}<>`"éß漢😀'
  const characters = Array.from(alphabet)
  const length = 1 + Math.floor(random() * 8)
  const segment = Array.from({ length }, () => characters[Math.floor(random() * characters.length)]!).join('')
  return segment === '.' || segment === '..' ? 'dot' : segment
}
