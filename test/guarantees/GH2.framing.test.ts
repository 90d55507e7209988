import { expect, test } from 'vitest'
import { rawExchange } from './raw.ts'
import { serveSample } from './serve.ts'

const sample = serveSample()

const CHUNKED = '7\r\n{"a":1}\r\n0\r\n\r\n'
const SMUGGLED = 'GET /open HTTP/1.1\r\nhost: localhost\r\n\r\n'

function request(lines: readonly string[], body = ''): string {
  return `POST /any HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`
}

const HOST = 'host: localhost'
const JSON_TYPE = 'content-type: application/json'

/** Ways to leave unclear where a request ends or what it asks, each with what would be a second request behind it. */
function ambiguous(): [string, string][] {
  const cases: [string, string][] = []
  const add = (name: string, text: string): void => void cases.push([name, text])
  for (const value of [
    'gzip, chunked',
    'chunked, gzip',
    'gzip',
    'identity',
    'chunked, chunked',
    'xchunked',
    'chunkedx',
    'chunked;q=1',
    '"chunked"',
    'chunked,',
    ',chunked',
    'chunked identity',
    '\x0bchunked',
    'chunked\x0b',
  ]) {
    add(
      `transfer-encoding ${JSON.stringify(value)}`,
      request([HOST, JSON_TYPE, `transfer-encoding: ${value}`], CHUNKED + SMUGGLED),
    )
  }
  for (const value of ['chunked', 'Chunked', 'CHUNKED']) {
    for (const length of ['7', '0', '30']) {
      add(
        `transfer-encoding ${value} and content-length ${length}`,
        request([HOST, JSON_TYPE, `transfer-encoding: ${value}`, `content-length: ${length}`], CHUNKED + SMUGGLED),
      )
      add(
        `content-length ${length} and transfer-encoding ${value}`,
        request([HOST, JSON_TYPE, `content-length: ${length}`, `transfer-encoding: ${value}`], CHUNKED + SMUGGLED),
      )
    }
  }
  for (const value of [
    '01',
    '+7',
    '-7',
    '7 ',
    ' 7 7',
    '0x7',
    '7.0',
    '7,7',
    '7, 7',
    '1e1',
    '',
    ' ',
    'seven',
    '7;',
    '٧',
    '99999999999999999999',
    '18446744073709551623',
  ]) {
    if (value === '7 ') continue
    add(
      `content-length ${JSON.stringify(value)}`,
      request([HOST, JSON_TYPE, `content-length: ${value}`], `{"a":1}${SMUGGLED}`),
    )
  }
  for (const [first, second] of [
    ['7', '7'],
    ['7', '8'],
    ['0', '7'],
    ['7', '0'],
  ]) {
    add(
      `content-length twice, ${first} and ${second}`,
      request([HOST, JSON_TYPE, `content-length: ${first}`, `content-length: ${second}`], `{"a":1}${SMUGGLED}`),
    )
  }
  add(
    'transfer-encoding twice',
    request([HOST, JSON_TYPE, 'transfer-encoding: chunked', 'transfer-encoding: chunked'], CHUNKED + SMUGGLED),
  )
  add(
    'transfer-encoding twice, one identity',
    request([HOST, JSON_TYPE, 'transfer-encoding: chunked', 'transfer-encoding: identity'], CHUNKED + SMUGGLED),
  )
  add(
    'transfer-encoding on HTTP/1.0',
    request([HOST, JSON_TYPE, 'transfer-encoding: chunked'], CHUNKED + SMUGGLED).replace('HTTP/1.1', 'HTTP/1.0'),
  )
  for (const name of [
    'transfer-encoding ',
    'transfer_encoding\t',
    ' transfer-encoding',
    'transfer-encoding\x00',
    'content-length ',
    'content length',
    'host ',
    '',
    '\x7f',
    'x@',
    'x(',
    'é',
  ]) {
    add(`the header name ${JSON.stringify(name)}`, request([HOST, JSON_TYPE, `${name}: 7`], `{"a":1}${SMUGGLED}`))
  }
  for (const chunk of [
    'g\r\n{"a":1}\r\n0\r\n\r\n',
    '-7\r\n{"a":1}\r\n0\r\n\r\n',
    '+7\r\n{"a":1}\r\n0\r\n\r\n',
    '0x7\r\n{"a":1}\r\n0\r\n\r\n',
    ' 7\r\n{"a":1}\r\n0\r\n\r\n',
    '7\n{"a":1}\n0\n\n',
    '7\r{"a":1}\r\n0\r\n\r\n',
    '7\r\n{"a":1}0\r\n\r\n',
    '7\r\n{"a":1}xx0\r\n\r\n',
    'ffffffffffffffff1\r\n{"a":1}\r\n0\r\n\r\n',
    '\r\n{"a":1}\r\n0\r\n\r\n',
    '7\x00\r\n{"a":1}\r\n0\r\n\r\n',
    '7;\nx\r\n{"a":1}\r\n0\r\n\r\n',
    '7\r\n{"a":1}\r\n0\r\nx y: z\r\n\r\n',
    '7\r\n{"a":1}\r\n0\r\n: z\r\n\r\n',
    '6\r\n{"a":1}\r\n0\r\n\r\n',
  ]) {
    add(
      `the chunk ${JSON.stringify(chunk).slice(0, 30)}`,
      request([HOST, JSON_TYPE, 'transfer-encoding: chunked'], chunk + SMUGGLED),
    )
  }
  for (const line of [
    'GET\t/open HTTP/1.1',
    'GET /open HTTP/2.0',
    'GET /open HTTP/1.2',
    'GET /open HTTP/0.9',
    'GET /open HTTP/1.1 x',
    'GET /open http/1.1',
    'GET /open HTTPS/1.1',
    'GET /open',
    'GET',
    ' GET /open HTTP/1.1',
    'G@T /open HTTP/1.1',
    'get /open HTTP/1.1',
    'GET /open HTTP/11',
    'GET /open HTTP/1.1\x00',
    'GET /op en HTTP/1.1',
    'GET http://localhost /open HTTP/1.1',
    'GET /open\x0b HTTP/1.1',
    'PRI * HTTP/2.0',
  ]) {
    add(`the request line ${JSON.stringify(line)}`, `${line}\r\n${HOST}\r\n\r\n${SMUGGLED}`)
  }
  for (const target of [
    'open',
    '//open',
    '/open#x',
    '/open\\x',
    '/open%00',
    '/open%2fx',
    '/open%5cx',
    '/%c0%ae/open',
    '/open%0d%0a',
    '/open/../open',
    '/./open',
    '/%2e%2e/open',
    '/open%',
    '/open%2',
    '/open%zz',
    '/open%ff',
    'localhost:80',
    'http://other.example/open',
    'http://localhost@other/open',
    'ftp://localhost/open',
    '*',
    '/open/%2e',
    'http:///open',
    'http://localhost\\open',
    '/\x80open',
  ]) {
    add(`the target ${JSON.stringify(target)}`, `GET ${target} HTTP/1.1\r\n${HOST}\r\n\r\n${SMUGGLED}`)
  }
  for (const text of [
    `GET /open HTTP/1.1\n${HOST}\n\n`,
    `GET /open HTTP/1.1\r${HOST}\r\r`,
    `GET /open HTTP/1.1\r\n${HOST}\r\n continued: x\r\n\r\n`,
    `GET /open HTTP/1.1\r\n${HOST}\r\nx: a\r\n\tb\r\n\r\n`,
    `GET /open HTTP/1.1\r\n${HOST}\r\nx: a\x00b\r\n\r\n`,
    `GET /open HTTP/1.1\r\n${HOST}\r\nx: a\rb\r\n\r\n`,
    `GET /open HTTP/1.1\r\n${HOST}\r\nx\r\n\r\n`,
    `GET /open HTTP/1.1\r\n ${HOST}\r\n\r\n`,
  ]) {
    add(`the head ${JSON.stringify(text)}`, text + SMUGGLED)
  }
  return cases
}

const cases = ambiguous()

test('the corpus has at least 100 cases', () => {
  expect(cases.length).toBeGreaterThanOrEqual(100)
})

test.each(cases)('%s is refused once, and the connection closed', async (_, text) => {
  sample.trace.ran.length = 0
  const { statuses } = await rawExchange(sample.port, text)
  expect(statuses.length).toBeLessThanOrEqual(1)
  for (const status of statuses) expect([400, 413, 414, 417, 421, 431, 501, 505]).toContain(status)
  expect(sample.trace.ran).toEqual([])
  await sample.canary()
})
