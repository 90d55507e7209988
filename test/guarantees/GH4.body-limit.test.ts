import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { beforeEach, expect, test } from 'vitest'
import { get, post, rawExchange } from './raw.ts'
import { serveSample } from './serve.ts'

const sample = serveSample()
const LIMIT_BYTES = 1_048_576
const tooLong = `{"x":"${'a'.repeat(LIMIT_BYTES)}"}`
const bomb = Buffer.alloc(50_000_000, 0x20)

beforeEach(() => void (sample.trace.ran.length = 0))

function chunked(target: string, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const head = get(target, { 'content-type': 'application/json', 'transfer-encoding': 'chunked', ...headers }, 'POST')
  return `${head}${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`
}

test.each<[string, string | Buffer, number]>([
  ['announced', post('/any', tooLong), 413],
  ['in chunks', chunked('/any', tooLong), 413],
  ['to a handler that ignores it', post('/ignore', tooLong), 413],
  ['in chunks to a handler that ignores it', chunked('/ignore', tooLong), 413],
  [
    'as a form',
    post('/form', `name=${'a'.repeat(LIMIT_BYTES)}`, { 'content-type': 'application/x-www-form-urlencoded' }),
    413,
  ],
  ['gzipped', post('/any', gzipSync(bomb), { 'content-encoding': 'gzip' }), 413],
  ['deflated', post('/any', deflateSync(bomb), { 'content-encoding': 'deflate' }), 413],
  ['compressed with brotli', post('/any', brotliCompressSync(bomb), { 'content-encoding': 'br' }), 413],
  ['gzipped to a handler that ignores it', post('/ignore', gzipSync(bomb), { 'content-encoding': 'gzip' }), 413],
])('a body over the limit, %s, is 413 and the handler is not called', async (_, request, status) => {
  const { statuses } = await rawExchange(sample.port, request)
  expect(statuses).toEqual([status])
  expect(sample.trace.ran).toEqual([])
  await sample.canary()
})

test('a body of exactly the limit is read', async () => {
  const body = `{"x":"${'a'.repeat(LIMIT_BYTES - 8)}"}`
  expect((await rawExchange(sample.port, post('/any', body))).statuses).toEqual([200])
})

test('less than announced never reaches the handler', async () => {
  const text = `${get('/any', { 'content-type': 'application/json', 'content-length': '100' }, 'POST')}{"a":1}`
  const { statuses } = await rawExchange(sample.port, text)
  expect(statuses.every((status) => status === 408)).toBe(true)
  expect(sample.trace.ran).toEqual([])
})

test('a client that waits for 100 Continue is refused before it sends anything', async () => {
  const text = get(
    '/any',
    { 'content-type': 'application/json', 'content-length': String(LIMIT_BYTES + 1), expect: '100-continue' },
    'POST',
  )
  const { text: answer } = await rawExchange(sample.port, text)
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
})
