import { expect, test } from 'vitest'
import { get, post, rawExchange } from './raw.ts'
import { serveSample } from './serve.ts'

const sample = serveSample()

test('a field nobody declared does not reach the handler', async () => {
  sample.trace.ran.length = 0
  const { statuses } = await rawExchange(sample.port, post('/things', '{"name":"mug","role":"admin","id":7}'))
  expect(statuses).toEqual([201])
  expect(sample.trace.ran).toContain('keys name')
})

test('a query value is never turned into a list or an object', async () => {
  const repeated = await rawExchange(sample.port, get('/search?a=1&a=2'))
  expect(repeated.statuses).toEqual([422])
  const nested = await rawExchange(sample.port, get('/search?a[b]=1'))
  expect(nested.statuses).toEqual([422])
  const plain = await rawExchange(sample.port, get('/search?a=1&other=2&list=x&list=y'))
  expect(JSON.parse(plain.body)).toEqual({ type: 'string', keys: ['a', 'list'] })
})

test('names of Object.prototype are names like any other', async () => {
  const { statuses, body } = await rawExchange(sample.port, get('/search?a=1&__proto__=x&constructor=y&toString=z'))
  expect(statuses).toEqual([200])
  expect(JSON.parse(body)).toEqual({ type: 'string', keys: ['a', 'list'] })
})

test('what is not valid is refused, all of it at once, before the handler', async () => {
  sample.trace.ran.length = 0
  const { statuses, body } = await rawExchange(sample.port, post('/things', '{"name":1,"size":"big"}'))
  expect(statuses).toEqual([422])
  const { errors } = JSON.parse(body) as { errors: { in: string; pointer: string; code: string }[] }
  expect(errors.map(({ in: part, pointer, code }) => `${part} ${pointer} ${code}`)).toEqual([
    'body /name string_type',
    'body /size int_type',
  ])
  expect(sample.trace.ran).toEqual([])
})
