import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bodyOf, startRawServer, statusesOf, type RawServer } from './raw-server.fixture.ts'

let server: RawServer
beforeAll(async () => {
  server = await startRawServer({ limits: { headerCount: 20, targetBytes: 1_024 } })
})
afterAll(() => server.close())

const CLOSE = 'Connection: close\r\n'
const request = (lines: string, { start = 'GET / HTTP/1.1', host = 'Host: a.test\r\n', body = '' } = {}) =>
  `${start}\r\n${host}${CLOSE}${lines}\r\n${body}`
const post = (lines: string, body = '') => request(lines, { start: 'POST / HTTP/1.1', body })
const CHUNKED = '1\r\nx\r\n0\r\n\r\n'

describe('a request head', () => {
  it('is parsed once into what everything reads', async () => {
    const received = await server.send(
      request('', { start: 'GET /%61/b%20c?x=1 HTTP/1.1', host: 'Host: A.test:80\r\n' }),
    )
    expect(bodyOf(received)).toEqual({
      method: 'GET',
      path: '/a/b%20c',
      search: 'x=1',
      protocol: 'http',
      host: 'a.test',
      address: '127.0.0.1',
      body: '',
    })
  })

  it.each([
    ['a chunked body', post('Transfer-Encoding: Chunked\r\n', CHUNKED), 'x'],
    ['a body of announced length', post('Content-Length: 1\r\n', 'x'), 'x'],
    ['no body', post('Content-Length: 0\r\n'), ''],
    ['HTTP/1.0 with a Host', request('Content-Length: 1\r\n', { start: 'POST / HTTP/1.0', body: 'x' }), 'x'],
    ['an absolute target of the same host', request('', { start: 'GET http://A.test/ HTTP/1.1' }), ''],
    ['repeated list headers', request('Accept: a/b\r\nAccept: c/d\r\nX-Any: 1\r\nX-Any: 2\r\n'), ''],
    [
      'an upgrade nobody serves',
      'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close, upgrade\r\nUpgrade: h2c\r\n\r\n',
      '',
    ],
    ['OPTIONS *', request('', { start: 'OPTIONS * HTTP/1.1' }), ''],
    ['Expect: 100-continue', post('Expect: 100-Continue\r\nContent-Length: 1\r\n', 'x'), 'x'],
    ['trailers', post('Transfer-Encoding: chunked\r\n', '1\r\nx\r\n0\r\nX-Trailer: Host\r\n\r\n'), 'x'],
  ])('with %s is taken', async (_what, bytes, body) => {
    const received = await server.send(bytes)
    expect(statusesOf(received).at(-1), received).toBe(200)
    expect(bodyOf(received)).toMatchObject({ body })
  })

  it.each([
    ['no Host', request('', { host: '' }), 400],
    ['no Host in HTTP/1.0', request('', { start: 'GET / HTTP/1.0', host: '' }), 400],
    ['an empty Host', request('', { host: 'Host:\r\n' }), 400],
    ['two Hosts', request('Host: a.test\r\n'), 400],
    ['two Hosts in other case', request('hOST: a.test\r\n'), 400],
    ['two Hosts in one line', request('', { host: 'Host: a.test, a.test\r\n' }), 400],
    ['a Host with user info', request('', { host: 'Host: a.test@evil.test\r\n' }), 400],
    ['a Host with a path', request('', { host: 'Host: a.test/x\r\n' }), 400],
    ['a Host not on the list', request('', { host: 'Host: evil.test\r\n' }), 421],
    ['an absolute target of another host', request('', { start: 'GET http://b.test/ HTTP/1.1' }), 400],
    ['an absolute target with user info', request('', { start: 'GET http://a.test@evil.test/ HTTP/1.1' }), 400],
    ['an authority as target', request('', { start: 'GET a.test:80 HTTP/1.1' }), 400],
    ['* for GET', request('', { start: 'GET * HTTP/1.1' }), 400],
    ['a fragment', request('', { start: 'GET /#a HTTP/1.1' }), 400],
    ['a backslash', request('', { start: 'GET /a\\..\\b HTTP/1.1' }), 400],
    ['a dot segment', request('', { start: 'GET /a/../b HTTP/1.1' }), 400],
    ['an encoded slash', request('', { start: 'GET /a%2fb HTTP/1.1' }), 400],
    ['an encoded NUL', request('', { start: 'GET /%00 HTTP/1.1' }), 400],
    ['an encoded line end', request('', { start: 'GET /%0d%0aX:y HTTP/1.1' }), 400],
    ['overlong UTF-8', request('', { start: 'GET /%c0%ae%c0%ae/ HTTP/1.1' }), 400],
    ['a raw byte over 0x7f', request('', { start: 'GET /\xe9 HTTP/1.1' }), 400],
    ['a target over the limit', request('', { start: `GET /${'a'.repeat(1_024)} HTTP/1.1` }), 414],
    ['HTTP/2.0 in text', request('', { start: 'GET / HTTP/2.0' }), 400],
    ['HTTP/0.9', 'GET /\r\n\r\n', 400],
    ['HTTP/1.2', request('', { start: 'GET / HTTP/1.2' }), 400],
    ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['CONNECT', request('', { start: 'CONNECT a.test:80 HTTP/1.1' }), 501],
    ['an unknown method', request('', { start: 'FOO / HTTP/1.1' }), 400],
    ['a lower-case method', request('', { start: 'get / HTTP/1.1' }), 400],
    ['a bare LF', 'GET / HTTP/1.1\nHost: a.test\n\n', 400],
    ['a bare CR in a value', request('X: a\rb\r\n'), 400],
    ['a NUL in a value', request('X: a\0b\r\n'), 400],
    ['a control in a value', request('X: a\x01b\r\n'), 400],
    ['a folded header', request('X: a\r\n b\r\n'), 400],
    ['a space before the colon', request('X : a\r\n'), 400],
    ['a space before the first name', 'GET / HTTP/1.1\r\n Host: a.test\r\n\r\n', 400],
    ['a line without a colon', request('abc\r\n'), 400],
    ['an empty name', request(': a\r\n'), 400],
    [
      'two Content-Types',
      post('Content-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n'),
      400,
    ],
    ['two Authorizations', request('Authorization: a\r\nauthorization: a\r\n'), 400],
    ['two Cookies', request('Cookie: a=1\r\nCookie: b=2\r\n'), 400],
    ['more headers than the limit', request('X: a\r\n'.repeat(19)), 431],
    ['more headers than Node keeps', request('a:b\r\n'.repeat(2_500)), 431],
    ['a head over the limit', request(`X: ${'a'.repeat(17_000)}\r\n`), 431],
    ['Content-Length 01', post('Content-Length: 01\r\n', 'x'), 400],
    ['Content-Length +1', post('Content-Length: +1\r\n', 'x'), 400],
    ['Content-Length -1', post('Content-Length: -1\r\n', 'x'), 400],
    ['Content-Length 0x1', post('Content-Length: 0x1\r\n', 'x'), 400],
    ['Content-Length 1, 1', post('Content-Length: 1, 1\r\n', 'x'), 400],
    ['an empty Content-Length', post('Content-Length: \r\n', 'x'), 400],
    ['Content-Length past 2^53', post('Content-Length: 9007199254740993\r\n', 'x'), 400],
    ['Content-Length past 2^64', post('Content-Length: 99999999999999999999\r\n', 'x'), 400],
    ['two Content-Lengths', post('Content-Length: 1\r\nContent-Length: 1\r\n', 'x'), 400],
    ['Content-Length and Transfer-Encoding', post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', CHUNKED), 400],
    ['Transfer-Encoding and Content-Length', post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', CHUNKED), 400],
    ['Transfer-Encoding gzip, chunked', post('Transfer-Encoding: gzip, chunked\r\n', CHUNKED), 501],
    ['Transfer-Encoding gzip', post('Transfer-Encoding: gzip\r\n', CHUNKED), 501],
    ['Transfer-Encoding xchunked', post('Transfer-Encoding: xchunked\r\n', CHUNKED), 501],
    ['Transfer-Encoding identity', post('Transfer-Encoding: identity\r\n', CHUNKED), 501],
    ['Transfer-Encoding chunked, gzip', post('Transfer-Encoding: chunked, gzip\r\n', CHUNKED), 400],
    ['Transfer-Encoding twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', CHUNKED), 400],
    [
      'Transfer-Encoding twice, once unknown',
      post('Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n', CHUNKED),
      400,
    ],
    ['an empty Transfer-Encoding', post('Transfer-Encoding: \r\n', CHUNKED), 400],
    ['a quoted Transfer-Encoding', post('Transfer-Encoding: "chunked"\r\n', CHUNKED), 501],
    ['Transfer-Encoding with a vertical tab', post('Transfer-Encoding: \vchunked\r\n', CHUNKED), 400],
    [
      'Transfer-Encoding in HTTP/1.0',
      request('Transfer-Encoding: chunked\r\n', { start: 'POST / HTTP/1.0', body: CHUNKED }),
      400,
    ],
    ['another expectation', post('Expect: something\r\nContent-Length: 0\r\n'), 417],
    ['another expectation beside the known one', post('Expect: 100-continue, x\r\nContent-Length: 0\r\n'), 417],
  ])('with %s is refused once and the connection closed', async (_what, bytes, status) => {
    const before = server.handled()
    // What a smuggler would have answered as a second request.
    const received = await server.send(bytes + 'GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n')
    expect(statusesOf(received), received).toEqual([status])
    expect(server.handled()).toBe(before)
    expect(bodyOf(received)).toMatchObject({ code: expect.any(String), detail: expect.any(String) })
  })

  it.each([
    ['a chunk size that is no number', 'zz\r\nx\r\n0\r\n\r\n'],
    ['a chunk size with 0x', '0x1\r\nx\r\n0\r\n\r\n'],
    ['a chunk size with a sign', '+1\r\nx\r\n0\r\n\r\n'],
    ['a chunk size that overflows', 'fffffffffffffffff\r\nx\r\n0\r\n\r\n'],
    ['a chunk line ended by LF', '1\nx\n0\n\n'],
    ['chunk data longer than its size', '1\r\nxy\r\n0\r\n\r\n'],
    ['a Content-Length as trailer', '1\r\nx\r\n0\r\nContent-Length: 1\r\n\r\n'],
  ])('followed by %s is refused without a second answer', async (_what, body) => {
    const before = server.handled()
    const received = await server.send(post('Transfer-Encoding: chunked\r\n', body))
    expect(statusesOf(received), received).toEqual([400])
    expect(received).toMatch(/connection: close/i)
    expect(server.handled()).toBe(before)
  })

  it('is seen whole where the limit on headers is high, none dropped in silence', async () => {
    const wide = await startRawServer({ limits: { headerCount: 4_000, headerBytes: 65_536 } })
    const received = await wide.send(`GET / HTTP/1.1\r\n${'a:b\r\n'.repeat(2_500)}Host: a.test\r\n${CLOSE}\r\n`)
    expect(statusesOf(received), received).toEqual([200])
    await wide.close()
  })

  it('that is refused leaves the server serving others', async () => {
    await server.send('\x16\x03\x01\x02\x00\x01\x00')
    expect(statusesOf(await server.send(request('')))).toEqual([200])
  })
})

describe('bytes after a request', () => {
  it('that are no request do not take the place of its answer', async () => {
    const received = await server.send('GET /first HTTP/1.1\r\nHost: a.test\r\n\r\nGARBAGE\r\n\r\n')
    expect(statusesOf(received)).toEqual([200])
    expect(bodyOf(received)).toMatchObject({ path: '/first' })
  })
})

describe('forwarded headers', () => {
  const forwarded = 'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: x.b.test\r\n'

  it('change nothing on a direct connection', async () => {
    expect(bodyOf(await server.send(request(forwarded)))).toMatchObject({
      protocol: 'http',
      host: 'a.test',
      address: '127.0.0.1',
    })
  })

  it('from a trusted proxy are the origin, on the allow-list too', async () => {
    const behind = await startRawServer({ proxies: ['loopback'] })
    const via = (lines: string) => behind.send(request(lines, { host: 'Host: internal:3000\r\n' }))
    expect(bodyOf(await via(forwarded))).toMatchObject({ protocol: 'https', host: 'x.b.test', address: '192.0.2.1' })
    expect(statusesOf(await via('X-Forwarded-Host: evil.test\r\n'))).toEqual([421])
    const badHost = await behind.send(request(forwarded, { host: 'Host: in/valid\r\n' }))
    expect(statusesOf(badHost)).toEqual([400])
    expect(statusesOf(await via('X-Forwarded-For: nonsense\r\nX-Forwarded-Host: a.test\r\n'))).toEqual([400])
    await behind.close()
  })
})
