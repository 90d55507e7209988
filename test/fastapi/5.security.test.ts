import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { dependency, route, type AppDefinition } from 'ashlar'
import { accessFor, allOf, anyOf, anyone, optionallyAuthenticated, scope, type Authenticator } from 'ashlar/access'
import {
  apiKey,
  basic,
  bearer,
  cookieSession,
  oauth2,
  oauth2PasswordForm,
  oauth2PasswordFormStrict,
  openIdConnect,
} from 'ashlar/auth'
import { appOf, ask, documented, problemsOf } from './fixture.ts'

const who = z.object({ id: z.string().nullable() })

/** An app with one operation for callers this authenticator knows. */
function guarded(by: Authenticator, changes: Partial<AppDefinition> = {}) {
  const { authenticated } = accessFor(by)
  return appOf(
    { me: route.get('/', { access: authenticated, response: who }, ({ user }) => ({ id: String(user.id) })) },
    changes,
  )
}

const ada = { id: 'ada' }
const password = oauth2({
  flows: { password: { tokenUrl: '/token', scopes: { 'items:read': 'Read items' }, refreshUrl: '/refresh' } },
  verify: (token) => (token === 'good' ? { ...ada, scopes: ['me', 'items:read'] } : undefined),
})

describe('Missing credentials -> 401 {"detail":"Not authenticated"} + WWW-Authenticate', () => {
  const verify = (): undefined => undefined
  test.each<[string, Authenticator, string | RegExp]>([
    ['OAuth2PasswordBearer', password, 'Bearer'],
    [
      'OAuth2AuthorizationCodeBearer',
      oauth2({ flows: { authorizationCode: { authorizationUrl: '/auth', tokenUrl: '/token' } }, verify }),
      'Bearer',
    ],
    ['HTTPBearer', bearer({ verify }), 'Bearer'],
    ['HTTPBasic', basic({ realm: 'Things', verify }), /^Basic realm="Things"/],
    ['APIKeyHeader', apiKey({ in: 'header', name: 'X-API-Key', verify }), 'APIKey'],
    ['APIKeyQuery', apiKey({ in: 'query', name: 'key', verify }), 'APIKey'],
    ['APIKeyCookie', apiKey({ in: 'cookie', name: 'key', verify }), 'APIKey'],
    [
      'OpenIdConnect',
      openIdConnect({ url: 'https://id.example.com/.well-known/openid-configuration', verify }),
      'Bearer',
    ],
  ])('%s', async (_, authenticator, challenge) => {
    const { status, body, headers } = await ask(guarded(authenticator), '/')
    expect([status, body]).toEqual([401, { detail: 'Not authenticated' }])
    expect(headers.get('www-authenticate')).toMatch(challenge)
  })

  test('better than FastAPI: credentials that are not valid are verified and refused in the same way', async () => {
    const { status, headers } = await ask(guarded(password), '/', { headers: { authorization: 'Bearer bad' } })
    expect([status, headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^Bearer error="invalid_token"/),
    ])
  })

  test('better than FastAPI: a stranger is refused before the body is looked at', async () => {
    const { authenticated } = accessFor(password)
    const app = appOf({
      w: route.post('/', { access: authenticated, body: z.object({ a: z.int() }) }, () => undefined),
    })
    const headers = { 'content-type': 'application/json' }
    expect((await ask(app, '/', { method: 'POST', body: '{', headers })).status).toBe(401)
  })
})

describe('credentials are found', () => {
  const known = (value: string): { id: string } | undefined => (value === 'good' ? ada : undefined)
  test.each<[string, Authenticator, string, Record<string, string>]>([
    ['bearer', bearer({ verify: known }), '/', { authorization: 'bearer good' }],
    [
      'basic',
      basic({ realm: 'r', verify: (name, secret) => (name === 'ada' && secret === 'pa:ss' ? ada : undefined) }),
      '/',
      { authorization: `Basic ${btoa('ada:pa:ss')}` },
    ],
    ['a header', apiKey({ in: 'header', name: 'X-API-Key', verify: known }), '/', { 'x-api-key': 'good' }],
    ['a query', apiKey({ in: 'query', name: 'key', verify: known }), '/?key=good', {}],
    ['a cookie', apiKey({ in: 'cookie', name: 'key', verify: known }), '/', { cookie: 'key=good' }],
    ['a session', cookieSession({ find: known }), '/', { cookie: '__Host-session=good' }],
  ])('in %s', async (_, authenticator, path, headers) => {
    expect(await ask(guarded(authenticator), path, { headers })).toMatchObject({ status: 200, body: { id: 'ada' } })
  })
})

test('auto_error=False: optionally authenticated', async () => {
  const app = appOf(
    {
      me: route.get('/', { access: optionallyAuthenticated, response: who }, ({ user }) => ({
        id: user === undefined ? null : String(user.id),
      })),
    },
    { auth: [password] },
  )
  expect((await ask(app, '/')).body).toEqual({ id: null })
  expect((await ask(app, '/', { headers: { authorization: 'Bearer good' } })).body).toEqual({ id: 'ada' })
  expect((await ask(app, '/', { headers: { authorization: 'Bearer bad' } })).status).toBe(401)
  expect(documented(app, '/')).toMatchObject({ security: [{ oauth2: [] }, {}] })
})

test('several ways in: the first that knows the caller decides', async () => {
  const key = apiKey({ in: 'header', name: 'X-API-Key', verify: (key) => (key === 'k' ? { id: 'robot' } : undefined) })
  const { authenticated } = accessFor(password, key)
  const app = appOf({
    me: route.get('/', { access: authenticated, response: who }, ({ user }) => ({ id: user.id })),
  })
  expect((await ask(app, '/', { headers: { 'x-api-key': 'k' } })).body).toEqual({ id: 'robot' })
  expect((await ask(app, '/')).headers.get('www-authenticate')).toBe('Bearer, APIKey')
  expect(documented(app, '/')).toMatchObject({ security: [{ oauth2: [] }, { apiKey: [] }] })
})

describe('Security(dep, scopes)+SecurityScopes (union over the chain)', () => {
  const currentUser = dependency({ name: 'currentUser', access: scope('me') }, ({ user }) => user.id)
  const items = dependency({ name: 'items', access: scope('items:read'), uses: { currentUser } }, () => ['item'])
  const app = appOf(
    {
      items: route.get('/items', { access: anyone, uses: { items } }, () => undefined),
      status: route.get('/status', { access: scope('admin'), uses: { items } }, () => undefined),
      either: route.get('/either', { access: anyOf(scope('admin'), scope('me')) }, () => undefined),
      both: route.get('/both', { access: allOf(scope('me'), scope('items:read')) }, () => undefined),
    },
    { auth: [password] },
  )
  const good = { headers: { authorization: 'Bearer good' } }

  test('all of the chain must hold', async () => {
    expect((await ask(app, '/items', good)).status).toBe(204)
    expect((await ask(app, '/items')).status).toBe(401)
    expect(await ask(app, '/status', good)).toMatchObject({ status: 403, body: { detail: 'Forbidden' } })
    expect((await ask(app, '/either', good)).status).toBe(204)
    expect((await ask(app, '/both', good)).status).toBe(204)
  })

  test('per-operation scopes in the document are their union', () => {
    expect(documented(app, '/items')).toMatchObject({ security: [{ oauth2: ['items:read', 'me'] }] })
    expect(documented(app, '/status')).toMatchObject({ security: [{ oauth2: ['admin', 'items:read', 'me'] }] })
    expect(documented(app, '/either')).toMatchObject({ security: [{ oauth2: ['admin'] }, { oauth2: ['me'] }] })
  })

  test('every scope in use is among the scheme’s own, so that Authorize offers it', () => {
    expect(app.openapi()).toMatchObject({
      components: {
        securitySchemes: {
          oauth2: {
            type: 'oauth2',
            flows: {
              password: {
                tokenUrl: '/token',
                refreshUrl: '/refresh',
                scopes: { 'items:read': 'Read items', me: '', admin: '' },
              },
            },
          },
        },
      },
    })
  })
})

test('All feed securitySchemes', () => {
  const verify = (): undefined => undefined
  const schemes = [
    password,
    bearer({ verify, bearerFormat: 'JWT' }),
    basic({ realm: 'r', verify }),
    apiKey({ in: 'query', name: 'key', verify }),
    cookieSession({ find: verify, name: 'session' }),
    openIdConnect({ url: 'https://id.example.com/.well-known/openid-configuration', verify }),
  ] as const
  const { authenticated } = accessFor(...schemes)
  const app = appOf({ me: route.get('/', { access: authenticated }, () => undefined) })
  expect(app.openapi()).toMatchObject({
    components: {
      securitySchemes: {
        oauth2: { type: 'oauth2' },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        basic: { type: 'http', scheme: 'basic' },
        apiKey: { type: 'apiKey', in: 'query', name: 'key' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-session' },
        openIdConnect: { type: 'openIdConnect' },
      },
    },
  })
  expect(documented(app, '/')).toMatchObject({ responses: { 401: {} } })
})

test('OAuth2PasswordRequestForm(+Strict)', async () => {
  const token = z.object({ access_token: z.string(), token_type: z.string() })
  const issue = (username: string) => ({ access_token: username, token_type: 'bearer' })
  const app = appOf({
    token: route.post('/token', { access: anyone, form: oauth2PasswordForm, response: token }, ({ form }) =>
      issue(form.username),
    ),
    strict: route.post('/strict', { access: anyone, form: oauth2PasswordFormStrict, response: token }, ({ form }) =>
      issue(form.username),
    ),
  })
  const body = new URLSearchParams({ username: 'ada', password: 'lovelace' })
  expect((await ask(app, '/token', { method: 'POST', body })).body).toEqual(issue('ada'))
  expect(await problemsOf(app, '/strict', { method: 'POST', body })).toMatchObject([
    { type: 'missing', loc: ['body', 'grant_type'] },
  ])
  body.set('grant_type', 'implicit')
  expect(await problemsOf(app, '/token', { method: 'POST', body })).toMatchObject([
    { type: 'literal_error', loc: ['body', 'grant_type'], msg: "Input should be 'password'" },
  ])
})
