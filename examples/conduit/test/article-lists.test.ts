import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INVALID_TOKEN, MISSING_TOKEN, refusal, startApi, type Answer, type TestApi } from './api.ts'

let api: TestApi
let ada: string
let bob: string
let eve: string
beforeAll(async () => {
  api = await startApi()
  ada = await api.register('ada')
  bob = await api.register('bob')
  eve = await api.register('eve')
  for (let n = 1; n <= 22; n++)
    await api.publish(n % 2 === 0 ? ada : bob, `Number ${n}`, n > 20 ? ['late', `n${n}`] : ['early'])
  await api.call('POST /articles/number-3/favorite', { token: eve })
  await api.call('POST /articles/number-22/favorite', { token: eve })
  await api.call('POST /articles/number-22/favorite', { token: bob })
})
afterAll(() => api[Symbol.asyncDispose]())

interface List {
  readonly articles: readonly { readonly slug: string }[]
  readonly articlesCount: number
}

function listIn({ status, body }: Answer): { slugs: string[]; count: number } {
  expect(status).toBe(200)
  const { articles, articlesCount } = body as List
  return { slugs: articles.map(({ slug }) => slug.replace('number-', '')), count: articlesCount }
}

const list = async (query = '', token?: string) =>
  listIn(await api.call(`GET /articles${query}`, token === undefined ? {} : { token }))

describe('a list of articles', () => {
  test('has the newest twenty first, and says how many there are', async () => {
    const { slugs, count } = await list()
    expect(slugs).toEqual(Array.from({ length: 20 }, (_, index) => String(22 - index)))
    expect(count).toBe(22)
  })

  test('shows everything about an article but its body', async () => {
    const { body } = await api.call('GET /articles?limit=1', { token: bob })
    expect(body).toEqual({
      articles: [
        {
          slug: 'number-22',
          title: 'Number 22',
          description: 'About Number 22',
          tagList: ['late', 'n22'],
          createdAt: expect.any(String) as string,
          updatedAt: expect.any(String) as string,
          favorited: true,
          favoritesCount: 2,
          author: { username: 'ada', bio: null, image: null, following: false },
        },
      ],
      articlesCount: 22,
    })
  })

  test('is cut by limit and offset, and counts all the same', async () => {
    expect(await list('?limit=2')).toEqual({ slugs: ['22', '21'], count: 22 })
    expect(await list('?limit=2&offset=3')).toEqual({ slugs: ['19', '18'], count: 22 })
    expect(await list('?offset=21')).toEqual({ slugs: ['1'], count: 22 })
    expect(await list('?offset=100')).toEqual({ slugs: [], count: 22 })
    expect((await list('?limit=100000')).slugs).toHaveLength(22)
  })

  test.each([
    ['limit=0', { limit: 'must be at least 1' }],
    ['limit=-1', { limit: 'must be at least 1' }],
    ['limit=x', { limit: 'must be a whole number' }],
    ['limit=', { limit: 'must be a whole number' }],
    ['limit=1.5', { limit: 'must be a whole number' }],
    ['offset=-1', { offset: 'must be at least 0' }],
    ['offset=x', { offset: 'must be a whole number' }],
    ['limit=x&offset=x', { limit: 'must be a whole number', offset: 'must be a whole number' }],
  ])('refuses ?%s', async (query, errors) => {
    expect(await api.call(`GET /articles?${query}`)).toMatchObject(refusal(422, errors))
    expect(await api.call(`GET /articles/feed?${query}`, { token: ada })).toMatchObject(refusal(422, errors))
  })

  test('is filtered by tag, author and whose favorite it is, all together', async () => {
    expect(await list('?tag=late')).toEqual({ slugs: ['22', '21'], count: 2 })
    expect(await list('?author=bob&limit=2')).toEqual({ slugs: ['21', '19'], count: 11 })
    expect(await list('?favorited=eve')).toEqual({ slugs: ['22', '3'], count: 2 })
    expect(await list('?tag=late&author=ada&favorited=eve')).toEqual({ slugs: ['22'], count: 1 })
    expect(await list('?tag=early&favorited=bob')).toEqual({ slugs: [], count: 0 })
  })

  test.each(['tag=none', 'author=nobody', 'favorited=nobody', 'tag='])('is empty for ?%s', async (query) => {
    expect(await list(`?${query}`)).toEqual({ slugs: [], count: 0 })
  })

  test('is open without a token, and refused to one that is not valid', async () => {
    expect(await api.call('GET /articles', { token: 'x' })).toMatchObject(INVALID_TOKEN)
  })
})

describe('the feed', () => {
  test('needs a token', async () => {
    expect(await api.call('GET /articles/feed')).toMatchObject(MISSING_TOKEN)
    expect(await api.call('GET /articles/feed?limit=0')).toMatchObject(MISSING_TOKEN)
  })

  test('has the articles of those one follows, the newest first', async () => {
    const feed = async (query = '') => listIn(await api.call(`GET /articles/feed${query}`, { token: eve }))
    expect(await feed()).toEqual({ slugs: [], count: 0 })
    await api.call('POST /profiles/bob/follow', { token: eve })
    expect(await feed('?limit=2&offset=1')).toEqual({ slugs: ['19', '17'], count: 11 })
    const { body } = await api.call('GET /articles/feed?limit=1', { token: eve })
    expect(body).toMatchObject({ articles: [{ author: { username: 'bob', following: true } }] })
    expect((body as { articles: object[] }).articles[0]).not.toHaveProperty('body')
    await api.call('DELETE /profiles/bob/follow', { token: eve })
    expect(await feed()).toEqual({ slugs: [], count: 0 })
  })
})
