import { expect, test } from 'vitest'
import { apiKey, basic, bearer, cookieSession, oauth2, openIdConnect } from './index.ts'
import { ask, refusal, requestWith, withAuthorization } from './request.fixture.ts'

const ada = { id: 'ada', email: 'ada@example.com' }
const token = bearer({ verify: (token) => (token === 'abc' ? ada : undefined) })
const conduit = bearer({ scheme: 'Token', verify: (token) => (token === 'abc' ? ada : undefined) })
const password = basic({
  realm: 'The "back" office',
  verify: (username, password) => (username === 'ada' && password === 'p:ässword' ? ada : undefined),
})
const basicOf = (text: string | Uint8Array): string => `Basic ${Buffer.from(text).toString('base64')}`

test('a bearer token is given to verify, and its principal is the caller, without a promise', () => {
  expect(ask(token, withAuthorization('Bearer abc'))).toBe(ada)
})

test.for(['bearer abc', 'BEARER abc', 'Bearer   abc'])('the scheme is read without case and spaces: %s', (value) => {
  expect(ask(token, withAuthorization(value))).toBe(ada)
})

test.for([[], ['Basic YTpi'], ['Token abc'], ['Bearerabc'], [''], ['abc']])(
  'no credentials of its kind are no credentials: %s',
  (values) => {
    expect(ask(token, withAuthorization(...values))).toBeUndefined()
  },
)

test.for([
  ['Bearer'],
  ['Bearer '],
  ['Bearer abc def'],
  ['Bearer abc, Bearer abc'],
  ['Bearer abc,'],
  ['Bearer "abc"'],
  ['Bearer =abc'],
  ['Bearer ab=c'],
  ['Bearer äbc'],
  ['Bearer abc\t'],
  ['Bearer abc', 'Bearer abc'],
  ['Basic YTpi', 'Bearer abc'],
])('malformed credentials are refused, never read in part: %s', async (values) => {
  const credulous = bearer({ verify: () => ada })
  const error = await refusal(credulous, withAuthorization(...values))
  expect(error.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token", error_description="/)
})

test('a token that verify does not know is refused with invalid_token', async () => {
  const error = await refusal(token, withAuthorization('Bearer wrong'))
  expect(error.headers).toEqual({
    'www-authenticate': 'Bearer error="invalid_token", error_description="The credentials are not valid."',
  })
})

test('verify may be asynchronous', async () => {
  const slow = bearer({ verify: async (token) => Promise.resolve(token === 'abc' ? ada : undefined) })
  expect(await ask(slow, withAuthorization('Bearer abc'))).toBe(ada)
  await refusal(slow, withAuthorization('Bearer wrong'))
})

test('the word before the token is an option, and is then documented as a header', async () => {
  expect(ask(conduit, withAuthorization('Token abc'))).toBe(ada)
  expect(ask(conduit, withAuthorization('Bearer abc'))).toBeUndefined()
  expect(conduit.challenge).toBe('Token')
  expect(conduit.scheme).toMatchObject({ type: 'apiKey', in: 'header', name: 'Authorization' })
  expect((await refusal(conduit, withAuthorization('Token a b'))).headers['www-authenticate']).toMatch(/^Token error=/)
})

test('basic credentials are UTF-8, and a password may hold colons', () => {
  expect(ask(password, withAuthorization(basicOf('ada:p:ässword')))).toBe(ada)
})

test.for([
  basicOf('ada'),
  basicOf('ada:p\u0000'),
  basicOf('ada\n:p'),
  basicOf(Uint8Array.of(0x61, 0x3a, 0xff)),
  'Basic YWRhOnA', // no padding
  'Basic YWRhOnB=', // not canonical
  'Basic YW-hOnA=', // base64url
  'Basic YTpi YTpi',
])('basic credentials that are malformed are refused, never read in part: %s', async (value) => {
  const credulous = basic({ realm: 'The "back" office', verify: () => ada })
  const error = await refusal(credulous, withAuthorization(value))
  expect(error.headers['www-authenticate']).toBe(String.raw`Basic realm="The \"back\" office", charset="UTF-8"`)
})

test('a wrong password is refused', async () => {
  expect((await refusal(password, withAuthorization(basicOf('ada:wrong')))).status).toBe(401)
})

test('basic leaves other schemes alone', () => {
  expect(ask(password, withAuthorization('Bearer abc'))).toBeUndefined()
})

test('a realm that could split the header is an error at start', () => {
  expect(() => basic({ realm: 'a\r\nset-cookie: x', verify: () => undefined })).toThrow(/printable ASCII/)
})

const keyIn = (place: 'header' | 'query' | 'cookie') =>
  apiKey({ in: place, name: 'X-Key', verify: (key) => (key === 'k 1' ? ada : undefined) })

test.for([
  ['header', requestWith({ headers: { 'x-key': 'k 1' } })],
  ['query', requestWith({ search: 'a=b&X-Key=k%201' })],
  ['cookie', requestWith({ cookies: { 'X-Key': 'k 1' } })],
] as const)('an API key is read from a %s, and only from there', ([place, request]) => {
  for (const other of ['header', 'query', 'cookie'] as const) {
    expect(ask(keyIn(other), request)).toBe(other === place ? ada : undefined)
  }
})

test.for([
  ['header', requestWith({ headers: { 'x-key': ['k 1', 'k 1'] } })],
  ['header', requestWith({ headers: { 'x-key': '' } })],
  ['header', requestWith({ headers: { 'x-key': 'wrong' } })],
  ['query', requestWith({ search: 'X-Key=k%201&X-Key=k%201' })],
  ['query', requestWith({ search: 'X-Key' })],
  ['cookie', requestWith({ cookies: { 'X-Key': '' } })],
] as const)('a repeated, empty or unknown API key is refused: %s', async ([place, request]) => {
  expect((await refusal(keyIn(place), request)).headers).toEqual({ 'www-authenticate': 'APIKey' })
})

test('a session is found by the id in its cookie; an unknown one is refused', async () => {
  const session = cookieSession({ find: (id) => (id === 's1' ? ada : undefined) })
  expect(session.scheme).toEqual({ type: 'apiKey', in: 'cookie', name: '__Host-session' })
  expect(ask(session, requestWith({ cookies: { '__Host-session': 's1' } }))).toBe(ada)
  expect(ask(session, requestWith({}))).toBeUndefined()
  const error = await refusal(session, requestWith({ cookies: { '__Host-session': 's2' } }))
  expect(error.headers).toEqual({ 'www-authenticate': 'Cookie cookie-name="__Host-session"' })
})

test('verify receives the dependencies it declares', () => {
  // The core resolves `uses`; here they are handed over as it would.
  const authenticator = bearer({
    verify: (token, uses: { readonly known?: string }) => (uses.known === token ? ada : undefined),
  })
  expect(ask(authenticator, withAuthorization('Bearer xyz'), { known: 'xyz' })).toBe(ada)
})

test('each authenticator documents itself as an OpenAPI security scheme', () => {
  const verify = (): undefined => undefined
  expect(bearer({ bearerFormat: 'opaque', verify }).scheme).toEqual({
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'opaque',
  })
  expect(password.scheme).toEqual({ type: 'http', scheme: 'basic' })
  expect(apiKey({ in: 'query', name: 'key', schemeName: 'queryKey', description: 'Ask us.', verify })).toMatchObject({
    name: 'queryKey',
    scheme: { type: 'apiKey', in: 'query', name: 'key', description: 'Ask us.' },
  })
  const authorization = oauth2({
    flows: {
      password: { tokenUrl: '/token', scopes: { read: 'Read all' }, refreshUrl: '/refresh' },
      authorizationCode: { authorizationUrl: '/authorize', tokenUrl: '/token' },
      clientCredentials: { tokenUrl: '/token' },
    },
    verify,
  })
  expect(authorization.scheme).toEqual({
    type: 'oauth2',
    flows: {
      password: { tokenUrl: '/token', scopes: { read: 'Read all' }, refreshUrl: '/refresh' },
      authorizationCode: { authorizationUrl: '/authorize', tokenUrl: '/token', scopes: {} },
      clientCredentials: { tokenUrl: '/token', scopes: {} },
    },
  })
  expect(openIdConnect({ url: 'https://id.example.com/.well-known/openid-configuration', verify }).scheme).toEqual({
    type: 'openIdConnect',
    openIdConnectUrl: 'https://id.example.com/.well-known/openid-configuration',
  })
  expect([token.name, password.name, authorization.name]).toEqual(['bearer', 'basic', 'oauth2'])
  expect(() => oauth2({ flows: {}, verify })).toThrow(/there is no flow/)
  expect(() => bearer({ name: 'my token', verify })).toThrow(/component's name/)
})

test('an OAuth 2.0 access token is a bearer token', async () => {
  const authenticator = oauth2({
    flows: { password: { tokenUrl: '/token' } },
    verify: (token) => (token === 'abc' ? ada : undefined),
  })
  expect(ask(authenticator, withAuthorization('Bearer abc'))).toBe(ada)
  expect((await refusal(authenticator, withAuthorization('Bearer x'))).status).toBe(401)
})
