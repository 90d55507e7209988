import { Buffer } from 'node:buffer'
import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, SignJWT } from 'jose'
import { expect, test, vi } from 'vitest'
import { Unavailable } from '../../core/errors/index.ts'
import { isPromise } from '../../core/maybe-promise.ts'
import { Secret } from '../../core/secret.ts'
import { jwtBearer, jwtTokens, type JwtClaims } from '../index.ts'
import { ask, refusal, withAuthorization } from '../request.fixture.ts'

const secret = 'correct horse battery staple, and more'
const key = new TextEncoder().encode(secret)
const user = (claims: JwtClaims): { id: string; claims: JwtClaims } => ({ id: String(claims.sub), claims })
const now = (): number => Math.floor(Date.now() / 1000)
const bearerOf = (token: string) => withAuthorization(`Bearer ${token}`)
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token signed with the right secret, whatever its header and payload say. */
function forge(header: object, payload: object, by: string | Buffer = secret): string {
  const text = `${base64url(header)}.${base64url(payload)}`
  return `${text}.${createHmac('sha256', by).update(text).digest('base64url')}`
}
const good = (): Record<string, unknown> => ({ sub: 'ada', iss: 'blog', aud: 'web', exp: now() + 60 })

const strict = jwtBearer({ secret, issuer: 'blog', audience: 'web', user })

test('a token is verified once, and is known without a promise from then on', async () => {
  const request = bearerOf(forge({ alg: 'HS256' }, good()))
  const first = ask(strict, request)
  expect(isPromise(first)).toBe(true)
  expect(await first).toMatchObject({ id: 'ada' })
  const second = ask(strict, request)
  expect(isPromise(second)).toBe(false)
  expect(second).toEqual(await first)
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' })

test.for<readonly [name: string, token: () => string]>([
  ['no algorithm', () => `${base64url({ alg: 'none' })}.${base64url(good())}.`],
  ['no algorithm, in capitals', () => forge({ alg: 'NONE' }, good())],
  ['another algorithm of the same family', () => forge({ alg: 'HS512' }, good())],
  ['an algorithm of another family', () => forge({ alg: 'RS256' }, good())],
  ['no alg at all', () => forge({ typ: 'JWT' }, good())],
  ['another secret', () => forge({ alg: 'HS256' }, good(), 'another secret, which is not ours at all')],
  ['no signature', () => forge({ alg: 'HS256' }, good()).replace(/\.[^.]*$/, '.')],
  [
    'a changed payload',
    () => forge({ alg: 'HS256' }, good()).replace(/\.[^.]+\./, `.${base64url({ ...good(), sub: 'eve' })}.`),
  ],
  ['an unknown critical header', () => forge({ alg: 'HS256', crit: ['x'], x: 1 }, good())],
  ['an unencoded payload', () => forge({ alg: 'HS256', crit: ['b64'], b64: false }, good())],
  ['no expiry', () => forge({ alg: 'HS256' }, { ...good(), exp: undefined })],
  ['an expiry that is text', () => forge({ alg: 'HS256' }, { ...good(), exp: String(now() + 60) })],
  ['an expiry in the past', () => forge({ alg: 'HS256' }, { ...good(), exp: now() - 1 })],
  ['a time before which it does not hold', () => forge({ alg: 'HS256' }, { ...good(), nbf: now() + 60 })],
  ['another issuer', () => forge({ alg: 'HS256' }, { ...good(), iss: 'shop' })],
  ['no issuer', () => forge({ alg: 'HS256' }, { ...good(), iss: undefined })],
  ['another audience', () => forge({ alg: 'HS256' }, { ...good(), aud: ['admin'] })],
  ['no audience', () => forge({ alg: 'HS256' }, { ...good(), aud: undefined })],
  ['a payload that is a list', () => forge({ alg: 'HS256' }, [good()])],
  ['a header that is not JSON', () => `e30.${base64url(good())}.c2ln`],
  ['five parts, as an encrypted token has', () => `${forge({ alg: 'HS256' }, good())}.a.b`],
  ['garbage', () => 'abc.def.ghi'],
  ['garbage without dots', () => 'abc'],
])('a token with %s is refused', async ([, token]) => {
  const error = await refusal(strict, bearerOf(token()))
  expect(error.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token", error_description="The token /)
})

test('a key that the token brings or names is neither used nor fetched', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch')
  const eve = generateKeyPairSync('ed25519')
  const jwk = await exportJWK(eve.publicKey)
  for (const header of [
    { jwk },
    { jku: 'https://eve.example/jwks' },
    { x5u: 'https://eve.example/x' },
    { kid: '../../dev/null' },
  ]) {
    const token = await new SignJWT(good()).setProtectedHeader({ alg: 'EdDSA', ...header }).sign(eve.privateKey)
    await refusal(strict, bearerOf(token))
    await refusal(jwtBearer({ publicKey: rsa.publicKey, issuer: 'blog', audience: 'web', user }), bearerOf(token))
  }
  expect(fetched).not.toHaveBeenCalled()
  fetched.mockRestore()
})

test('a secret of settings is taken as it is', async () => {
  const authenticator = jwtBearer({ secret: new Secret(secret), issuer: 'blog', audience: 'web', user })
  expect(await ask(authenticator, bearerOf(forge({ alg: 'HS256' }, good())))).toMatchObject({ id: 'ada' })
})

test('a public key is no secret: a token signed with its text is refused', async () => {
  const authenticator = jwtBearer({ publicKey: publicPem, issuer: 'blog', audience: 'web', user })
  for (const by of [publicPem, publicPem.trim(), rsa.publicKey.export({ type: 'spki', format: 'der' })]) {
    await refusal(authenticator, bearerOf(forge({ alg: 'HS256' }, good(), by)))
  }
  const token = await new SignJWT(good()).setProtectedHeader({ alg: 'RS256' }).sign(rsa.privateKey)
  expect(await ask(authenticator, bearerOf(token))).toMatchObject({ id: 'ada' })
})

const der = rsa.publicKey.export({ type: 'spki', format: 'der' })
test.for<readonly [name: string, secret: string | Uint8Array]>([
  ['a PEM', publicPem],
  ['a PEM in white space', `\n \t${publicPem.replaceAll('\n', '\r\n ')}`],
  ['a PEM as bytes', Buffer.from(publicPem)],
  ['a private PEM', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })],
  ['DER', der],
  ['DER in base64', der.toString('base64')],
  ['PKCS #1 DER', rsa.publicKey.export({ type: 'pkcs1', format: 'der' })],
  ['an OpenSSH key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq5 ada@example.com'],
  ['a JWK', JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))],
])('the secret cannot be %s', ([, secret]) => {
  expect(() => jwtBearer({ secret, user })).toThrow(/Pass it as "publicKey"/)
})

test.for([['short'], ['x'.repeat(31)], [` ${'x'.repeat(31)}\n`]])('the secret %j is too short', ([secret]) => {
  expect(() => jwtBearer({ secret: secret ?? '', user })).toThrow(/has \d+ bytes; HS256 needs at least 32/)
})

test('algorithms go with the key, or it is an error at start', () => {
  const ed25519 = generateKeyPairSync('ed25519')
  expect(() => jwtBearer({ secret, algorithms: ['RS256'], user })).toThrow(
    /a secret goes with HS256, HS384, HS512; got RS256/,
  )
  expect(() => jwtBearer({ secret, algorithms: ['HS512'], user })).toThrow(/HS512 needs at least 64/)
  expect(() => jwtBearer({ secret, algorithms: ['none' as 'HS256'], user })).toThrow(/got none/)
  expect(() => jwtBearer({ secret, algorithms: [], user })).toThrow(/got none of them/)
  expect(() => jwtBearer({ publicKey: ed25519.publicKey, algorithms: ['HS256'], user })).toThrow(/got HS256/)
  expect(() => jwtBearer({ publicKey: ed25519.publicKey, algorithms: ['RS256'], user })).toThrow(/got RS256/)
  expect(() => jwtBearer({ jwks: { keys: [] }, algorithms: ['HS256'], user })).toThrow(/got HS256/)
  expect(() => jwtBearer({ jwks: { keys: 'none' } as never, algorithms: ['ES256'], user })).toThrow(/JWK Set/)
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
  expect(() => jwtBearer({ publicKey: small.publicKey, user })).toThrow(/1024 bits/)
  expect(() => jwtBearer({ secret, clockToleranceSeconds: 3600, user })).toThrow(/0 to 300/)
})

test('a token for an audience is refused where none is configured: it is meant for somebody else', async () => {
  const authenticator = jwtBearer({ secret, user })
  await refusal(authenticator, bearerOf(forge({ alg: 'HS256' }, good())))
  expect(await ask(authenticator, bearerOf(forge({ alg: 'HS256' }, { ...good(), aud: undefined })))).toMatchObject({
    id: 'ada',
  })
})

test('an expired token says so, also when it was verified before', async () => {
  const request = bearerOf(forge({ alg: 'HS256' }, good()))
  await ask(strict, request)
  vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ['Date'] })
  try {
    const error = await refusal(strict, request)
    expect(error.message).toBe('The token has expired.')
  } finally {
    vi.useRealTimers()
  }
})

test('a token older than maxAgeSeconds is refused, also when it was verified before', async () => {
  const authenticator = jwtBearer({ secret, maxAgeSeconds: 30, user })
  const request = bearerOf(forge({ alg: 'HS256' }, { sub: 'ada', iat: now(), exp: now() + 600 }))
  await ask(authenticator, request)
  vi.useFakeTimers({ now: Date.now() + 31_000, toFake: ['Date'] })
  try {
    await refusal(authenticator, request)
  } finally {
    vi.useRealTimers()
  }
})

test('a token of another type is refused where a type is required', async () => {
  const authenticator = jwtBearer({ secret, typ: 'at+jwt', user })
  const claims = { sub: 'ada', exp: now() + 60 }
  await refusal(authenticator, bearerOf(forge({ alg: 'HS256', typ: 'refresh+jwt' }, claims)))
  await refusal(authenticator, bearerOf(forge({ alg: 'HS256' }, claims)))
  expect(await ask(authenticator, bearerOf(forge({ alg: 'HS256', typ: 'at+jwt' }, claims)))).toMatchObject({
    id: 'ada',
  })
})

test('the user is asked for on every request, so that an ended account ends its tokens', async () => {
  const accounts = new Set(['ada'])
  const authenticator = jwtBearer({ secret, user: ({ sub = '' }) => (accounts.has(sub) ? { id: sub } : undefined) })
  const request = bearerOf(forge({ alg: 'HS256' }, { sub: 'ada', exp: now() + 60 }))
  expect(await ask(authenticator, request)).toEqual({ id: 'ada' })
  accounts.delete('ada')
  await refusal(authenticator, request)
})

test('remembered claims cannot be changed by one request for the next', async () => {
  const found = (await ask(strict, bearerOf(forge({ alg: 'HS256' }, { ...good(), roles: ['a'] })))) as ReturnType<
    typeof user
  >
  expect(Object.isFrozen(found.claims)).toBe(true)
  expect(Object.isFrozen(found.claims.roles)).toBe(true)
})

test('what is issued is accepted, with the same issuer, audience and type', async () => {
  const tokens = jwtTokens({ secret, issuer: 'blog', audience: 'web', expiresInSeconds: 60, scheme: 'Token', user })
  const token = await tokens.issue({ sub: 'ada', name: 'Ada' })
  const found = (await ask(tokens.authenticator, withAuthorization(`Token ${token}`))) as ReturnType<typeof user>
  expect(found.claims).toMatchObject({ sub: 'ada', name: 'Ada', iss: 'blog', aud: 'web' })
  expect(found.claims.exp - (found.claims.iat ?? 0)).toBe(60)
  expect(found.claims.jti).toMatch(/^[0-9a-f-]{36}$/)
  const other = jwtTokens({ secret, issuer: 'blog', audience: 'admin', scheme: 'Token', user })
  await refusal(other.authenticator, withAuthorization(`Token ${token}`))
  expect(await tokens.issue({ sub: 'ada' })).not.toBe(await tokens.issue({ sub: 'ada' }))
})

test.for(['ed25519', 'ec', 'rsa'] as const)('tokens can be signed with a private %s key', async (type) => {
  const privateKey: KeyObject =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : type === 'rsa'
        ? rsa.privateKey
        : generateKeyPairSync('ed25519').privateKey
  const tokens = jwtTokens({ privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }), user })
  const token = await tokens.issue({ sub: 'ada' })
  expect(await ask(tokens.authenticator, bearerOf(token))).toMatchObject({ id: 'ada' })
  const elsewhere = jwtBearer({ publicKey: createPublicKey(privateKey), user })
  expect(await ask(elsewhere, bearerOf(token))).toMatchObject({ id: 'ada' })
})

test('issued claims cannot set their own expiry', async () => {
  const tokens = jwtTokens({ secret, user })
  const token = await tokens.issue({ sub: 'ada', exp: now() + 1e9 })
  const found = (await ask(tokens.authenticator, bearerOf(token))) as ReturnType<typeof user>
  expect(found.claims.exp).toBeLessThanOrEqual(now() + 900)
})

test('keys come from a key set by kid; when it cannot be had the answer is 503, never 401', async () => {
  const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...(await exportJWK(signer.publicKey)), kid: 'k1', alg: 'ES256' }
  let answer: { readonly status: number; readonly body: string } = { status: 500, body: '' }
  let asked = 0
  const server = createServer((_, response) => {
    asked += 1
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const jwks = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`)
    const authenticator = jwtBearer({ jwks, algorithms: ['ES256'], user })
    const sign = (kid: string) =>
      new SignJWT({ sub: 'ada', jti: randomUUID(), exp: now() + 60 })
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(signer.privateKey)
    await expect(ask(authenticator, bearerOf(await sign('k1')))).rejects.toBeInstanceOf(Unavailable)
    answer = { status: 200, body: JSON.stringify({ keys: [jwk] }) }
    expect(await ask(authenticator, bearerOf(await sign('k1')))).toMatchObject({ id: 'ada' })
    for (const kid of ['k2', 'k3', 'k4']) await refusal(authenticator, bearerOf(await sign(kid)))
    expect(asked, 'unknown key ids do not make it ask again').toBe(2)
    const local = jwtBearer({ jwks: { keys: [jwk] }, algorithms: ['ES256'], user })
    expect(await ask(local, bearerOf(await sign('k1')))).toMatchObject({ id: 'ada' })
    await refusal(
      local,
      bearerOf(forge({ alg: 'HS256', kid: 'k1' }, { sub: 'ada', exp: now() + 60 }, JSON.stringify(jwk))),
    )
  } finally {
    server.close()
  }
})

test('HMAC tokens of jose itself are accepted', async () => {
  const token = await new SignJWT(good()).setProtectedHeader({ alg: 'HS256' }).sign(key)
  expect(await ask(strict, bearerOf(token))).toMatchObject({ id: 'ada' })
})
