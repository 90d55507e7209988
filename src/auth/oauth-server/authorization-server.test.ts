import * as oauth from 'oauth4webapi'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { secretHash } from '../core/secrets.ts'
import { allowed, authorizePath, CALLBACK, INSECURE, oauthApp, type OAuthApp, VERIFIER } from './oauth.fixture.ts'

let app: OAuthApp
let as: oauth.AuthorizationServer
beforeAll(async () => {
  app = await oauthApp()
  const issuer = new URL(app.origin)
  const discovered = await oauth.discoveryRequest(issuer, { ...INSECURE, algorithm: 'oauth2' })
  as = await oauth.processDiscoveryResponse(issuer, discovered)
})
afterAll(() => app?.t.stop())

/** The whole flow as an outside client runs it. */
async function codeFlow(
  client: oauth.Client,
  authentication: oauth.ClientAuth,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<oauth.TokenEndpointResponse> {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const path = await authorizePath(client.client_id, {
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    state,
    ...changes,
  })
  const back = await allowed(app, path, await app.logIn('ada'))
  const parameters = oauth.validateAuthResponse(as, client, back, state)
  const redirectUri = changes['redirect_uri'] ?? CALLBACK
  const answer = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    parameters,
    redirectUri,
    verifier,
    INSECURE,
  )
  return oauth.processAuthorizationCodeResponse(as, client, answer)
}

describe('an outside client', () => {
  test('goes from the metadata to a code, to tokens, to the next tokens, and ends them', async () => {
    const { id, secret } = await app.register({})
    const client = { client_id: id }
    const basic = oauth.ClientSecretBasic(secret)
    const tokens = await codeFlow(client, basic, { scope: 'posts:read posts:write' })
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 900, scope: 'posts:read posts:write' })
    const who = await app.call('/who', { token: tokens.access_token })
    expect(await who.json()).toMatchObject({ via: 'oauth', clientId: id, scopes: ['posts:read', 'posts:write'] })

    const answer = await oauth.refreshTokenGrantRequest(as, client, basic, tokens.refresh_token!, INSECURE)
    const next = await oauth.processRefreshTokenResponse(as, client, answer)
    expect(next.refresh_token).not.toBe(tokens.refresh_token)
    expect(next.scope).toBe('posts:read posts:write')
    const introspected = async (token: string) =>
      oauth.processIntrospectionResponse(
        as,
        client,
        await oauth.introspectionRequest(as, client, basic, token, INSECURE),
      )
    expect(await introspected(next.access_token)).toMatchObject({
      active: true,
      client_id: id,
      scope: 'posts:read posts:write',
      iss: app.origin,
      aud: app.origin,
      amr: ['pwd'],
    })
    expect(await introspected(next.refresh_token!)).toMatchObject({ active: true, client_id: id })
    expect(await introspected(tokens.refresh_token!)).toEqual({ active: false })

    const ended = await oauth.revocationRequest(as, client, basic, next.refresh_token!, INSECURE)
    expect(await oauth.processRevocationResponse(ended)).toBeUndefined()
    expect(await introspected(next.access_token)).toEqual({ active: false })
    expect(await introspected(next.refresh_token!)).toEqual({ active: false })
    expect((await app.call('/who', { token: next.access_token })).status).toBe(401)
  })

  test('without a secret proves itself by PKCE alone, and may not introspect', async () => {
    const redirectUri = 'http://127.0.0.1/callback'
    const { id, secret } = await app.register({ public: true, redirectUris: [redirectUri] })
    expect(secret).toBeUndefined()
    const client = { client_id: id }
    const tokens = await codeFlow(client, oauth.None(), { redirect_uri: 'http://127.0.0.1:51234/callback' })
    expect((await app.call('/who', { token: tokens.access_token })).status).toBe(200)
    const form = { client_id: id, token: tokens.access_token }
    expect(await (await app.call('/oauth/introspect', { form })).json()).toMatchObject({ error: 'invalid_client' })
    expect((await app.call('/oauth/revoke', { form })).status).toBe(200)
    expect((await app.call('/who', { token: tokens.access_token })).status).toBe(401)
  })

  test('acts for itself with client credentials, until its token is ended', async () => {
    const { id, secret } = await app.register({ grants: ['client_credentials'], redirectUris: [] })
    const client = { client_id: id }
    const post = oauth.ClientSecretPost(secret)
    const tokens = async (scope: string) => {
      const answer = await oauth.clientCredentialsGrantRequest(as, client, post, { scope }, INSECURE)
      return oauth.processClientCredentialsResponse(as, client, answer)
    }
    const [first, second] = [await tokens('posts:read'), await tokens('posts:read')]
    expect(first.refresh_token).toBeUndefined()
    const who = await app.call('/who', { token: first.access_token })
    expect(await who.json()).toMatchObject({ id, via: 'client', clientId: id, scopes: ['posts:read'], methods: [] })
    expect((await app.call('/account', { token: first.access_token })).status).toBe(403)
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, post, first.access_token, INSECURE))
    expect((await app.call('/who', { token: first.access_token })).status).toBe(401)
    expect((await app.call('/who', { token: second.access_token })).status).toBe(200)
  })
})

test('another app may do what it has scopes for, and never manage the account', async () => {
  const { id, secret } = await app.register({ scopes: ['posts:read', 'read'] })
  const { access_token: token } = await codeFlow({ client_id: id }, oauth.ClientSecretBasic(secret))
  expect((await app.call('/posts', { token, method: 'POST' })).status).toBe(403)
  expect((await app.call('/plain', { token })).status).toBe(403)
  expect((await app.call('/account', { token })).status).toBe(403)
  expect((await app.call('/oauth/consents', { token })).status).toBe(403)
  const all = await codeFlow({ client_id: id }, oauth.ClientSecretBasic(secret), { scope: 'read' })
  expect((await app.call('/plain', { token: all.access_token })).status).toBe(204)
})

test('the proof of who the user is stays that of the log-in', async () => {
  const { id, secret } = await app.register({})
  const cookie = await app.logIn('bob')
  await app.query(
    sql`update auth_sessions set authenticated_at = now() - interval '1 hour' where secret_hash = ${secretHash(cookie)}`,
  )
  const code = (await allowed(app, await authorizePath(id), cookie)).searchParams.get('code')!
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER }
  const answer = await app.call('/oauth/token', { form: { ...form, client_id: id, client_secret: secret } })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  const who = await app.call('/who', { token })
  const { authenticatedAt, methods } = (await who.json()) as { authenticatedAt: number; methods: string[] }
  expect(Date.now() / 1000 - authenticatedAt).toBeGreaterThanOrEqual(3599)
  expect(methods).toEqual(['pwd'])
})

test('the metadata leads to keys that verify its access tokens', async () => {
  const { id, secret } = await app.register({})
  const tokens = await codeFlow({ client_id: id }, oauth.ClientSecretBasic(secret))
  const request = new Request(app.origin, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  const claims = await oauth.validateJwtAccessToken(as, request, app.origin, INSECURE)
  expect(claims).toMatchObject({ client_id: id, scope: 'posts:read' })
})

test('the document has its flows, for the Authorize button of the docs page', async () => {
  const document = (await (await app.call('/openapi.json')).json()) as {
    readonly components: { readonly securitySchemes: Readonly<Record<string, { readonly flows?: object }>> }
  }
  const scopes = { 'posts:read': 'Read your posts', 'posts:write': 'Write <b>posts</b>', read: 'Read all' }
  expect(document.components.securitySchemes['bearer']?.flows).toEqual({
    authorizationCode: {
      authorizationUrl: '/oauth/authorize',
      tokenUrl: '/oauth/token',
      refreshUrl: '/oauth/token',
      scopes,
    },
    clientCredentials: { tokenUrl: '/oauth/token', scopes },
  })
})
