import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusal, startApi, type TestApi } from './api.ts'

let api: TestApi
let ada: string
beforeAll(async () => {
  api = await startApi()
  ada = await api.register('ada')
})
afterAll(() => api[Symbol.asyncDispose]())

const json = { 'content-type': 'application/json' }

test('a path nobody knows is not found', async () => {
  expect(await api.call('GET /nothing')).toMatchObject(refusal(404, { path: 'not found' }))
})

test('a known path refuses other methods, and says which it knows', async () => {
  const answer = await api.call('DELETE /tags')
  expect(answer).toMatchObject(refusal(405, { method: 'not allowed' }))
  expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
})

test('a body that is not JSON is not valid', async () => {
  for (const body of ['{', '{"user": }', '{"user":{},"user":{}}'])
    expect(await api.call('POST /users', { body, headers: json })).toMatchObject(
      refusal(422, { body: 'is not valid JSON' }),
    )
})

test('a body of another kind, or too large, is refused', async () => {
  const headers = { 'content-type': 'text/plain' }
  expect(await api.call('POST /users', { body: 'x', headers })).toMatchObject(
    refusal(415, { body: 'must be application/json' }),
  )
  const large = JSON.stringify({ user: { bio: 'x'.repeat(2 ** 20) } })
  expect(await api.call('POST /users', { body: large, headers: json })).toMatchObject(
    refusal(413, { body: 'is too large' }),
  )
})

test('a text the database cannot store is not valid', async () => {
  const article = { title: 'x', description: 'x', body: 'a\0b' }
  expect(await api.call('POST /articles', { token: ada, json: { article } })).toMatchObject(
    refusal(422, { body: 'holds a character that cannot be stored' }),
  )
})

test('every error says where to look it up', async () => {
  const { headers } = await api.call('GET /nothing')
  expect(headers.get('content-type')).toMatch(/^application\/json/)
  expect(headers.get('x-request-id')).toMatch(/./)
})
