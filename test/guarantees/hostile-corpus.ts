import { gzipSync } from 'node:zlib'
import { get, post } from './raw.ts'

/** What a hostile client sends on one connection, and whether it goes away at once. */
export interface HostileCase {
  readonly name: string
  readonly parts: readonly (string | Buffer)[]
  readonly leaves?: boolean
}

/** As much as a body may have. */
const BODY_BYTES = 1_048_576
/** As much as a target may have. */
const TARGET_BYTES = 8_000
/** As much as a head may have, less the rest of it. */
const HEAD_BYTES = 15_000

/** `unit` as often as fits. */
const fill = (unit: string, bytes: number): string => unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)))

/** Strings on which expressions with two ways to match one character take time that grows with the square or worse. */
const STRINGS: readonly string[] = [
  'a',
  '1',
  '-',
  '.',
  ':',
  '@',
  '%20',
  ' ',
  'a.',
  'a@',
  'a-',
  '1:',
  'aaaa-',
  '2026-01-01T00:00:00.0',
  'P1D',
  'http://a',
  'http://a.',
  '1.1.1.',
  'A=',
  'a.a.a.',
]

const FORMATS = [
  'email',
  'url',
  'uuid',
  'moment',
  'date',
  'day',
  'time',
  'duration',
  'ipv4',
  'ipv6',
  'cidr',
  'base64',
  'jwt',
  'slug',
]

const json = (name: string, body: string, path = '/any'): HostileCase => ({ name, parts: [post(path, body)] })

function documents(): HostileCase[] {
  return [
    json('nested arrays', fill('[', BODY_BYTES)),
    json('nested arrays that end', fill('[', BODY_BYTES / 2) + fill(']', BODY_BYTES / 2)),
    json('nested objects', fill('{"a":', BODY_BYTES)),
    json('nested to the limit, again and again', `[${fill(`${'['.repeat(62)}${']'.repeat(62)},`, BODY_BYTES - 10)}0]`),
    json('a wide array', `{"a":[${fill('0,', BODY_BYTES - 20)}0]}`),
    json('one key half a million times', `{${fill('"a":0,', BODY_BYTES - 20)}"a":0}`),
    json('many keys', `{${Array.from({ length: 90_000 }, (_, i) => `"${i.toString(36)}":0`).join(',')}}`),
    json('keys that hash alike', `{${Array.from({ length: 60_000 }, (_, i) => `"${i * 65_536}":0`).join(',')}}`),
    json('a number of a million digits', `{"n":${fill('9', BODY_BYTES - 20)}}`),
    json('a bigint of a million digits', `{"n":${fill('9', BODY_BYTES - 20)}}`, '/count'),
    json('a bigint of a million digits in a string', `{"n":"${fill('9', BODY_BYTES - 20)}"}`, '/count'),
    json('a number with a long exponent', `{"n":1e${fill('9', BODY_BYTES - 20)}}`),
    json('a fraction of a million digits', `{"n":0.${fill('1', BODY_BYTES - 20)}}`),
    json('escapes', `{"a":"${fill('\\u0061', BODY_BYTES - 20)}"}`),
    json('lone surrogates', `{"a":"${fill('\\ud800', BODY_BYTES - 20)}"}`),
    json('colons in strings', `{"a":"${fill('\\":', BODY_BYTES - 20)}"}`),
    json('spaces', fill(' ', BODY_BYTES)),
    json('spaces before colons', `{${fill(`"a"${' '.repeat(1000)}:`, BODY_BYTES - 20)}`),
    json('prototypes', `{${fill('"__proto__":{},', BODY_BYTES - 20)}"a":0}`),
    json('wrong in half a million places', `[${fill('{},', BODY_BYTES - 20)}0]`, '/things'),
    json('not UTF-8 to the last byte', fill('\xff', BODY_BYTES)),
    { name: 'bytes that are not UTF-8', parts: [post('/any', Buffer.alloc(BODY_BYTES, 0xff))] },
    {
      name: 'a bomb',
      parts: [post('/any', gzipSync(Buffer.alloc(200_000_000, 0x20)), { 'content-encoding': 'gzip' })],
    },
  ]
}

function formats(): HostileCase[] {
  return FORMATS.flatMap((format) => [
    ...STRINGS.map((unit) => ({
      name: `${format} of ${JSON.stringify(unit)} in a body`,
      parts: [post('/formats', JSON.stringify({ [format]: `${fill(unit, BODY_BYTES - 100)}!` }))],
    })),
    {
      name: `${format} in a query, all of them`,
      parts: STRINGS.map((unit) =>
        get(`/formats?${format}=${encodeURI(fill(unit, 2_000))}!`, { connection: 'keep-alive' }),
      ).concat(get('/open')),
    },
  ])
}

function targets(): HostileCase[] {
  const target = (name: string, path: string): HostileCase => ({ name: `target: ${name}`, parts: [get(path)] })
  return [
    ...['a', '%61', '%25', '../', './', '%2e%2e/', ';', ':', '*', '%c3%a9', '%ff', '%', '\\'].map((unit) =>
      target(`parameter of ${unit}`, `/secret/${fill(unit, TARGET_BYTES)}`),
    ),
    ...['/', 'a/', '../', '%2f'].map((unit) => target(`rest of ${unit}`, `/path/${fill(unit, TARGET_BYTES)}`)),
    ...['a&', 'a=1&', '&', '=', '%', '%61&', '[', 'a[b]=1&', '+', 'list=1&'].map((unit) =>
      target(`query of ${unit}`, `/search?${fill(unit, TARGET_BYTES)}`),
    ),
    target('many keys', `/search?${Array.from({ length: 1_500 }, (_, i) => i.toString(36)).join('&')}`),
    target('too long', `/${fill('a', 14_000)}`),
    target('slashes that could be redirected', `/open${fill('/', TARGET_BYTES)}`),
  ]
}

function heads(): HostileCase[] {
  const header = (name: string, value: string, method = 'GET'): HostileCase => ({
    name: `header ${name} of ${value.slice(0, 8)}`,
    parts: [get('/fields', { [name]: value }, method)],
  })
  return [
    ...['a=1; ', ';', '=', 'a="', '%', 'a=%61; ', ' '].map((unit) => header('cookie', fill(unit, HEAD_BYTES))),
    ...['a/b,', '*/*;q=0.1,', ',', ';', 'a/b;c="', '/', ' '].map((unit) => header('accept', fill(unit, HEAD_BYTES))),
    ...[';', '; a=b', '; a="', ' ', '\\"', '/'].map((unit) =>
      header('content-type', `application/json${fill(unit, HEAD_BYTES)}x`, 'POST'),
    ),
    ...['a.', '1.', ':', '[', '-', 'a'].map((unit) => header('host', fill(unit, HEAD_BYTES))),
    ...['Bearer ', ' ', 'a,', '='].map((unit) => header('authorization', `Bearer ${fill(unit, HEAD_BYTES)}`)),
    ...['for=', ';', '"', ','].map((unit) => header('forwarded', fill(unit, HEAD_BYTES))),
    header('x-forwarded-for', fill('1,', HEAD_BYTES)),
    {
      name: 'two thousand headers',
      parts: [`GET /fields HTTP/1.1\r\nhost: localhost\r\n${fill('a:b\r\n', HEAD_BYTES)}\r\n`],
    },
    {
      name: 'one header again and again',
      parts: [`GET /fields HTTP/1.1\r\n${fill('host: localhost\r\n', HEAD_BYTES)}\r\n`],
    },
    {
      name: 'a megabyte of headers',
      parts: [`GET /fields HTTP/1.1\r\nhost: localhost\r\n${fill('x-a: b\r\n', BODY_BYTES)}`],
    },
    { name: 'a header without end', parts: [`GET /fields HTTP/1.1\r\nhost: localhost\r\nx: ${fill('a', BODY_BYTES)}`] },
  ]
}

function forms(): HostileCase[] {
  const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
  const multipart = { 'content-type': 'multipart/form-data; boundary=b' }
  const part = '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n'
  return [
    ...['a=1&', '&', '=', '%', '%61', '+', 'a&'].map((unit) => ({
      name: `form of ${unit}`,
      parts: [post('/form', fill(unit, BODY_BYTES), urlencoded)],
    })),
    ...[part, '--b\r\n', '\r\n--', '-', '\r\n', '--b--\r\n', `--b\r\n${fill('a: b\r\n', 4_000)}\r\n`].map((unit) => ({
      name: `multipart of ${JSON.stringify(unit.slice(0, 12))}`,
      parts: [post('/form', `${fill(unit, BODY_BYTES - 10)}--b--\r\n`, multipart)],
    })),
    ...['a="', ';', ' ', '\\"', 'filename*=', '=?'].map((unit) => ({
      name: `multipart with a disposition of ${unit}`,
      parts: [
        post('/form', `--b\r\ncontent-disposition: form-data; ${fill(unit, 60_000)}\r\n\r\n1\r\n--b--\r\n`, multipart),
      ],
    })),
    {
      name: 'multipart with a boundary of seventy dashes',
      parts: [
        post('/form', fill('-', BODY_BYTES), { 'content-type': `multipart/form-data; boundary=${'-'.repeat(70)}` }),
      ],
    },
  ]
}

function connections(): HostileCase[] {
  const chunks = `${'1\r\n[\r\n'.repeat(50_000)}0\r\n\r\n`
  const chunked = get('/any', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }, 'POST')
  const halves = [
    'G',
    'GET /open HTTP/1.1\r\n',
    'GET /open HTTP/1.1\r\nhost: local',
    post('/any', '{"a":1}').subarray(0, -3),
    `${chunked}5\r\n{"a`,
  ]
  return [
    ...halves.map((half, i) => ({ name: `half a request (${i})`, parts: [half] })),
    ...halves.map((half, i) => ({ name: `half a request and gone (${i})`, parts: [half], leaves: true })),
    ...['/open', '/hang', '/late', '/slow', '/large'].map((path) => ({
      name: `${path} and gone`,
      parts: [get(path)],
      leaves: true,
    })),
    { name: 'nothing', parts: [] },
    {
      name: 'a thousand requests at once',
      parts: [get('/open', { connection: 'keep-alive' }).repeat(1_000), get('/open')],
    },
    {
      name: 'a thousand requests and gone',
      parts: [get('/open', { connection: 'keep-alive' }).repeat(1_000)],
      leaves: true,
    },
    {
      name: 'garbage behind requests',
      parts: [get('/open', { connection: 'keep-alive' }).repeat(10), fill('\0\xff', 60_000)],
    },
    { name: 'chunks of one byte', parts: [chunked, chunks] },
    { name: 'chunk extensions', parts: [chunked, `1;${fill('a=b;', BODY_BYTES)}`] },
    { name: 'a chunk size without end', parts: [chunked, fill('0', BODY_BYTES)] },
    { name: 'TLS', parts: ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', fill('\x01', 512)] },
    { name: 'HTTP/2', parts: ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'] },
    { name: 'zeros', parts: [Buffer.alloc(BODY_BYTES)] },
    { name: 'empty lines', parts: [fill('\r\n', BODY_BYTES)] },
  ]
}

/** Everything a client can do to make a server slow, hang or fall, on the routes of the sample app. */
export const HOSTILE_CASES: readonly HostileCase[] = [
  ...documents(),
  ...formats(),
  ...targets(),
  ...heads(),
  ...forms(),
  ...connections(),
]
