import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { route, router } from 'ashlar'
import { anyone } from 'ashlar/access'
import { get, rawExchange } from './raw.ts'
import { serveSample } from './serve.ts'

const Seen = z.object({ host: z.string(), protocol: z.string(), address: z.string() })
const api = router('', {
  open: route.get('/open', { access: anyone, response: z.object({ ok: z.boolean() }) }, () => ({ ok: true })),
  seen: route.get('/seen', { access: anyone, response: Seen }, ({ request: { host, protocol, address } }) => ({
    host,
    protocol,
    address,
  })),
})
const FORWARDED = {
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'api.example.com',
}

/** Every field that says where a request is from, alone, and what it says of one through a proxy that is trusted. */
const FIELDS: readonly (readonly [name: string, value: string, seen: Partial<z.infer<typeof Seen>>])[] = [
  ['x-forwarded-for', '203.0.113.7', { address: '203.0.113.7' }],
  ['x-forwarded-for', '198.51.100.1, 203.0.113.7', { address: '203.0.113.7' }],
  ['x-forwarded-for', '[2001:db8::1]:4711', { address: '2001:db8::1' }],
  ['x-forwarded-proto', 'https', { protocol: 'https' }],
  ['x-forwarded-host', 'api.example.com', { host: 'api.example.com' }],
  ['x-forwarded-port', '8443', { host: 'localhost:8443' }],
  [
    'forwarded',
    'for="[2001:db8::1]:4711";proto=https;host="api.example.com:8443"',
    { address: '2001:db8::1', protocol: 'https', host: 'api.example.com:8443' },
  ],
  // Those of single vendors, which a client could send past a proxy that does not know them: never.
  ['x-real-ip', '203.0.113.7', {}],
  ['x-client-ip', '203.0.113.7', {}],
  ['true-client-ip', '203.0.113.7', {}],
  ['cf-connecting-ip', '203.0.113.7', {}],
  ['x-cluster-client-ip', '203.0.113.7', {}],
  ['forwarded-for', '203.0.113.7', {}],
  ['x-forwarded', 'for=203.0.113.7', {}],
  ['x-forwarded-scheme', 'https', {}],
  ['x-forwarded-ssl', 'on', {}],
  ['x-url-scheme', 'https', {}],
  ['front-end-https', 'on', {}],
  ['x-forwarded-server', 'api.example.com', {}],
  ['x-host', 'api.example.com', {}],
  ['x-original-host', 'api.example.com', {}],
  ['x-forwarded-prefix', '/admin', {}],
  ['x-original-url', '/open', {}],
  ['x-rewrite-url', '/open', {}],
]
const DIRECT = { host: 'localhost', protocol: 'http', address: '127.0.0.1' }

describe('directly', () => {
  const sample = serveSample({ api })

  test.each([
    ['none', 'GET /open HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['two', 'GET /open HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n\r\n', 400],
    ['two different', 'GET /open HTTP/1.1\r\nhost: localhost\r\nhost: other\r\n\r\n', 400],
    ['an empty one', get('/open', { host: '' }), 400],
    ['user info', get('/open', { host: 'ada@localhost' }), 400],
    ['a path', get('/open', { host: 'localhost/x' }), 400],
    ['a list', get('/open', { host: 'localhost, other' }), 400],
    ['a port that is none', get('/open', { host: 'localhost:99999' }), 400],
    ['one that is not served', get('/open', { host: 'evil.example' }), 421],
    ['one that ends like one served', get('/open', { host: 'localhost.evil.example' }), 421],
    ['an absolute target with another host', get('http://evil.example/open'), 400],
    ['one served', get('/open'), 200],
    ['one served, in capitals', get('/open', { host: 'LOCALHOST:80' }), 200],
    ['an absolute target with the same host', get('http://localhost/open'), 200],
  ])('with %s as Host', async (_, text, status) => {
    expect((await rawExchange(sample.port, text)).statuses).toEqual([status])
  })

  test('forwarded headers change nothing', async () => {
    const { body } = await rawExchange(sample.port, get('/seen', FORWARDED))
    expect(JSON.parse(body)).toEqual(DIRECT)
  })

  test.each(FIELDS)('%s: %s changes nothing', async (name, value) => {
    expect(JSON.parse((await rawExchange(sample.port, get('/seen', { [name]: value }))).body)).toEqual(DIRECT)
  })
})

describe('through a trusted proxy', () => {
  const sample = serveSample({ api, trustedProxies: ['127.0.0.1'], allowedHosts: ['localhost', 'api.example.com'] })

  test('all of them are believed together', async () => {
    const { body } = await rawExchange(sample.port, get('/seen', FORWARDED))
    expect(JSON.parse(body)).toEqual({ host: 'api.example.com', protocol: 'https', address: '203.0.113.7' })
  })

  test.each(FIELDS)('%s: %s', async (name, value, seen) => {
    const { body } = await rawExchange(sample.port, get('/seen', { [name]: value }))
    expect(JSON.parse(body)).toEqual({ ...DIRECT, ...seen })
  })

  test('the forwarded host must be on the list too', async () => {
    expect(
      (await rawExchange(sample.port, get('/seen', { ...FORWARDED, 'x-forwarded-host': 'evil.example' }))).statuses,
    ).toEqual([421])
  })
})

describe('through a proxy that is not trusted', () => {
  const sample = serveSample({ api, trustedProxies: ['192.0.2.1'] })

  test('nothing is believed', async () => {
    const { body } = await rawExchange(sample.port, get('/seen', FORWARDED))
    expect(JSON.parse(body)).toEqual(DIRECT)
    for (const [name, value] of FIELDS)
      expect(JSON.parse((await rawExchange(sample.port, get('/seen', { [name]: value }))).body), name).toEqual(DIRECT)
  })
})

describe('strict transport security', () => {
  const production = {
    environment: 'production',
    allowedHosts: ['localhost', 'api.example.com'],
    trustedProxies: ['127.0.0.1'],
  } as const
  const sample = serveSample({ api, ...production })

  test('is asked for over https only', async () => {
    expect((await rawExchange(sample.port, get('/open'))).text).not.toMatch(/strict-transport-security/i)
    const { text } = await rawExchange(sample.port, get('/open', FORWARDED))
    expect(text).toMatch(/strict-transport-security: max-age=63072000; includeSubDomains\r\n/i)
  })
})
