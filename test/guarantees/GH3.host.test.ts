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
    expect(JSON.parse(body)).toEqual({ host: 'localhost', protocol: 'http', address: '127.0.0.1' })
  })
})

describe('through a trusted proxy', () => {
  const sample = serveSample({ api, trustedProxies: ['127.0.0.1'], allowedHosts: ['localhost', 'api.example.com'] })

  test('all of them are believed together', async () => {
    const { body } = await rawExchange(sample.port, get('/seen', FORWARDED))
    expect(JSON.parse(body)).toEqual({ host: 'api.example.com', protocol: 'https', address: '203.0.113.7' })
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
    expect(JSON.parse(body)).toEqual({ host: 'localhost', protocol: 'http', address: '127.0.0.1' })
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
