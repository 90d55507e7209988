import { expect, test } from 'vitest'
import { get, post, rawExchange } from './raw.ts'
import { serveSample } from './serve.ts'

const sample = serveSample()

test('a field the response does not declare never leaves the process, at any depth', async () => {
  const { text, body } = await rawExchange(sample.port, post('/things', '{"name":"mug"}'))
  expect(JSON.parse(body)).toEqual({ id: 1, name: 'mug', nested: { shown: 'yes' } })
  expect(text).not.toMatch(/passwordHash|hidden|keys/)
})

test('a value that does not fit its declaration is a 500 without the value', async () => {
  const { statuses, text } = await rawExchange(sample.port, get('/fail/response'))
  expect(statuses).toEqual([500])
  expect(text).not.toContain('hidden_table')
})
