import { describe, expect, it } from 'vitest'
import { forwardedOrigin, trustedProxies, type Origin } from './forwarded.ts'

const direct: Origin = { address: '10.0.0.1', protocol: 'http', host: 'internal:3000' }
const trusted = trustedProxies(['10.0.0.0/8'])!
const origin = (headers: Record<string, string>, from = direct) =>
  forwardedOrigin(from, (name) => headers[name], trusted)

describe('forwarded headers', () => {
  it('from a peer that is not trusted change nothing, however malformed', () => {
    const stranger = { ...direct, address: '192.0.2.9' }
    const headers = {
      'x-forwarded-for': '1.1.1.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil',
      forwarded: ';;',
    }
    expect(origin(headers, stranger)).toBe(stranger)
  })

  it('that are absent leave the connection as it is', () => {
    expect(origin({})).toBe(direct)
  })

  it('from a trusted proxy are read all of them', () => {
    const headers = {
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'example.com',
      'x-forwarded-port': '8443',
    }
    expect(origin(headers)).toEqual({ address: '192.0.2.1', protocol: 'https', host: 'example.com:8443' })
    expect(origin({ forwarded: 'for=192.0.2.1;proto=https;host="example.com:8443"' })).toEqual(origin(headers))
  })

  it('give the right-most address that is no trusted proxy', () => {
    expect(origin({ 'x-forwarded-for': '1.1.1.1, 192.0.2.1, 10.0.0.2' }).address).toBe('192.0.2.1')
    expect(origin({ 'x-forwarded-for': '10.0.0.3, 10.0.0.2' }).address).toBe('10.0.0.3')
    expect(origin({ forwarded: 'for=1.1.1.1, for=192.0.2.1, for=10.0.0.2' }).address).toBe('192.0.2.1')
  })

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:5000', '192.0.2.1'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['[2001:db8::1]:5000', '2001:db8::1'],
  ])('give %s as %s', (raw, canonical) => {
    expect(origin({ 'x-forwarded-for': raw }).address).toBe(canonical)
    expect(origin({ forwarded: `for="${raw}"` }).address).toBe(canonical)
  })

  it('read proto and host at the position of the client where there is one per hop', () => {
    const headers = {
      'x-forwarded-for': '1.1.1.1, 192.0.2.1',
      'x-forwarded-proto': 'https, http',
      'x-forwarded-host': 'spoofed, example.com',
    }
    expect(origin(headers)).toEqual({ address: '192.0.2.1', protocol: 'http', host: 'example.com' })
    expect(
      origin({ forwarded: 'for=1.1.1.1;proto=https;host=spoofed, for=192.0.2.1;proto=http;host=example.com' }),
    ).toEqual(origin(headers))
  })

  it('may hide a hop, whose address is then not known', () => {
    expect(origin({ forwarded: 'for=unknown;proto=https' })).toEqual({ ...direct, protocol: 'https' })
    expect(origin({ forwarded: 'for=1.1.1.1, for=_hidden' }).address).toBe('10.0.0.1')
  })

  it('keep the port that the host names', () => {
    expect(origin({ 'x-forwarded-host': 'a.test:1', 'x-forwarded-port': '2' }).host).toBe('a.test:1')
  })

  it.each([
    [{ 'x-forwarded-for': 'x' }],
    [{ 'x-forwarded-for': '' }],
    [{ 'x-forwarded-for': '1.1.1.1,' }],
    [{ 'x-forwarded-for': '127.1' }],
    [{ 'x-forwarded-for': 'unknown' }],
    [{ 'x-forwarded-proto': 'ftp' }],
    [{ 'x-forwarded-proto': '' }],
    [{ 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https, http' }],
    [{ 'x-forwarded-host': 'a, b' }],
    [{ 'x-forwarded-port': '0' }],
    [{ 'x-forwarded-port': '8o' }],
    [{ 'x-forwarded-port': '443', 'x-forwarded-host': 'a/b' }],
    [{ forwarded: '' }],
    [{ forwarded: 'for' }],
    [{ forwarded: 'for=x' }],
    [{ forwarded: 'for=1.1.1.1;for=2.2.2.2' }],
    [{ forwarded: 'for=1.1.1.1;' }],
    [{ forwarded: 'for=1.1.1.1,' }],
    [{ forwarded: 'for="1.1.1.1' }],
    [{ forwarded: 'for=[::1]' }],
    [{ forwarded: 'proto=ftp' }],
    [{ forwarded: '=a' }],
    [{ forwarded: 'for=1.1.1.1', 'x-forwarded-for': '1.1.1.1' }],
    [{ forwarded: 'for=1.1.1.1', 'x-forwarded-proto': 'https' }],
  ])('that are malformed or contradict are refused: %j', (headers) => {
    expect(() => origin(headers as Record<string, string>)).toThrow(expect.objectContaining({ status: 400 }))
  })

  it('are believed of nobody where no proxy is named, and names must be valid', () => {
    expect(trustedProxies([])).toBe(undefined)
    expect(trustedProxies(['loopback'])!('127.0.0.1')).toBe(true)
    expect(trustedProxies(['loopback'])!('::1')).toBe(true)
    expect(trustedProxies(['loopback'])!('')).toBe(false)
    expect(() => trustedProxies(['everyone'])).toThrow(/not an IP address/)
    expect(() => trustedProxies(['10.0.0.0/40'])).toThrow(/not an IP address/)
  })
})
