import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { secretHash } from '../core/secrets.ts'
import { allowed, authorizePath, CALLBACK, locationOf, oauthApp, type OAuthApp, VERIFIER } from './oauth.fixture.ts'

let app: OAuthApp
beforeAll(async () => {
  app = await oauthApp()
})
afterAll(() => app?.t.stop())

interface Registered {
  readonly id: string
  readonly secret: string
}

/** A code that ada has agreed to, in a session of her own. */
async function newCode({ id }: Registered, cookie?: string): Promise<string> {
  const back = await allowed(app, await authorizePath(id), cookie ?? (await app.logIn('ada')))
  return back.searchParams.get('code') ?? ''
}

async function exchange({ id, secret }: Registered, code: string, changes: Readonly<Record<string, string>> = {}) {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
    client_id: id,
    client_secret: secret,
    ...changes,
  }
  const answer = await app.call('/oauth/token', { form })
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, string>> }
}

const refused = { status: 400, body: { error: 'invalid_grant' } }

describe('a code', () => {
  test('that is shown twice is refused, and ends what it was exchanged for at once', async () => {
    const client = await app.register({})
    const code = await newCode(client)
    const { body } = await exchange(client, code)
    const token = body['access_token']!
    expect((await app.call('/who', { token })).status).toBe(200)
    expect(await exchange(client, code)).toMatchObject(refused)
    expect((await app.call('/who', { token })).status).toBe(401)
    const refresh = { grant_type: 'refresh_token', refresh_token: body['refresh_token']!, client_id: client.id }
    const answer = await app.call('/oauth/token', { form: { ...refresh, client_secret: client.secret } })
    expect(await answer.json()).toMatchObject({ error: 'invalid_grant' })
  })

  test('that is shown many times at once is exchanged at most once, and ends that as well', async () => {
    const client = await app.register({})
    const code = await newCode(client)
    const answers = await Promise.all(Array.from({ length: 12 }, () => exchange(client, code)))
    const granted = answers.filter(({ status }) => status === 200)
    expect(granted).toHaveLength(1)
    expect((await app.call('/who', { token: granted[0]!.body['access_token']! })).status).toBe(401)
  })

  test.each([
    ['another verifier', { code_verifier: `${VERIFIER}x` }],
    ['the challenge in place of the verifier', { code_verifier: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' }],
    ['a verifier that is too short', { code_verifier: 'short' }],
    ['another redirect URI', { redirect_uri: `${CALLBACK}/` }],
  ])('with %s is refused, and spent by it', async (_, changes) => {
    const client = await app.register({})
    const code = await newCode(client)
    expect(await exchange(client, code, changes)).toMatchObject(refused)
    expect(await exchange(client, code)).toMatchObject(refused)
  })

  test.each(['code_verifier', 'redirect_uri', 'code'])('without %s is no request', async (name) => {
    const client = await app.register({})
    const { [name as 'code']: _, ...form } = {
      grant_type: 'authorization_code',
      code: await newCode(client),
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
    }
    const answer = await app.call('/oauth/token', {
      form: { ...form, client_id: client.id, client_secret: client.secret },
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' })
  })

  test('of one client is nothing in the hands of another, and is spent by it', async () => {
    const [client, other] = [await app.register({}), await app.register({})]
    const code = await newCode(client)
    expect(await exchange(other, code)).toMatchObject(refused)
    expect(await exchange(client, code)).toMatchObject(refused)
  })

  test('needs its own client’s secret, and outlives the attempt without', async () => {
    const client = await app.register({})
    const code = await newCode(client)
    const wrong = await exchange({ ...client, secret: 'wrong' }, code)
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect((await exchange(client, code)).status).toBe(200)
  })

  test.each([
    ['its minute', sql`update oauth_codes set expires_at = now() - interval '1 second'`],
    ['what its user has ended everything before', sql`update auth_credentials set epoch = epoch + 1`],
    ['its user’s account', sql`update users set disabled_at = now() where email = 'bob@example.com'`],
  ])('does not outlive %s', async (_, statement) => {
    const client = await app.register({})
    const code = await newCode(client, await app.logIn('bob'))
    await app.query(statement)
    expect(await exchange(client, code)).toMatchObject(refused)
    await app.query(sql`update users set disabled_at = null`)
  })

  test.each(['/test/logout', '/test/end-all'])('does not outlive the session it was given in: %s', async (path) => {
    const client = await app.register({})
    const cookie = await app.logIn('ada')
    const code = await newCode(client, cookie)
    expect((await app.call(path, { method: 'POST', cookie })).status).toBe(204)
    expect(await exchange(client, code)).toMatchObject(refused)
  })

  test('holds one minute, and stands in the database as a hash', async () => {
    const code = await newCode(await app.register({}))
    const [row] = await app.query<{ hash: string; seconds: number; text: string }>(
      sql`select hash, extract(epoch from expires_at - now())::int as seconds, oauth_codes::text as text from oauth_codes where hash = ${secretHash(code)}`,
    )
    expect(row!.seconds).toBeGreaterThan(0)
    expect(row!.seconds).toBeLessThanOrEqual(60)
    expect(row!.text).not.toContain(code)
  })
})

describe('PKCE', () => {
  test.each([
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['no method, which means plain', { code_challenge_method: undefined }],
    ['plain', { code_challenge: VERIFIER, code_challenge_method: 'plain' }],
    ['an empty challenge', { code_challenge: '' }],
    ['a challenge that is no hash', { code_challenge: 'x'.repeat(42) }],
  ])('is required of every client: %s is refused', async (_, changes) => {
    for (const more of [{}, { public: true }]) {
      const { id } = await app.register({ ...more, firstParty: true })
      const answer = await app.call(await authorizePath(id, changes), { cookie: await app.logIn('ada') })
      const back = locationOf(answer)
      expect(back.searchParams.get('error')).toBe('invalid_request')
      expect(back.searchParams.get('code')).toBeNull()
      expect(back.searchParams.get('state')).toBe('the state')
      expect(back.searchParams.get('iss')).toBe(app.origin)
    }
  })
})
