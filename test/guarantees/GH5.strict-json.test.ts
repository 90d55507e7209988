import { afterAll, expect, test } from 'vitest'
import { post, rawExchange } from './raw.ts'
import { serveSample } from './serve.ts'

const sample = serveSample()
const before = Object.getOwnPropertyNames(Object.prototype).sort()

afterAll(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test.each<[string, string | Uint8Array, RegExp]>([
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /UTF-8/i],
  ['an overlong encoding', Buffer.from([0x7b, 0x22, 0xc0, 0xae, 0x22, 0x3a, 0x31, 0x7d]), /UTF-8/i],
  ['65 levels', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, /deep|levels|depth/i],
  ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /deep|levels|depth/i],
  ['__proto__', '{"__proto__":{"polluted":1}}', /__proto__/],
  ['__proto__ written with an escape', String.raw`{"\u005f_proto__":{"polluted":1}}`, /__proto__/],
  ['__proto__ further down', '{"a":{"__proto__":{"polluted":1}}}', /"\/a/],
  ['constructor.prototype', '{"constructor":{"prototype":{"polluted":1}}}', /constructor/],
  ['a key twice', '{"a":1,"a":2}', /"\/a"/],
  ['a key twice, once escaped', String.raw`{"a":1,"\u0061":2}`, /"\/a"/],
  ['a number beyond the range of doubles', '{"a":1e400}', /"\/a"/],
  ['an integer beyond 2^53', '{"a":9007199254740993}', /"\/a"/],
  ['a negative integer beyond 2^53', '{"a":[-9007199254740993]}', /"\/a\/0"/],
  ['NaN', '{"a":NaN}', /./],
  ['a comment', '{"a":1 /* x */}', /./],
  ['a trailing comma', '{"a":1,}', /./],
  ['single quotes', "{'a':1}", /./],
  ['two documents', '{"a":1}{"a":1}', /./],
  ['nothing', ' ', /./],
])('%s is refused with 400, and says where', async (_, body, says) => {
  sample.trace.ran.length = 0
  const { statuses, body: answer } = await rawExchange(sample.port, post('/any', body))
  expect(statuses).toEqual([400])
  const problem = JSON.parse(answer) as { code: string; detail: string }
  expect(problem.code).toBe('json_invalid')
  expect(problem.detail).toMatch(says)
  expect(sample.trace.ran).toEqual([])
})

test('64 levels and the largest integers are accepted', async () => {
  const body = `{"a":${'['.repeat(63)}${']'.repeat(63)},"b":9007199254740991,"c":-9007199254740991}`
  expect((await rawExchange(sample.port, post('/any', body))).statuses).toEqual([200])
})

test('an integer of any size is exact where the schema is bigint', async () => {
  const { statuses, body } = await rawExchange(sample.port, post('/count', '{"n":123456789012345678901234567890}'))
  expect(statuses).toEqual([200])
  expect(JSON.parse(body)).toEqual({ n: '123456789012345678901234567890' })
})
