import { afterAll, expect, test } from 'vitest'
import { accountsApp } from '../accounts.fixture.ts'
import { apiKeys } from './api-keys.ts'

const app = await accountsApp({}, { api: (auth) => ({ keys: apiKeys(auth) }) })
afterAll(() => app.stop())
const { id } = await app.register()

// A key outlives the session it was made in, and a change of the password: a session that was stolen must not be enough for one.
test('a key is made by who has just proved who they are', async () => {
  const identity = { id, roles: [], restricted: false, via: 'token', methods: ['pwd'] }
  const now = Math.floor(Date.now() / 1000)
  const make = (authenticatedAt: number) =>
    app.t.fetch('/auth/keys', { method: 'POST', json: { name: 'ci' }, as: { ...identity, authenticatedAt } as never })
  const refused = await make(now - 301)
  expect(refused.status).toBe(401)
  expect(await refused.json()).toMatchObject({ code: 'recent_authentication_required' })
  expect((await make(now)).status).toBe(201)
})
