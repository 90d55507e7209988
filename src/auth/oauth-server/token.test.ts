import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allowed, authorizePath, CALLBACK, oauthApp, type OAuthApp, VERIFIER } from './oauth.fixture.ts'

let app: OAuthApp
beforeAll(async () => {
  app = await oauthApp({}, { attempts: { perAccount: 3, perNetwork: 1000 } })
})
afterAll(() => app?.t.stop())

type Form = Readonly<Record<string, string>>
interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, string>>
}

async function post(path: string, form: Form | string, headers: Form = {}): Promise<Answer> {
  const answer = await app.call(path, { form, headers })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : (JSON.parse(text) as Form) }
}
const basic = (id: string, secret: string): Form => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
})

/** The tokens of a client that ada has agreed to. */
async function tokensOf(client: { readonly id: string; readonly secret?: string }, scope: string) {
  const back = await allowed(app, await authorizePath(client.id, { scope }), await app.logIn('ada'))
  const code = back.searchParams.get('code')!
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER }
  return post('/oauth/token', { ...form, ...credentials(client) })
}
const credentials = ({ id, secret }: { readonly id: string; readonly secret?: string }): Form => ({
  client_id: id,
  ...(secret !== undefined && { client_secret: secret }),
})

describe('a client', () => {
  const service = { grants: ['client_credentials'], redirectUris: [] }
  const form = { grant_type: 'client_credentials' }

  test('authenticates in one way: by the header or by the form', async () => {
    const { id, secret } = await app.register(service)
    expect((await post('/oauth/token', form, basic(id, secret))).status).toBe(200)
    expect((await post('/oauth/token', { ...form, client_id: id, client_secret: secret })).status).toBe(200)
    expect((await post('/oauth/token', { ...form, client_id: id }, basic(id, secret))).status).toBe(200)
    const both = await post('/oauth/token', { ...form, ...credentials({ id, secret }) }, basic(id, secret))
    expect(both).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    const other = await post('/oauth/token', { ...form, client_id: 'other' }, basic(id, secret))
    expect(other).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  test('that is not who it says gets 401 in the form of RFC 6749, and nobody keeps a copy', async () => {
    const { id, secret } = await app.register(service)
    const answers = [
      await post('/oauth/token', form),
      await post('/oauth/token', { ...form, client_id: id }),
      await post('/oauth/token', { ...form, client_id: id, client_secret: '' }),
      await post('/oauth/token', form, basic('nobody', secret)),
      await post('/oauth/token', form, basic(id, `${secret}x`)),
      await post('/oauth/token', form, { authorization: 'Basic !' }),
      await post('/oauth/token', form, { authorization: 'Bearer x' }),
    ]
    for (const { status, body, headers } of answers) {
      expect([status, body['error']]).toEqual([401, 'invalid_client'])
      expect(headers.get('www-authenticate')).toMatch(/^Basic /)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('content-type')).toBe('application/json')
    }
  })

  test('is guessed at three times, and still let in with its own secret', async () => {
    const { id, secret } = await app.register(service)
    const wrong = () => post('/oauth/token', form, basic(id, 'wrong'))
    expect([(await wrong()).status, (await wrong()).status, (await wrong()).status]).toEqual([401, 401, 401])
    const limited = await wrong()
    expect(limited).toMatchObject({ status: 429, body: { error: 'temporarily_unavailable' } })
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await post('/oauth/token', form, basic(id, secret))).status).toBe(200)
  })

  test('uses the grants it has, and no others', async () => {
    const { id, secret } = await app.register(service)
    const error = async (more: Form | string) => (await post('/oauth/token', more, basic(id, secret))).body['error']
    expect(await error({ grant_type: 'authorization_code', code: 'x' })).toBe('unauthorized_client')
    expect(await error({ grant_type: 'password', username: 'ada', password: 'x' })).toBe('unsupported_grant_type')
    expect(await error({ grant_type: 'implicit' })).toBe('unsupported_grant_type')
    expect(await error({ scope: 'posts:read' })).toBe('invalid_request')
    expect(await error('grant_type=client_credentials&grant_type=client_credentials')).toBe('invalid_request')
    expect(await error('grant_type=client_credentials&scope=posts:read&scope=posts:write')).toBe('invalid_request')
    expect(await error({ ...form, scope: 'read' })).toBe('invalid_scope')
    expect(await error({ ...form, scope: '*' })).toBe('invalid_scope')
    expect(await error({ ...form, scope: 'posts:*' })).toBe('invalid_scope')
  })

  test('sends a form, and not JSON', async () => {
    const answer = await app.call('/oauth/token', { json: form })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect([answer.status, await answer.json()]).toEqual([
      415,
      { error: 'invalid_request', error_description: 'Unsupported media type' },
    ])
  })
})

describe('a refresh token', () => {
  test('gives less where less is asked for, never more, and is refused without being spent', async () => {
    const client = await app.register({})
    const { body } = await tokensOf(client, 'posts:read')
    const refresh = (scope: string) =>
      post('/oauth/token', {
        grant_type: 'refresh_token',
        refresh_token: body['refresh_token']!,
        scope,
        ...credentials(client),
      })
    for (const scope of ['posts:read posts:write', 'posts:write', '*', 'unknown'])
      expect(await refresh(scope)).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
    const less = await refresh('posts:read')
    expect(less).toMatchObject({ status: 200, body: { scope: 'posts:read' } })
  })

  test('of a client that may ask for less than it did gives less', async () => {
    const client = await app.register({})
    const { body } = await tokensOf(client, 'posts:read posts:write')
    const json = { scopes: ['posts:read'] }
    await app.call(`/oauth/clients/${client.id}`, { cookie: app.root, method: 'PATCH', json })
    const form = { grant_type: 'refresh_token', refresh_token: body['refresh_token']!, ...credentials(client) }
    const next = await post('/oauth/token', form)
    expect(next).toMatchObject({ status: 200, body: { scope: 'posts:read' } })
    const token = next.body['access_token']!
    expect((await app.call('/posts', { token, method: 'POST' })).status).toBe(403)
  })

  test('is the client’s alone: neither another’s nor the app’s own', async () => {
    const [client, other] = [await app.register({}), await app.register({})]
    const { body } = await tokensOf(client, 'posts:read')
    const form = { grant_type: 'refresh_token', refresh_token: body['refresh_token']! }
    const stolen = await post('/oauth/token', { ...form, ...credentials(other) })
    expect(stolen).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await post('/oauth/token', { ...form, ...credentials(client) })).status).toBe(200)
  })

  test('that was used before ends the family, once the grace is over', async () => {
    const client = await app.register({})
    const { body } = await tokensOf(client, 'posts:read')
    const refresh = (token: string) =>
      post('/oauth/token', { grant_type: 'refresh_token', refresh_token: token, ...credentials(client) })
    const next = await refresh(body['refresh_token']!)
    await app.query(sql`update auth_refresh_tokens set used_at = now() - interval '1 minute' where used_at is not null`)
    expect((await refresh(body['refresh_token']!)).body).toMatchObject({ error: 'invalid_grant' })
    expect((await refresh(next.body['refresh_token']!)).body).toMatchObject({ error: 'invalid_grant' })
    expect((await app.call('/who', { token: next.body['access_token']! })).status).toBe(401)
  })

  test('is not given to a client that may not use one', async () => {
    const { body } = await tokensOf(await app.register({ grants: ['authorization_code'] }), 'posts:read')
    expect(Object.keys(body).toSorted()).toEqual(['access_token', 'expires_in', 'scope', 'token_type'])
  })
})

describe('introspection and revocation', () => {
  test('of another client’s token say nothing, but to a resource server', async () => {
    const [client, other] = [await app.register({}), await app.register({})]
    const resource = await app.register({ introspectsAll: true, grants: ['client_credentials'], redirectUris: [] })
    const { body } = await tokensOf(client, 'posts:read')
    for (const token of [body['access_token']!, body['refresh_token']!]) {
      const asked = await post('/oauth/introspect', { token, ...credentials(other) })
      expect(asked).toMatchObject({ status: 200 })
      expect(asked.body).toEqual({ active: false })
      const ended = await post('/oauth/revoke', { token, ...credentials(other) })
      expect(ended).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } })
    }
    const token = body['access_token']!
    expect((await post('/oauth/introspect', { token, ...credentials(client) })).body['active']).toBe(true)
    const seen = await post('/oauth/introspect', { token, ...credentials(resource) })
    expect(seen.body).toMatchObject({ active: true, client_id: client.id, scope: 'posts:read' })
    expect((await app.call('/who', { token })).status).toBe(200)
  })

  test('of what is no token are quiet', async () => {
    const client = await app.register({})
    for (const token of ['x', 'a.b.c', 'x'.repeat(43), `${'x'.repeat(20)}.${'y'.repeat(20)}.z`]) {
      expect((await post('/oauth/introspect', { token, ...credentials(client) })).body).toEqual({ active: false })
      expect((await post('/oauth/revoke', { token, ...credentials(client) })).status).toBe(200)
    }
    const missing = await post('/oauth/introspect', credentials(client))
    expect(missing).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect((await post('/oauth/introspect', { token: 'x' })).status).toBe(401)
  })

  test('of an access token ends the whole family', async () => {
    const client = await app.register({})
    const { body } = await tokensOf(client, 'posts:read')
    expect((await post('/oauth/revoke', { token: body['access_token']!, ...credentials(client) })).status).toBe(200)
    expect((await app.call('/who', { token: body['access_token']! })).status).toBe(401)
    const form = { grant_type: 'refresh_token', refresh_token: body['refresh_token']!, ...credentials(client) }
    expect((await post('/oauth/token', form)).body).toMatchObject({ error: 'invalid_grant' })
  })
})
