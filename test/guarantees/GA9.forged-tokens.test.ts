// GA9: a token is what this app has signed for this purpose, or it is nothing: whatever its header says, no key but one of ours is used.
import { createHmac, generateKeyPairSync, sign as signWith, type KeyObject } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { processApp } from '../../src/auth/process/process.fixture.ts'
import { privateKeyOf } from '../../src/auth/process/signing/signing-key.ts'

type App = Awaited<ReturnType<typeof processApp>>
type Json = Readonly<Record<string, unknown>>

let app: App
let userId: string
/** A token of the app: what the forged ones are made of. */
let good: string
/** The app's own key, taken out of the database: only what is wrong about a token is to be wrong about it. */
let own: KeyObject
let header: Json
let claims: Json

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const part = (token: string, index: number): Json =>
  JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString()) as Json
const now = (): number => Math.floor(Date.now() / 1000)

function signed(changedHeader: Json, changedClaims: Json, key: KeyObject = own): string {
  const text = `${base64url({ ...header, ...changedHeader })}.${base64url({ ...claims, ...changedClaims })}`
  return `${text}.${signWith(null, Buffer.from(text), key).toString('base64url')}`
}

function hmac(changedHeader: Json, key: string | Buffer): string {
  const text = `${base64url({ ...header, ...changedHeader })}.${base64url(claims)}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

async function tokenOf(of: App, email: string): Promise<string> {
  const answer = await of.call('/login', { json: { email, delivery: 'tokens' } })
  return answer.body.accessToken!
}

beforeAll(async () => {
  app = await processApp()
  userId = await app.user('ada@example.com', ['editor'])
  good = await tokenOf(app, 'ada@example.com')
  ;[header, claims] = [part(good, 0), part(good, 1)]
  const [row] = await app.query<{ kid: string; private_key: string }>(sql`select * from auth_signing_keys`)
  own = privateKeyOf(await app.accounts((process) => process.open(row!.private_key, `signing key ${row!.kid}`)))
})
afterAll(() => app.t.stop())

test('a token that is made anew of the same parts with the same key is as good: what follows is refused for what it changes', async () => {
  expect((await app.call('/me', { token: signed({}, {}) })).body.id).toBe(userId)
})

test('what an access token says', () => {
  expect(header).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: expect.any(String) as string })
  expect(claims).toMatchObject({ sub: userId, iss: 'http://localhost:3000', aud: 'http://localhost:3000', epo: 1 })
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(900)
  for (const name of ['jti', 'sid', 'nbf', 'auth_time', 'amr', 'roles']) expect(claims).toHaveProperty(name)
})

const eve = generateKeyPairSync('ed25519')
const eveJwk = { ...eve.publicKey.export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig' }
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

const forged: readonly (readonly [name: string, token: () => string | Promise<string>])[] = [
  ['alg none', () => `${base64url({ ...header, alg: 'none' })}.${base64url(claims)}.`],
  ['alg NONE', () => `${base64url({ ...header, alg: 'NONE' })}.${base64url(claims)}.`],
  ['alg none with a signature', () => signed({ alg: 'none' }, {})],
  ['no signature', () => good.replace(/\.[^.]*$/, '.')],
  ['another signature', () => good.replace(/\.[^.]*$/, `.${'A'.repeat(86)}`)],
  ['another algorithm of our own', () => signed({ alg: 'ES256' }, {})],
  ['an algorithm of RSA', () => signed({ alg: 'RS256' }, {})],
  ['the other name of the algorithm', () => signed({ alg: 'Ed25519' }, {})],
  ['no alg', () => signed({ alg: undefined }, {})],
  ['alg as a list', () => signed({ alg: ['EdDSA'] }, {})],
  ['another key', () => signed({}, {}, eve.privateKey)],
  ['a key of another curve', () => signed({}, {}, curve)],
  ['an embedded key', () => signed({ jwk: eveJwk }, {}, eve.privateKey)],
  ['an embedded key without a name', () => signed({ jwk: eveJwk, kid: undefined }, {}, eve.privateKey)],
  ['no name of a key', () => signed({ kid: undefined }, {})],
  ['a key name that is a path', () => signed({ kid: '../../../../dev/null' }, {})],
  ['a key name that is SQL', () => signed({ kid: `x' OR '1'='1` }, {})],
  ['a key name that is a property of every object', () => signed({ kid: 'constructor' }, {})],
  ['a key name that is a number', () => signed({ kid: 0 }, {})],
  ['a key name that is a list', () => signed({ kid: [header['kid']] }, {})],
  ['an unknown key name', () => signed({ kid: 'nobody' }, {})],
  ['a key name with NUL', () => signed({ kid: `${String(header['kid'])}\0` }, {})],
  ['another issuer', () => signed({}, { iss: 'https://eve.example' })],
  ['no issuer', () => signed({}, { iss: undefined })],
  ['another audience', () => signed({}, { aud: 'https://api.other.example' })],
  ['other audiences', () => signed({}, { aud: ['https://a.example', 'https://b.example'] })],
  ['no audience', () => signed({}, { aud: undefined })],
  ['no subject', () => signed({}, { sub: undefined })],
  ['an empty subject', () => signed({}, { sub: '' })],
  ['a subject that is no id of users', () => signed({}, { sub: 'ada' })],
  ['a subject that is a number', () => signed({}, { sub: 1 })],
  ['the type of an ID token', () => signed({ typ: 'JWT' }, {})],
  ['no type', () => signed({ typ: undefined }, {})],
  ['the type of a log-out token', () => signed({ typ: 'logout+jwt' }, {})],
  ['an end in the past', () => signed({}, { exp: now() - 1 })],
  ['no end', () => signed({}, { exp: undefined })],
  ['an end that is text', () => signed({}, { exp: String(now() + 60) })],
  ['a beginning in the future', () => signed({}, { nbf: now() + 60 })],
  ['no beginning', () => signed({}, { nbf: undefined })],
  ['no time of issue', () => signed({}, { iat: undefined })],
  ['no id', () => signed({}, { jti: undefined })],
  ['no epoch', () => signed({}, { epo: undefined })],
  ['an epoch that is text', () => signed({}, { epo: '1' })],
  ['an unknown critical extension', () => signed({ crit: ['eve'], eve: true }, {})],
  ['an unencoded payload', () => signed({ crit: ['b64'], b64: false }, {})],
  ['compression', () => signed({ zip: 'DEF', crit: ['zip'] }, {})],
  [
    'more roles and the old signature',
    () => `${good.split('.')[0]}.${base64url({ ...claims, roles: ['admin'] })}.${good.split('.')[2]}`,
  ],
  ['a payload that is a list', () => `${good.split('.')[0]}.${base64url([claims])}.${good.split('.')[2]}`],
  ['five parts', () => `${good}.a.b`],
  ['another token behind it', () => `${good}.${good}`],
]

test.for(forged)('a token with %s is refused', async ([, token]) => {
  const answer = await app.call('/me', { token: await token() })
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/)
})

test('a public key is no secret, in whatever form it is taken for one', async () => {
  const { body } = await app.call('/jwks')
  const [jwk] = body.keys as unknown as readonly Json[]
  const { createPublicKey } = await import('node:crypto')
  const key = createPublicKey({ key: jwk as never, format: 'jwk' })
  const pem = key.export({ type: 'spki', format: 'pem' })
  for (const secret of [
    pem,
    pem.trim(),
    key.export({ type: 'spki', format: 'der' }),
    JSON.stringify(jwk),
    String(jwk!['x']),
    Buffer.from(String(jwk!['x']), 'base64url'),
    '',
  ])
    expect((await app.call('/me', { token: hmac({ alg: 'HS256' }, secret) })).status).toBe(401)
})

test('nothing that a token names is fetched', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch')
  for (const name of ['jku', 'x5u', 'iss'])
    await app.t.fetch('/me', {
      headers: {
        authorization: `Bearer ${signed({ [name]: 'http://127.0.0.1:1/jwks', kid: 'eve' }, {}, eve.privateKey)}`,
      },
    })
  expect(fetched).not.toHaveBeenCalled()
  fetched.mockRestore()
})

test('the public keys are published, and nothing of the private ones', async () => {
  const { body, headers } = await app.call('/jwks')
  expect(body).toEqual({
    keys: [
      { kty: 'OKP', crv: 'Ed25519', x: expect.any(String) as string, alg: 'EdDSA', use: 'sig', kid: header['kid'] },
    ],
  })
  expect(headers.get('cache-control')).toBe('public, max-age=300')
})

test("what was ended is told by the session and not by the token's text: another spelling is no way round", async () => {
  const token = await tokenOf(app, 'ada@example.com')
  const { sid } = part(token, 1) as { readonly sid: string }
  expect((await app.call('/me', { token })).status).toBe(200)
  await app.call(`/sessions/${sid}/end`, { json: {} })
  const again = signed({}, { ...part(token, 1), jti: 'another' })
  for (const each of [token, again, `${token}=`, token.replace(/.$/, '=')])
    expect((await app.call('/me', { token: each })).status).toBe(401)
})

describe('with a secret of its own', () => {
  const secret = 'a secret that is long enough for HS256, at least'
  test('the app takes HS256 alone, publishes no key, and knows no key by name', async () => {
    const own_ = await processApp({ tokens: { signing: { secret } } })
    await own_.user('bob@example.com')
    const token = await tokenOf(own_, 'bob@example.com')
    const [head, payload] = [part(token, 0), part(token, 1)]
    expect(head).toEqual({ alg: 'HS256', typ: 'at+jwt' })
    const made = (changed: Json, by = secret): string => {
      const text = `${base64url({ ...head, ...changed })}.${base64url(payload)}`
      return `${text}.${createHmac('sha256', by).update(text).digest('base64url')}`
    }
    expect((await own_.call('/me', { token: made({}) })).status).toBe(200)
    for (const forged_ of [
      made({}, 'x'.repeat(40)),
      made({ kid: 'any' }),
      made({ alg: 'HS512' }),
      made({ alg: 'none' }),
    ])
      expect((await own_.call('/me', { token: forged_ })).status).toBe(401)
    expect((await own_.call('/jwks')).body).toEqual({ keys: [] })
    await own_.t.stop()
  })

  test('a short one, and a public key in its place, are errors when the app is declared', async () => {
    const pem = eve.publicKey.export({ type: 'spki', format: 'pem' })
    await expect(processApp({ tokens: { signing: { secret: 'short' } } })).rejects.toThrow(/at least 32/)
    for (const text of [pem, `  \n${pem}\n`, JSON.stringify(eveJwk)])
      await expect(processApp({ tokens: { signing: { secret: text } } })).rejects.toThrow(/public-key cryptography/)
  })
})

test('with a private key of its own the app signs with it, and publishes its public half', async () => {
  const privateKey = curve.export({ type: 'pkcs8', format: 'pem' })
  const own_ = await processApp({ tokens: { signing: { privateKey } } })
  await own_.user('bob@example.com')
  const token = await tokenOf(own_, 'bob@example.com')
  expect(part(token, 0)).toMatchObject({ alg: 'ES256', kid: expect.any(String) as string })
  expect((await own_.call('/me', { token })).status).toBe(200)
  const { body } = await own_.call('/jwks')
  expect(body.keys).toMatchObject([{ kty: 'EC', crv: 'P-256', kid: part(token, 0)['kid'] }])
  expect(JSON.stringify(body)).not.toContain('"d"')
  await own_.t.stop()
})
