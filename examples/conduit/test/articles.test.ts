import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MISSING_TOKEN, refusal, startApi, type TestApi } from './api.ts'

let api: TestApi
let ada: string
let bob: string
beforeAll(async () => {
  api = await startApi()
  ada = await api.register('ada')
  bob = await api.register('bob')
})
afterAll(() => api[Symbol.asyncDispose]())

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const BLANK = "can't be blank"
const NOT_FOUND = refusal(404, { article: 'not found' })
const fields = { title: 'How to train your dragon', description: 'Ever wonder how?', body: 'You have to believe' }

interface Shown {
  readonly slug: string
  readonly createdAt: string
  readonly updatedAt: string
}
const articleIn = (answer: { readonly body: unknown }): Shown => (answer.body as { article: Shown }).article

describe('creating an article', () => {
  const create = (article: unknown, token = ada) => api.call('POST /articles', { token, json: { article } })

  test('gives all there is to say about it', async () => {
    const { status, body } = await create({ ...fields, tagList: ['reactjs', 'angularjs', 'dragons', 'reactjs'] })
    expect(status).toBe(201)
    expect(body).toEqual({
      article: {
        ...fields,
        slug: 'how-to-train-your-dragon',
        tagList: ['reactjs', 'angularjs', 'dragons'],
        createdAt: expect.stringMatching(ISO_TIME) as string,
        updatedAt: expect.stringMatching(ISO_TIME) as string,
        favorited: false,
        favoritesCount: 0,
        author: { username: 'ada', bio: null, image: null, following: false },
      },
    })
  })

  test('needs a token before anything else', async () => {
    expect(await api.call('POST /articles', { json: { article: {} } })).toMatchObject(MISSING_TOKEN)
  })

  test('with a title that is taken is a conflict, whoever has it', async () => {
    expect(await create({ ...fields, title: 'How To Train Your Dragon?' }, bob)).toMatchObject(
      refusal(409, { title: 'has already been taken' }),
    )
  })

  test('at the same moment with one title succeeds once', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => create({ ...fields, title: 'Race' })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409])
  })

  test.each([
    ['Été à la plage', 'ete-a-la-plage'],
    ['Привет, мир!', 'привет-мир'],
    ["It's 100% C++", 'its-100-c'],
  ])('calls "%s" %s, and finds it so', async (title, slug) => {
    expect(await api.publish(ada, title)).toBe(slug)
    const answer = await api.call(`GET /articles/${encodeURIComponent(slug)}`)
    expect(answer).toMatchObject({ status: 200, body: { article: { title, slug } } })
  })

  test('names one that leaves nothing to call it by, and never like a path of its own', async () => {
    const [smile, wink, feed] = [
      await api.publish(ada, '😀'),
      await api.publish(ada, '😉'),
      await api.publish(ada, 'Feed'),
    ]
    expect(smile).toMatch(/^article-[0-9a-f]{8}$/)
    expect(wink).not.toBe(smile)
    expect(feed).toMatch(/^feed-[0-9a-f]{8}$/)
    expect(await api.call(`GET /articles/${feed}`)).toMatchObject({ body: { article: { title: 'Feed' } } })
  })

  test.each([
    [{}, { title: BLANK, description: BLANK, body: BLANK }],
    [{ ...fields, title: '' }, { title: BLANK }],
    [
      { ...fields, description: '', body: ' ' },
      { description: BLANK, body: BLANK },
    ],
    [{ ...fields, body: null }, { body: BLANK }],
    [{ ...fields, title: ['x'] }, { title: 'is invalid' }],
    [{ ...fields, tagList: null }, { tagList: BLANK }],
    [{ ...fields, tagList: 'x' }, { tagList: 'is invalid' }],
    [{ ...fields, tagList: ['x', ''] }, { tagList: BLANK }],
    [null, { article: BLANK }],
    [undefined, { article: BLANK }],
  ])('refuses %j', async (article, errors) => {
    expect(await create(article)).toMatchObject(refusal(422, errors))
  })
})

describe('reading an article', () => {
  test('is open to everybody', async () => {
    const slug = await api.publish(ada, 'Open')
    const answer = await api.call(`GET /articles/${slug}`)
    expect(answer).toMatchObject({ status: 200, body: { article: { slug, body: 'All of Open', favorited: false } } })
  })

  test('that does not exist is not found', async () => {
    expect(await api.call('GET /articles/nothing')).toMatchObject(NOT_FOUND)
  })
})

describe('updating an article', () => {
  const update = (slug: string, article: unknown, token = ada) =>
    api.call(`PUT /articles/${slug}`, { token, json: { article } })

  test('changes only what is sent, and when it was changed', async () => {
    const slug = await api.publish(ada, 'Before', ['a', 'b'])
    const before = articleIn(await api.call(`GET /articles/${slug}`))
    const answer = await update(slug, { body: 'With two hands' })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        article: { slug, title: 'Before', description: 'About Before', body: 'With two hands', tagList: ['a', 'b'] },
      },
    })
    const after = articleIn(answer)
    expect(after.createdAt).toBe(before.createdAt)
    expect(after.updatedAt > before.updatedAt).toBe(true)
  })

  test('with a new title moves it', async () => {
    const slug = await api.publish(ada, 'Old title')
    expect(await update(slug, { title: 'New title' })).toMatchObject({
      status: 200,
      body: { article: { slug: 'new-title', title: 'New title', body: 'All of Old title' } },
    })
    expect(await api.call('GET /articles/old-title')).toMatchObject(NOT_FOUND)
    expect(await api.call('GET /articles/new-title')).toMatchObject({ status: 200 })
  })

  test('with the title it has, or only in another case, leaves it where it is', async () => {
    const slug = await api.publish(ada, 'Stays here')
    expect(await update(slug, { title: 'STAYS HERE' })).toMatchObject({
      body: { article: { slug, title: 'STAYS HERE' } },
    })
  })

  test("with another's title numbers its address", async () => {
    await api.publish(bob, 'Popular')
    const [second, third] = [await api.publish(ada, 'Second'), await api.publish(ada, 'Third')]
    expect(await update(second, { title: 'Popular' })).toMatchObject({ body: { article: { slug: 'popular-2' } } })
    expect(await update(third, { title: 'Popular' })).toMatchObject({ body: { article: { slug: 'popular-3' } } })
    expect(await update('popular-2', { title: 'Popular' })).toMatchObject({ body: { article: { slug: 'popular-2' } } })
  })

  test('replaces the tags', async () => {
    const slug = await api.publish(ada, 'Tagged', ['one', 'two'])
    expect(await update(slug, { tagList: ['two', 'three'] })).toMatchObject({
      body: { article: { tagList: ['two', 'three'] } },
    })
    expect(await update(slug, { tagList: [] })).toMatchObject({ body: { article: { tagList: [] } } })
  })

  test('is for its author', async () => {
    const slug = await api.publish(ada, 'Mine')
    expect(await update(slug, { body: 'x' }, bob)).toMatchObject(refusal(403, { article: 'forbidden' }))
    expect(await api.call(`PUT /articles/${slug}`, { json: { article: { body: 'x' } } })).toMatchObject(MISSING_TOKEN)
    expect(await update('nothing', { body: 'x' })).toMatchObject(NOT_FOUND)
    expect(await api.call('PUT /articles/nothing', { json: {} })).toMatchObject(MISSING_TOKEN)
  })

  test.each([
    [{ title: '' }, { title: BLANK }],
    [
      { description: '', body: '' },
      { description: BLANK, body: BLANK },
    ],
    [{ body: null }, { body: BLANK }],
    [{ tagList: null }, { tagList: BLANK }],
    [null, { article: BLANK }],
  ])('refuses %j', async (article, errors) => {
    expect(await update('open', article)).toMatchObject(refusal(422, errors))
  })
})

describe('deleting an article', () => {
  test('takes its comments, favorites and tags with it', async () => {
    const slug = await api.publish(ada, 'Short-lived', ['gone'])
    await api.comment(bob, slug, 'Stay!')
    await api.call(`POST /articles/${slug}/favorite`, { token: bob })
    const deleted = await api.call(`DELETE /articles/${slug}`, { token: ada })
    expect({ status: deleted.status, body: deleted.body }).toEqual({ status: 204, body: undefined })
    expect(await api.call(`GET /articles/${slug}`)).toMatchObject(NOT_FOUND)
    expect(await api.call('GET /tags')).not.toMatchObject({
      body: { tags: expect.arrayContaining(['gone']) as string[] },
    })
  })

  test('is for its author', async () => {
    const slug = await api.publish(ada, 'Protected')
    expect(await api.call(`DELETE /articles/${slug}`, { token: bob })).toMatchObject(
      refusal(403, { article: 'forbidden' }),
    )
    expect(await api.call(`DELETE /articles/${slug}`)).toMatchObject(MISSING_TOKEN)
    expect(await api.call('DELETE /articles/nothing', { token: ada })).toMatchObject(NOT_FOUND)
  })
})
