import { afterAll, beforeAll, expect, test } from 'vitest'
import { MISSING_TOKEN, refusal, startApi, type TestApi } from './api.ts'

let api: TestApi
let ada: string
let bob: string
let slug: string
beforeAll(async () => {
  api = await startApi()
  ada = await api.register('ada')
  bob = await api.register('bob')
  slug = await api.publish(ada, 'Liked')
})
afterAll(() => api[Symbol.asyncDispose]())

const shown = (favorited: boolean, favoritesCount: number): object => ({
  status: 200,
  body: { article: { slug: 'liked', body: 'All of Liked', favorited, favoritesCount, author: { username: 'ada' } } },
})

test('a favorite is counted once for each user, and seen as such by that user alone', async () => {
  expect(await api.call(`POST /articles/${slug}/favorite`, { token: bob })).toMatchObject(shown(true, 1))
  expect(await api.call(`POST /articles/${slug}/favorite`, { token: bob })).toMatchObject(shown(true, 1))
  expect(await api.call(`POST /articles/${slug}/favorite`, { token: ada })).toMatchObject(shown(true, 2))
  expect(await api.call(`GET /articles/${slug}`)).toMatchObject(shown(false, 2))
})

test('a favorite ends, and can end twice', async () => {
  expect(await api.call(`DELETE /articles/${slug}/favorite`, { token: bob })).toMatchObject(shown(false, 1))
  expect(await api.call(`DELETE /articles/${slug}/favorite`, { token: bob })).toMatchObject(shown(false, 1))
  expect(await api.call(`GET /articles/${slug}`, { token: ada })).toMatchObject(shown(true, 1))
})

test.each(['POST', 'DELETE'])('%s needs a token, and an article', async (method) => {
  expect(await api.call(`${method} /articles/${slug}/favorite`)).toMatchObject(MISSING_TOKEN)
  expect(await api.call(`${method} /articles/nothing/favorite`)).toMatchObject(MISSING_TOKEN)
  expect(await api.call(`${method} /articles/nothing/favorite`, { token: ada })).toMatchObject(
    refusal(404, { article: 'not found' }),
  )
})
