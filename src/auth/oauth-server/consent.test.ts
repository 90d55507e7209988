import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { secretHash } from '../core/secrets.ts'
import {
  allowed,
  authorizePath,
  CALLBACK,
  locationOf,
  oauthApp,
  type OAuthApp,
  requestOf,
  VERIFIER,
} from './oauth.fixture.ts'

let app: OAuthApp
beforeAll(async () => {
  app = await oauthApp()
})
afterAll(() => app?.t.stop())

async function asked(id: string, cookie: string, changes: Readonly<Record<string, string | undefined>> = {}) {
  const answer = await app.call(await authorizePath(id, changes), { cookie })
  return { answer, page: answer.status === 200 ? await answer.text() : '' }
}

describe('the consent page', () => {
  test('says who asks for what, without scripts, frames or anything from elsewhere', async () => {
    const { id } = await app.register({ name: '<script>alert(1)</script> & "Co"' })
    const { answer, page } = await asked(id, await app.logIn('ada'), { scope: 'posts:write posts:read' })
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Co&quot;')
    expect(page).toContain('<li>Write &lt;b&gt;posts&lt;/b&gt;</li><li>Read your posts</li>')
    expect(page).not.toContain('<script')
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' https:\/\/app\.example\.com; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('referrer-policy')).toBe('same-origin')
  })

  test('leads to the client with a code where it is allowed, and with access_denied where it is not', async () => {
    const { id } = await app.register({})
    const cookie = await app.logIn('ada')
    const { page } = await asked(id, cookie)
    const decide = async (decision: string) =>
      locationOf(await app.call('/oauth/consent', { cookie, form: { request: requestOf(page), decision } }))
        .searchParams
    const denied = await decide('deny')
    expect(Object.fromEntries(denied)).toMatchObject({
      error: 'access_denied',
      state: 'the state',
      iss: app.origin,
    })
    const granted = await decide('allow')
    expect([...granted.keys()].sort()).toEqual(['code', 'iss', 'state'])
    expect(granted.get('iss')).toBe(app.origin)
  })

  test('of one session cannot be sent in another, nor without one, nor from another site', async () => {
    const { id } = await app.register({})
    const cookie = await app.logIn('ada')
    const { page } = await asked(id, cookie)
    const form = { request: requestOf(page), decision: 'allow' }
    const send = async (init: Parameters<OAuthApp['call']>[1]) => {
      const answer = await app.call('/oauth/consent', { form, ...init })
      return [answer.status, answer.headers.get('location')]
    }
    expect(await send({ cookie: await app.logIn('bob') })).toEqual([400, null])
    expect(await send({ cookie: await app.logIn('ada') })).toEqual([400, null])
    expect(await send({})).toEqual([401, null])
    expect(await send({ cookie, headers: { origin: 'https://evil.example' } })).toEqual([403, null])
    expect(await send({ cookie, headers: { origin: 'null' } })).toEqual([403, null])
    const [known] = await app.query(sql`select 1 from oauth_consents where client_id = ${id}`)
    expect(known).toBeUndefined()
  })

  test('cannot be made up, changed, or sent after ten minutes or after the client has gone', async () => {
    const { id } = await app.register({})
    const cookie = await app.logIn('ada')
    const request = requestOf((await asked(id, cookie)).page)
    const send = async (sent: string) =>
      (await app.call('/oauth/consent', { cookie, form: { request: sent, decision: 'allow' } })).status
    expect(await send('v1.AAAA')).toBe(400)
    expect(await send(JSON.stringify({ clientId: id, redirectUri: 'https://evil.example' }))).toBe(400)
    expect(await send(`${request.slice(0, -2)}AA`)).toBe(400)
    await app.call(`/oauth/clients/${id}`, { cookie: app.root, method: 'DELETE' })
    expect(await send(request)).toBe(400)
  })

  test('of the front end is told what is asked', async () => {
    const other = await oauthApp({ consentPage: 'https://front.example.com/consent?lang=de', logInPage: '/sign-in' })
    try {
      const { id } = await other.register({ name: 'Reader' })
      const cookie = await other.logIn('ada')
      const page = locationOf(await other.call(await authorizePath(id), { cookie }))
      expect(page.href).toMatch(/^https:\/\/front\.example\.com\/consent\?lang=de&request=v1\./)
      const request = page.searchParams.get('request')!
      const details = await other.call(`/oauth/consent?${new URLSearchParams({ request }).toString()}`, { cookie })
      expect(await details.json()).toEqual({
        client: { id, name: 'Reader', firstParty: false },
        redirectUri: CALLBACK,
        scopes: [{ name: 'posts:read', description: 'Read your posts' }],
      })
      const back = locationOf(await other.call('/oauth/consent', { cookie, form: { request, decision: 'allow' } }))
      expect(back.searchParams.get('code')).toHaveLength(43)
      expect(locationOf(await other.call(await authorizePath(id))).pathname).toBe('/sign-in')
    } finally {
      await other.t.stop()
    }
  })
})

describe('who has agreed', () => {
  test('is asked again for more, and by nobody else', async () => {
    const { id } = await app.register({})
    const cookie = await app.logIn('ada')
    await allowed(app, await authorizePath(id), cookie)
    expect((await asked(id, cookie)).answer.status).toBe(303)
    expect((await asked(id, cookie, { scope: 'posts:read posts:write' })).answer.status).toBe(200)
    expect((await asked(id, cookie, { prompt: 'consent' })).answer.status).toBe(200)
    expect((await asked(id, await app.logIn('bob'))).answer.status).toBe(200)
    expect((await asked((await app.register({})).id, cookie)).answer.status).toBe(200)
    await allowed(app, await authorizePath(id, { scope: 'posts:write' }), cookie)
    expect((await asked(id, cookie, { scope: 'posts:read posts:write' })).answer.status).toBe(303)
  })

  test('is asked each time where another program could stand at the address', async () => {
    const redirectUri = 'http://127.0.0.1/callback'
    const { id } = await app.register({ public: true, redirectUris: [redirectUri], firstParty: true })
    const cookie = await app.logIn('ada')
    await allowed(app, await authorizePath(id, { redirect_uri: redirectUri }), cookie)
    expect((await asked(id, cookie, { redirect_uri: redirectUri })).answer.status).toBe(200)
  })

  test('sees it in a list, and ends it: tokens at once', async () => {
    const { id, secret } = await app.register({ name: 'Listed' })
    const cookie = await app.logIn('bob')
    const code = (await allowed(app, await authorizePath(id), cookie)).searchParams.get('code')!
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      client_id: id,
      client_secret: secret,
    }
    const answer = await app.call('/oauth/token', { form: { ...form, code_verifier: VERIFIER } })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    const list = async () => (await (await app.call('/oauth/consents', { cookie })).json()) as { client: object }[]
    expect(await list()).toMatchObject([{ client: { id, name: 'Listed' }, scopes: [{ name: 'posts:read' }] }])
    expect((await app.call(`/oauth/consents/${id}`, { cookie, method: 'DELETE' })).status).toBe(204)
    expect((await app.call('/who', { token })).status).toBe(401)
    expect(await list()).toEqual([])
    expect((await asked(id, cookie)).answer.status).toBe(200)
    expect((await app.call(`/oauth/consents/${id}`, { cookie, method: 'DELETE' })).status).toBe(404)
  })
})

describe('prompt', () => {
  test('none sends back an error in the place of every page', async () => {
    const { id } = await app.register({})
    const cookie = await app.logIn('ada')
    const error = async (init: Parameters<OAuthApp['call']>[1], prompt = 'none') => {
      const back = locationOf(await app.call(await authorizePath(id, { prompt }), init))
      return back.searchParams.get('error')
    }
    expect(await error({})).toBe('login_required')
    expect(await error({ cookie: 'x'.repeat(43) })).toBe('login_required')
    expect(await error({ cookie })).toBe('consent_required')
    expect(await error({ cookie }, 'none login')).toBe('invalid_request')
    expect(await error({ cookie }, 'select_account')).toBe('invalid_request')
    await allowed(app, await authorizePath(id), cookie)
    expect(await error({ cookie })).toBeNull()
  })

  test('login is satisfied by a new log-in only, and does not go round for ever', async () => {
    const { id } = await app.register({ firstParty: true })
    const cookie = await app.logIn('ada')
    await app.query(
      sql`update auth_sessions set authenticated_at = now() - interval '10 seconds' where secret_hash = ${secretHash(cookie)}`,
    )
    const page = locationOf(await app.call(await authorizePath(id, { prompt: 'login' }), { cookie }))
    const back = page.searchParams.get('return_to')!
    expect(locationOf(await app.call(back, { cookie })).pathname).toBe('/login')
    const again = locationOf(await app.call(back, { cookie: await app.logIn('ada') }))
    expect(again.searchParams.get('code')).toHaveLength(43)
  })
})

test('an operator’s own client asks nobody; a session that has ended, and one of an administrator who acts as the user, is none', async () => {
  const { id } = await app.register({ firstParty: true })
  const cookie = await app.logIn('ada')
  const path = await authorizePath(id)
  expect(locationOf(await app.call(path, { cookie })).searchParams.get('code')).toHaveLength(43)
  await app.call('/test/logout', { method: 'POST', cookie })
  expect(locationOf(await app.call(path, { cookie })).pathname).toBe('/login')
  const [{ id: rootId } = { id: '' }] = await app.query<{ id: string }>(
    sql`select id from users where email = 'root@example.com'`,
  )
  const acting = await app.logIn('ada', { impersonatorId: rootId })
  expect(locationOf(await app.call(path, { cookie: acting })).pathname).toBe('/login')
})

test('tokens in cookies are a log-in at the browser as well, and a token in a header is none', async () => {
  const { id } = await app.register({ firstParty: true })
  const path = await authorizePath(id)
  const begun = await app.call('/test/login', { json: { email: 'ada@example.com', delivery: 'cookies' } })
  const cookies = begun.headers.getSetCookie().map((line) => line.split(';')[0])
  const answer = await app.call(path, { headers: { cookie: cookies.join('; ') } })
  expect(locationOf(answer).searchParams.get('code')).toHaveLength(43)
  const { accessToken } = (await (
    await app.call('/test/login', { json: { email: 'ada@example.com', delivery: 'tokens' } })
  ).json()) as { accessToken: string }
  expect(locationOf(await app.call(path, { token: accessToken })).pathname).toBe('/login')
})
