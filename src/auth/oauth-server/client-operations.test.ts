import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALLBACK, oauthApp, type OAuthApp } from './oauth.fixture.ts'

let app: OAuthApp
beforeAll(async () => {
  app = await oauthApp()
})
afterAll(() => app?.t.stop())

const service = { name: 'Service', grants: ['client_credentials'], scopes: ['posts:read'] }

async function send(path: string, init: Parameters<OAuthApp['call']>[1] = {}) {
  const answer = await app.call(path, { cookie: app.root, ...init })
  const text = await answer.text()
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>> }
}
const token = async (id: string, secret: string) => {
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret }
  return send('/oauth/token', { form, cookie: undefined })
}

describe('clients', () => {
  test('are for administrators with all of their rights', async () => {
    const calls = [
      ['/oauth/clients', { json: service }],
      ['/oauth/clients', {}],
      ['/oauth/clients/00000000-0000-7000-8000-000000000000', {}],
      ['/oauth/clients/00000000-0000-7000-8000-000000000000', { method: 'PATCH', json: {} }],
      ['/oauth/clients/00000000-0000-7000-8000-000000000000', { method: 'DELETE' }],
      ['/oauth/clients/00000000-0000-7000-8000-000000000000/secret', { method: 'POST' }],
    ] as const
    const ada = await app.logIn('ada')
    for (const [path, init] of calls) {
      expect((await send(path, { ...init, cookie: ada })).status).toBe(403)
      expect((await send(path, { ...init, cookie: undefined })).status).toBe(401)
    }
    expect((await send(calls[2][0])).status).toBe(404)
  })

  test('show their secret once, and keep a hash of it', async () => {
    const { status, body } = await send('/oauth/clients', { json: service })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      ...service,
      public: false,
      firstParty: false,
      introspectsAll: false,
      redirectUris: [],
    })
    expect(body['secret']).toMatch(/^[\w-]{43}$/)
    const read = await send(`/oauth/clients/${String(body['id'])}`)
    expect(read.body).not.toHaveProperty('secret')
    expect(read.body).not.toHaveProperty('secretHash')
    const [row] = await app.query<{ text: string }>(
      sql`select oauth_clients::text as text from oauth_clients where id = ${body['id']}`,
    )
    expect(row!.text).not.toContain(body['secret'])
  })

  test('get another secret, and the old one holds no longer', async () => {
    const { id, secret } = await app.register({ ...service, redirectUris: [] })
    const renewed = await send(`/oauth/clients/${id}/secret`, { method: 'POST' })
    expect((await token(id, secret)).status).toBe(401)
    expect((await token(id, String(renewed.body['secret']))).status).toBe(200)
  })

  test('that are removed take their tokens with them at once', async () => {
    const { id, secret } = await app.register({ ...service, redirectUris: [] })
    const { access_token: given } = (await token(id, secret)).body as { access_token: string }
    expect((await app.call('/who', { token: given })).status).toBe(200)
    expect((await send(`/oauth/clients/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await app.call('/who', { token: given })).status).toBe(401)
    expect((await token(id, secret)).status).toBe(401)
  })

  test('are listed page by page', async () => {
    for (const name of ['a', 'b', 'c']) await app.register({ name })
    const first = await send('/oauth/clients?limit=2')
    const second = await send(`/oauth/clients?limit=2&after=${String(first.body['next'])}`)
    const ids = [first, second].flatMap(({ body }) => (body['items'] as { id: string }[]).map(({ id }) => id))
    expect(new Set(ids).size).toBe(4)
    expect((await send('/oauth/clients?limit=101')).status).toBe(422)
  })

  test.each([
    ['a public one that acts for itself', { public: true, grants: ['client_credentials'] }],
    ['a public one that introspects', { public: true, introspectsAll: true }],
    ['codes without an address', { redirectUris: [] }],
    ['refresh tokens without codes', { grants: ['refresh_token', 'client_credentials'] }],
  ])('%s is refused', async (_, changes) => {
    const json = { name: 'x', redirectUris: [CALLBACK], grants: ['authorization_code'], scopes: ['read'], ...changes }
    expect(await send('/oauth/clients', { json })).toMatchObject({ status: 400, body: { code: 'bad_request' } })
  })

  test('cannot be changed into one that is refused, nor have scopes that are none', async () => {
    const { id } = await app.register({})
    const change = (json: object) => send(`/oauth/clients/${id}`, { method: 'PATCH', json })
    expect((await change({ redirectUris: [] })).status).toBe(400)
    expect((await change({ scopes: ['*'] })).status).toBe(422)
    expect((await change({ secretHash: 'x', public: true })).body).toMatchObject({ public: false })
    expect((await change({ name: 'Other' })).body).toMatchObject({ name: 'Other', redirectUris: [CALLBACK] })
  })

  test('leave a trail', async () => {
    const { id } = await app.register({})
    await send(`/oauth/clients/${id}`, { method: 'DELETE' })
    const rows = await app.query<{ event: string }>(
      sql`select event from auth_events where details->>'clientId' = ${id} order by id`,
    )
    expect(rows.map(({ event }) => event)).toEqual(['oauth_client_created', 'oauth_client_removed'])
  })
})
