import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INVALID_TOKEN, MISSING_TOKEN, refusal, startApi, type TestApi } from './api.ts'

let api: TestApi
let ada: string
beforeAll(async () => {
  api = await startApi()
  ada = await api.register('ada')
  await api.register('bob')
})
afterAll(() => api[Symbol.asyncDispose]())

const bob = (following: boolean): object => ({
  status: 200,
  body: { profile: { username: 'bob', bio: null, image: null, following } },
})
const NOT_FOUND = refusal(404, { profile: 'not found' })

describe('a profile', () => {
  test('is open to everybody, and nobody follows it unknown', async () => {
    expect(await api.call('GET /profiles/bob')).toMatchObject(bob(false))
    expect((await api.call('GET /profiles/bob')).body).toEqual({
      profile: { username: 'bob', bio: null, image: null, following: false },
    })
  })

  test('is refused to a token that is not valid', async () => {
    expect(await api.call('GET /profiles/bob', { token: 'x' })).toMatchObject(INVALID_TOKEN)
  })

  test('that does not exist is not found', async () => {
    expect(await api.call('GET /profiles/nobody')).toMatchObject(NOT_FOUND)
    expect(await api.call('POST /profiles/nobody/follow', { token: ada })).toMatchObject(NOT_FOUND)
    expect(await api.call('DELETE /profiles/nobody/follow', { token: ada })).toMatchObject(NOT_FOUND)
  })
})

describe('following', () => {
  test('needs a token', async () => {
    expect(await api.call('POST /profiles/bob/follow')).toMatchObject(MISSING_TOKEN)
    expect(await api.call('DELETE /profiles/bob/follow')).toMatchObject(MISSING_TOKEN)
    expect(await api.call('POST /profiles/nobody/follow')).toMatchObject(MISSING_TOKEN)
  })

  test('is seen by the follower alone, and can be said twice', async () => {
    expect(await api.call('POST /profiles/bob/follow', { token: ada })).toMatchObject(bob(true))
    expect(await api.call('POST /profiles/bob/follow', { token: ada })).toMatchObject(bob(true))
    expect(await api.call('GET /profiles/bob', { token: ada })).toMatchObject(bob(true))
    expect(await api.call('GET /profiles/bob')).toMatchObject(bob(false))
    const eve = await api.register('eve')
    expect(await api.call('GET /profiles/bob', { token: eve })).toMatchObject(bob(false))
  })

  test('ends, and can end twice', async () => {
    expect(await api.call('DELETE /profiles/bob/follow', { token: ada })).toMatchObject(bob(false))
    expect(await api.call('DELETE /profiles/bob/follow', { token: ada })).toMatchObject(bob(false))
    expect(await api.call('GET /profiles/bob', { token: ada })).toMatchObject(bob(false))
  })
})
