import { expect, test } from 'vitest'
import { get, rawExchange } from './raw.ts'
import { serveSample } from './serve.ts'

const sample = serveSample()
const EVIL = [
  'a\r\nx-injected: 1',
  'a\nx-injected: 1',
  'a\rx-injected: 1',
  'a\u0000b',
  'a\u2028b',
  'a\u2029b',
  'aéb',
  'a\u007fb',
]

test.each(['header', 'cookie-name', 'cookie-path'])('a %s cannot be split', async (kind) => {
  for (const value of EVIL) {
    const { statuses, text } = await rawExchange(
      sample.port,
      get(`/header?kind=${kind}&value=${encodeURIComponent(value)}`),
    )
    // NUL does not even get through the query.
    expect([400, 500]).toContain(statuses[0])
    expect(statuses).toHaveLength(1)
    expect(text).not.toMatch(/^x-injected/im)
  }
})

test('headers of a reply cannot be split', async () => {
  for (const value of EVIL) {
    const { statuses, text } = await rawExchange(sample.port, get(`/reply-header?value=${encodeURIComponent(value)}`))
    expect([400, 500]).toContain(statuses[0])
    expect(text).not.toMatch(/^x-injected/im)
  }
})

test('a plain value is written as it is', async () => {
  expect((await rawExchange(sample.port, get('/header?kind=header&value=plain%20text'))).text).toMatch(
    /x-echo: plain text\r\n/i,
  )
})
