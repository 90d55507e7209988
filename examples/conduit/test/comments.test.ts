import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INVALID_TOKEN, MISSING_TOKEN, refusal, startApi, type TestApi } from './api.ts'

let api: TestApi
let ada: string
let bob: string
let slug: string
beforeAll(async () => {
  api = await startApi()
  ada = await api.register('ada')
  bob = await api.register('bob')
  slug = await api.publish(ada, 'Discussed')
})
afterAll(() => api[Symbol.asyncDispose]())

const NO_ARTICLE = refusal(404, { article: 'not found' })
const NO_COMMENT = refusal(404, { comment: 'not found' })

describe('commenting', () => {
  test('gives the comment', async () => {
    const answer = await api.call(`POST /articles/${slug}/comments`, {
      token: bob,
      json: { comment: { body: 'His name was my name too.' } },
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toEqual({
      comment: {
        id: expect.any(Number) as number,
        createdAt: expect.stringMatching(/\.\d{3}Z$/) as string,
        updatedAt: expect.stringMatching(/\.\d{3}Z$/) as string,
        body: 'His name was my name too.',
        author: { username: 'bob', bio: null, image: null, following: false },
      },
    })
  })

  test('needs a token, an article and something to say, in this order', async () => {
    const json = { comment: { body: 'x' } }
    expect(await api.call(`POST /articles/${slug}/comments`, { json: {} })).toMatchObject(MISSING_TOKEN)
    expect(await api.call('POST /articles/nothing/comments', { token: bob, json })).toMatchObject(NO_ARTICLE)
    for (const body of ['', ' ', null, undefined])
      expect(
        await api.call(`POST /articles/${slug}/comments`, { token: bob, json: { comment: { body } } }),
      ).toMatchObject(refusal(422, { body: "can't be blank" }))
    expect(await api.call(`POST /articles/${slug}/comments`, { token: bob, json: {} })).toMatchObject(
      refusal(422, { comment: "can't be blank" }),
    )
  })
})

describe('the comments on an article', () => {
  test('are listed to everybody, the newest first', async () => {
    const other = await api.publish(ada, 'Busy')
    const ids = [await api.comment(bob, other, 'one'), await api.comment(ada, other, 'two')]
    await api.call('POST /profiles/bob/follow', { token: ada })
    const listed = await api.call(`GET /articles/${other}/comments`, { token: ada })
    expect(listed).toMatchObject({
      status: 200,
      body: {
        comments: [
          { id: ids[1], body: 'two', author: { username: 'ada', following: false } },
          { id: ids[0], body: 'one', author: { username: 'bob', following: true } },
        ],
      },
    })
    const { body } = await api.call(`GET /articles/${other}/comments`)
    expect(body).toMatchObject({ comments: [{ body: 'two' }, { body: 'one', author: { following: false } }] })
  })

  test('are none at first, and not there without the article', async () => {
    const quiet = await api.publish(ada, 'Quiet')
    expect((await api.call(`GET /articles/${quiet}/comments`)).body).toEqual({ comments: [] })
    expect(await api.call('GET /articles/nothing/comments')).toMatchObject(NO_ARTICLE)
    expect(await api.call(`GET /articles/${quiet}/comments`, { token: 'x' })).toMatchObject(INVALID_TOKEN)
  })
})

describe('deleting a comment', () => {
  test('is for who wrote it', async () => {
    const id = await api.comment(bob, slug, 'Mine')
    expect(await api.call(`DELETE /articles/${slug}/comments/${id}`)).toMatchObject(MISSING_TOKEN)
    expect(await api.call(`DELETE /articles/${slug}/comments/${id}`, { token: ada })).toMatchObject(
      refusal(403, { comment: 'forbidden' }),
    )
    const deleted = await api.call(`DELETE /articles/${slug}/comments/${id}`, { token: bob })
    expect({ status: deleted.status, body: deleted.body }).toEqual({ status: 204, body: undefined })
    expect(await api.call(`DELETE /articles/${slug}/comments/${id}`, { token: bob })).toMatchObject(NO_COMMENT)
  })

  test('finds it only on its own article', async () => {
    const id = await api.comment(bob, slug, 'Here')
    const elsewhere = await api.publish(ada, 'Elsewhere')
    expect(await api.call(`DELETE /articles/${elsewhere}/comments/${id}`, { token: bob })).toMatchObject(NO_COMMENT)
    expect(await api.call(`DELETE /articles/nothing/comments/${id}`, { token: bob })).toMatchObject(NO_ARTICLE)
  })

  test.each(['999999999', '9007199254740991', '-1', '0'])('knows none with the id %s', async (id) => {
    expect(await api.call(`DELETE /articles/${slug}/comments/${id}`, { token: bob })).toMatchObject(NO_COMMENT)
  })

  test.each(['abc', '1.5', '99999999999999999999'])('refuses the id %s', async (id) => {
    expect(await api.call(`DELETE /articles/${slug}/comments/${id}`, { token: bob })).toMatchObject(
      refusal(422, { id: 'is invalid' }),
    )
  })
})
