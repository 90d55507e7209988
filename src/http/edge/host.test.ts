import { describe, expect, it } from 'vitest'
import { DEVELOPMENT_HOSTS, hostList, parseHost } from './host.ts'

describe('a host', () => {
  it.each([
    ['example.com', 'example.com', undefined],
    ['EXAMPLE.com:8080', 'example.com', 8080],
    ['my_container:3000', 'my_container', 3000],
    ['127.0.0.1:80', '127.0.0.1', 80],
    ['[::1]', '[::1]', undefined],
    ['[2001:DB8:0:0::1]:443', '[2001:db8::1]', 443],
    ['[::ffff:127.0.0.1]', '127.0.0.1', undefined],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', undefined],
  ])('%s is %s with the port %s', (raw, name, port) => {
    expect(parseHost(raw)).toEqual({ name, port })
  })

  it.each([
    '',
    ' ',
    ':80',
    'a:',
    'a:0',
    'a:65536',
    'a:8o',
    'a:+80',
    'a:80:80',
    'a b',
    'a/b',
    'a@b',
    'user@a',
    'a?b',
    'a#b',
    'a\\b',
    'a%2eb',
    'é.com',
    'a..b',
    '.a',
    'a.',
    '-a',
    'a-',
    'a,b',
    'a, b',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '1.2.3.4.5',
    'a.1',
    '::1',
    '[::1',
    '[::1]x',
    '[fe80::1%25eth0]',
    '[1.2.3.4]',
    '[]',
    'a'.repeat(64),
    `${'a.'.repeat(127)}ab`,
    "a'b",
    'a"b',
    '*',
    '*.a',
    'a\tb',
    'a\0',
  ])('%j is refused', (raw) => {
    expect(() => parseHost(raw)).toThrow(expect.objectContaining({ status: 400 }))
  })
})

describe('the list of allowed hosts', () => {
  const list = hostList(['example.com', '*.example.org', 'api.test:8443', '[::1]'])

  it.each([
    ['example.com', 'http', 'example.com'],
    ['Example.COM:80', 'http', 'example.com'],
    ['example.com:443', 'https', 'example.com'],
    ['example.com:443', 'http', 'example.com:443'],
    ['a.b.example.org:1', 'http', 'a.b.example.org:1'],
    ['api.test:8443', 'https', 'api.test:8443'],
    ['[0:0:0:0:0:0:0:1]:3000', 'http', '[::1]:3000'],
  ] as const)('takes %s over %s as %s, every time', (raw, protocol, canonical) => {
    expect(list.check(raw, protocol)).toBe(canonical)
    expect(list.check(raw, protocol)).toBe(canonical)
  })

  it.each([
    'example.org',
    'badexample.org',
    'example.com.evil',
    'evil.com',
    'a.example.com',
    'api.test',
    'api.test:443',
    '127.0.0.1',
    'localhost',
  ])('refuses %s with 421', (raw) => {
    expect(() => list.check(raw, 'http')).toThrow(expect.objectContaining({ status: 421 }))
  })

  it('knows the port a protocol implies', () => {
    expect(hostList(['a.test:443']).check('a.test', 'https')).toBe('a.test')
    expect(() => hostList(['a.test:443']).check('a.test', 'http')).toThrow(expect.objectContaining({ status: 421 }))
  })

  it('in development is this machine by its own names', () => {
    const local = hostList(DEVELOPMENT_HOSTS)
    for (const host of ['localhost:3000', 'app.localhost', '127.0.0.1:3000', '[::1]:3000'])
      expect(local.check(host, 'http')).toBe(host)
    expect(() => local.check('rebound.example', 'http')).toThrow(expect.objectContaining({ status: 421 }))
  })

  it('stays right after more hosts than it remembers', () => {
    const wild = hostList(['*.example.com'])
    for (let i = 0; i < 1_000; i++) expect(wild.check(`h${i}.example.com`, 'http')).toBe(`h${i}.example.com`)
    expect(() => wild.check('h1.example.net', 'http')).toThrow(expect.objectContaining({ status: 421 }))
  })

  it.each(['*', '*.', '*.*.com', 'http://a', 'a/b', '', '1.2.3', '*example.com'])('cannot have %j on it', (pattern) => {
    expect(() => hostList([pattern])).toThrow(/is not an allowed host: write "example.com"/)
  })

  it('cannot be empty', () => {
    expect(() => hostList([])).toThrow(/is empty/)
  })
})
