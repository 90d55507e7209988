// GA15: where the authorization server sends browsers. Over real sockets; the addresses are those that fool parsers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  allowed,
  authorizePath,
  CALLBACK,
  locationOf,
  oauthApp,
  type OAuthApp,
} from '../../src/auth/oauth-server/oauth.fixture.ts'

let app: OAuthApp
let cookie: string
beforeAll(async () => {
  app = await oauthApp()
  cookie = await app.logIn('ada')
})
afterAll(() => app?.t.stop())

/** What the server does with a browser that brings this address, whose client has registered those. */
async function asked(redirectUri: string, registered: readonly string[] = [CALLBACK]): Promise<Response> {
  const { id } = await app.register({ redirectUris: registered, firstParty: true })
  return app.call(await authorizePath(id, { redirect_uri: redirectUri }), { cookie })
}

describe('a code is never sent to an address that is not registered', () => {
  test.each([
    '//evil.example/callback',
    '/\\evil.example/callback',
    'https:evil.example/callback',
    'https:/evil.example',
    'https:\\\\evil.example\\callback',
    'https://app.example.com\\@evil.example/callback',
    'https://app.example.com@evil.example/callback',
    'https://app.example.com:443@evil.example/callback',
    'https://user:pass@app.example.com/callback',
    'https://app.example.com.evil.example/callback',
    'https://evil.example/callback?https://app.example.com/callback',
    'https://evil.app.example.com/callback',
    'https://app.example.com/callback/',
    'https://app.example.com/callback/more',
    'https://app.example.com/callback?next=https://evil.example',
    'https://app.example.com/callback#fragment',
    'https://app.example.com/callback%23',
    'https://app.example.com/callback/../evil',
    'https://app.example.com/Callback',
    'https://APP.example.com/callback',
    'https://app.example.com:443/callback',
    'https://app.example.com./callback',
    'https://app.example.com/%63allback',
    'http://app.example.com/callback',
    'https://аpp.example.com/callback',
    'https://xn--pp-7kc.example.com/callback',
    '\thttps://app.example.com/callback',
    'https://app.example.com\t/callback',
    'https://app.example.com/callback%09',
    'https://app.example.com/callback\n',
    ' https://app.example.com/callback',
    'javascript:alert(1)//https://app.example.com/callback',
    'data:text/html,https://app.example.com/callback',
    '',
  ])('%j is shown as an error, and leads nowhere', async (redirectUri) => {
    const answer = await asked(redirectUri)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('location')).toBeNull()
    expect(await answer.json()).toMatchObject({ code: 'bad_request' })
  })

  test('nor where an error would go, nor where the address stands twice', async () => {
    const { id } = await app.register({})
    const evil = await authorizePath(id, {
      redirect_uri: 'https://evil.example',
      response_type: 'token',
      scope: 'none',
    })
    const wrong = await app.call(evil, { cookie })
    expect([wrong.status, wrong.headers.get('location')]).toEqual([400, null])
    for (const twice of [
      `&redirect_uri=https://evil.example`,
      `&client_id=${id}`,
      '&state=other',
      '&scope=posts:read',
    ]) {
      const answer = await app.call((await authorizePath(id)) + twice, { cookie })
      expect([answer.status, answer.headers.get('location')]).toEqual([422, null])
    }
    const unknown = await app.call(await authorizePath('00000000-0000-0000-0000-000000000000'), { cookie })
    expect([unknown.status, unknown.headers.get('location')]).toEqual([400, null])
  })
})

describe('of a loopback address any port is the same, and nothing else', () => {
  const registered = ['http://127.0.0.1/callback', 'http://[::1]:8000/callback', 'http://localhost:3000/callback']

  test.each(['http://127.0.0.1:1/callback', 'http://127.0.0.1:65535/callback', 'http://[::1]:51000/callback'])(
    '%s is one',
    async (redirectUri) => {
      expect((await asked(redirectUri, registered)).status).toBe(303)
    },
  )

  test.each([
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.1:0/callback',
    'http://127.0.0.1:80@evil.example/callback',
    'http://127.0.0.1:8000/callback#',
    'http://127.0.0.1:8000/callback/x',
    'http://127.0.0.1.evil.example/callback',
    'http://127.0.0.2/callback',
    'http://127.1/callback',
    'http://2130706433/callback',
    'http://localhost/callback',
    'http://localhost:3001/callback',
    'https://127.0.0.1/callback',
  ])('%s is none', async (redirectUri) => {
    expect((await asked(redirectUri, registered)).status).toBe(400)
  })
})

describe('what cannot be checked later cannot be registered', () => {
  test.each([
    'http://app.example.com/callback',
    'https://app.example.com/callback#fragment',
    'https://*.example.com/callback',
    'https://user@app.example.com/callback',
    'https://app.example.com/a/../callback',
    'https://APP.example.com/callback',
    'https://äpp.example.com/callback',
    'https://app.example.com/call back',
    'https://app.example.com/callback?code=1',
    'https:app.example.com/callback',
    '/callback',
    '//app.example.com/callback',
    'javascript:alert(1)',
    'data:text/html,x',
    'myapp://callback',
    'file:///callback',
  ])('%j', async (redirectUri) => {
    const json = { name: 'x', redirectUris: [redirectUri], grants: ['authorization_code'], scopes: ['read'] }
    const answer = await app.call('/oauth/clients', { cookie: app.root, json })
    expect(answer.status).toBe(422)
    expect(JSON.stringify(await answer.json())).toContain('The redirect URI')
  })

  test('an app on a device may have a scheme that is its own domain', async () => {
    const redirectUri = 'com.example.app:/callback'
    const { id } = await app.register({ public: true, redirectUris: [redirectUri] })
    const back = await allowed(app, await authorizePath(id, { redirect_uri: redirectUri }), cookie)
    expect(back.protocol).toBe('com.example.app:')
    expect(back.searchParams.get('code')).toHaveLength(43)
  })
})

describe('who is not logged in', () => {
  test('goes to the page of the app, and the way back is this server’s own, whatever the request says', async () => {
    const { id } = await app.register({})
    const evil = {
      host: app.origin.slice('http://'.length),
      'x-forwarded-host': 'evil.example',
      referer: 'https://evil.example',
    }
    const path = `${await authorizePath(id)}&return_to=https://evil.example&next=//evil.example`
    const answer = await app.call(path, { headers: evil })
    expect(answer.status).toBe(303)
    const page = locationOf(answer)
    expect(page.origin + page.pathname).toBe(`${app.origin}/login`)
    expect([...page.searchParams.keys()]).toEqual(['return_to'])
    const back = page.searchParams.get('return_to')!
    expect(back).toMatch(/^\/oauth\/authorize\?/)
    expect(back).not.toContain('evil')
    expect((await app.call(back, { cookie })).status).toBe(200)
  })

  test('is not led elsewhere by a path that looks like a host', async () => {
    const { id } = await app.register({})
    const path = (await authorizePath(id)).replace('/oauth', '//evil.example/oauth')
    const answer = await fetch(app.origin + path, { redirect: 'manual' })
    expect(answer.headers.get('location')).toBeNull()
    expect(answer.status).toBeGreaterThanOrEqual(400)
  })
})
