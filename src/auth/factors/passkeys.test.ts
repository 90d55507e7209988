import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ORIGIN, PASSWORD } from '../accounts.fixture.ts'
import type { CreationOptions, RequestOptions } from './credential-schemas.ts'
import { codeNow, factorsApp, type Carried, type FactorsApp } from './factors.fixture.ts'
import { SoftwareAuthenticator } from './software-authenticator.fixture.ts'

let app: FactorsApp
beforeAll(async () => {
  app = await factorsApp()
})
afterAll(() => app?.stop())

const creation = async (headers: Carried) =>
  (await app.call<CreationOptions>('POST', '/auth/factors/passkeys/options', undefined, headers)).body
const register = (headers: Carried, credential: unknown, name = 'Laptop') =>
  app.call<{ recoveryCodes: string[]; session: { accessToken: string } }>(
    'POST',
    '/auth/factors/passkeys',
    { name, credential },
    headers,
  )
const request = async (challenge?: string) =>
  (await app.call<RequestOptions>('POST', '/auth/login/passkey/options', challenge === undefined ? {} : { challenge }))
    .body
const logIn = (credential: unknown, challenge?: string) =>
  app.call('POST', '/auth/login/passkey', { credential, ...(challenge !== undefined && { challenge }) })
const bearer = (token: unknown) => ({ authorization: `Bearer ${String(token)}` })

/** Somebody with a passkey. */
async function passkeyUser() {
  const { id, email } = await app.register()
  const { headers: before } = await app.logIn(email)
  const authenticator = new SoftwareAuthenticator(ORIGIN)
  const { status, body } = await register(before, authenticator.create(await creation(before)))
  expect(status).toBe(200)
  return { id, email, authenticator, recoveryCodes: body.recoveryCodes, headers: bearer(body.session.accessToken) }
}

describe('a passkey', () => {
  test('is registered, listed, renamed and removed, each time with an event', async () => {
    const { id, email, headers, recoveryCodes } = await passkeyUser()
    expect(recoveryCodes).toHaveLength(10)
    expect((await app.outbox.next(email)).text).toContain('a passkey was added')
    const options = await creation(headers)
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'Fixture' },
      user: { name: email },
      excludeCredentials: [{ type: 'public-key', transports: ['internal'] }],
    })
    expect(Buffer.from(options.user.id, 'base64url')).toHaveLength(32)
    const list = async () =>
      (await app.call<{ passkeys: { id: string; name: string }[] }>('GET', '/auth/factors', undefined, headers)).body
    const { passkeys } = await list()
    expect(passkeys).toEqual([expect.objectContaining({ name: 'Laptop', backedUp: false, lastUsedAt: null })])
    const path = `/auth/factors/passkeys/${passkeys[0]!.id}`
    expect((await app.call('PATCH', path, { name: 'Key ring' }, headers)).body).toMatchObject({ name: 'Key ring' })
    const other = (await passkeyUser()).headers
    for (const [method, json] of [['PATCH', { name: 'Mine' }], ['DELETE']] as const)
      expect((await app.call(method, path, json, other)).status).toBe(404)
    expect((await app.call('DELETE', path, undefined, headers)).status).toBe(204)
    expect(await list()).toEqual({ totp: null, passkeys: [], recoveryCodesLeft: 0 })
    const events = await app.query<{ event: string }>(
      sql`select event from auth_events where user_id = ${id} order by id`,
    )
    expect(events.map(({ event }) => event).filter((event) => event.startsWith('passkey'))).toEqual([
      'passkey_added',
      'passkey_renamed',
      'passkey_removed',
    ])
  })

  test('is the second factor after the password', async () => {
    const { id, email, authenticator } = await passkeyUser()
    const challenge = await app.challengeOf(email, PASSWORD)
    const options = await request(challenge)
    expect(options).toMatchObject({ userVerification: 'preferred', allowCredentials: [{ type: 'public-key' }] })
    const credential = authenticator.get(options, { verified: false, userHandle: null })
    const { body } = await logIn(credential, challenge)
    expect(body).toMatchObject({ status: 'logged_in', userId: id })
    const me = await app.call('GET', '/auth/me', undefined, bearer(body['accessToken']))
    expect(me.body).toMatchObject({ session: { methods: ['pwd', 'passkey'] } })
    expect((await logIn(credential, challenge)).body).toMatchObject({ code: 'token_invalid' })
  })

  test('logs in alone, where the authenticator has verified its user and names them', async () => {
    const { id, authenticator } = await passkeyUser()
    const options = await request()
    expect(options).toMatchObject({ userVerification: 'required', rpId: 'localhost' })
    expect(options.allowCredentials).toBeUndefined()
    const { body } = await logIn(authenticator.get(options))
    expect(body).toMatchObject({ status: 'logged_in', userId: id })
    const headers = bearer(body['accessToken'])
    expect((await app.call('GET', '/auth/me', undefined, headers)).body).toMatchObject({
      session: { methods: ['passkey'] },
    })
    expect((await app.call('GET', '/notes/step-up', undefined, headers)).status).toBe(204)
    const refused = [{ verified: false }, { userHandle: null }, { userHandle: Buffer.alloc(32).toString('base64url') }]
    for (const twisted of refused)
      expect([twisted, (await logIn(authenticator.get(await request(), twisted))).body['code']]).toEqual([
        twisted,
        'invalid_second_factor',
      ])
  })

  test('renews a session, for what asks for a factor', async () => {
    const { headers, authenticator, recoveryCodes, email } = await passkeyUser()
    const challenge = await app.challengeOf(email, PASSWORD)
    const { body } = await app.call('POST', '/auth/login/second-factor', { challenge, code: recoveryCodes[0] })
    const session = bearer(body['accessToken'])
    expect((await app.call('GET', '/notes/step-up', undefined, session)).status).toBe(401)
    const path = '/auth/reauthenticate/passkey'
    const options = (await app.call<RequestOptions>('POST', `${path}/options`, undefined, session)).body
    const credential = authenticator.get(options)
    const foreign = await app.call('POST', path, { credential }, headers)
    expect(foreign.body).toMatchObject({ code: 'token_invalid' })
    const renewed = await app.call('POST', path, { credential }, session)
    expect((await app.call('GET', '/notes/step-up', undefined, bearer(renewed.body['accessToken']))).status).toBe(204)
  })
})

describe('a passkey is refused', () => {
  const FOREIGN = [
    ['another origin', { origin: 'https://evil.example' }],
    ['a subdomain that is not listed', { origin: 'http://evil.localhost:3000' }],
    ['another port', { origin: 'http://localhost:4000' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['the other ceremony', { type: 'webauthn.payment' }],
  ] as const

  test.each(FOREIGN)('in both ceremonies: %s', async (_, twisted) => {
    const { headers, authenticator } = await passkeyUser()
    const other = new SoftwareAuthenticator(ORIGIN)
    const made = await register(headers, other.create(await creation(headers), twisted))
    expect(made).toMatchObject({ status: 401, body: { code: 'invalid_second_factor' } })
    expect((await logIn(authenticator.get(await request(), twisted))).body).toMatchObject({
      code: 'invalid_second_factor',
    })
  })

  test('in a frame of another site, and without a challenge', async () => {
    const { authenticator } = await passkeyUser()
    for (const twisted of [{ crossOrigin: true }, { challenge: '' }, { challenge: 'x'.repeat(43) }])
      expect((await logIn(authenticator.get(await request(), twisted))).body).toMatchObject({ code: 'token_invalid' })
    for (const clientDataJSON of ['bm90IGpzb24', 'bnVsbA', 'W10']) {
      const credential = authenticator.get(await request())
      const response = { ...credential.response, clientDataJSON }
      expect((await logIn({ ...credential, response })).body).toMatchObject({ code: 'token_invalid' })
    }
  })

  test('with a challenge of somebody else, of another log-in or of another ceremony', async () => {
    const [ada, eve] = [await passkeyUser(), await passkeyUser()]
    const forEve = await creation(eve.headers)
    const made = new SoftwareAuthenticator(ORIGIN).create(forEve)
    expect((await register(ada.headers, made)).body).toMatchObject({ code: 'token_invalid' })
    const [first, second] = [await app.challengeOf(ada.email, PASSWORD), await app.challengeOf(ada.email, PASSWORD)]
    const ofFirst = ada.authenticator.get(await request(first))
    expect((await logIn(ofFirst, second)).body).toMatchObject({ code: 'token_invalid' })
    expect((await logIn(ofFirst)).body).toMatchObject({ code: 'token_invalid' })
    expect((await logIn(ada.authenticator.get(await request()), first)).body).toMatchObject({ code: 'token_invalid' })
    // Of somebody else, for one's own password.
    const stolen = await logIn(eve.authenticator.get(await request(first)), first)
    expect(stolen.body).toMatchObject({ code: 'invalid_second_factor' })
    expect((await logIn(ofFirst, first)).status).toBe(200)
  })

  test('after its challenge has expired or was used, also of 10 at once', async () => {
    const { id, authenticator } = await passkeyUser()
    const late = authenticator.get(await request())
    await app.query(sql`update auth_one_time_tokens set expires_at = expires_at - interval '5 minutes'`)
    expect((await logIn(late)).body).toMatchObject({ code: 'token_invalid' })
    const sessions = () => app.query(sql`select 1 as one from auth_sessions where user_id = ${id}`)
    const before = (await sessions()).length
    const credential = authenticator.get(await request())
    const answers = await Promise.all(Array.from({ length: 10 }, () => logIn(credential)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await sessions()).length - before).toBe(1)
  })

  test('where its counter has not risen: there is a copy', async () => {
    const { authenticator } = await passkeyUser()
    const copy = authenticator.clone()
    expect((await logIn(authenticator.get(await request()))).status).toBe(200)
    expect((await logIn(copy.get(await request()))).body).toMatchObject({ code: 'invalid_second_factor' })
    expect((await logIn(copy.get(await request(), { counter: 0 }))).body).toMatchObject({
      code: 'invalid_second_factor',
    })
    expect((await logIn(authenticator.get(await request()))).status).toBe(200)
  })

  test('where it is registered already, by whomever', async () => {
    const { headers } = await passkeyUser()
    const { email } = await app.register()
    const other = (await app.logIn(email)).headers
    const authenticator = new SoftwareAuthenticator(ORIGIN)
    expect((await register(headers, authenticator.create(await creation(headers)))).status).toBe(200)
    const [row] = await app.query<{ credential_id: string }>(
      sql`select credential_id from auth_factors where type = 'passkey' order by created_at desc limit 1`,
    )
    const again = new SoftwareAuthenticator(ORIGIN)
    const credential = again.create(await creation(other))
    await app.query(
      sql`update auth_factors set credential_id = ${credential.id} where credential_id = ${row!.credential_id}`,
    )
    expect((await register(other, credential)).body).toMatchObject({ code: 'conflict', status: 409 })
    expect((await app.call('POST', '/auth/login', { email, password: PASSWORD })).body).toMatchObject({
      status: 'logged_in',
    })
  })

  test('where its signature or its key is another one', async () => {
    const { authenticator } = await passkeyUser()
    const stranger = (await passkeyUser()).authenticator
    const options = await request()
    const [own, others] = [authenticator.get(options), stranger.get(options)]
    const forged = { ...own, response: { ...own.response, signature: others.response.signature } }
    expect((await logIn(forged)).body).toMatchObject({ code: 'invalid_second_factor' })
    expect((await logIn({ ...own, id: others.id, rawId: others.id })).body).toMatchObject({
      code: 'invalid_second_factor',
    })
    expect((await logIn({ ...own, id: 'AAAA', rawId: 'AAAA' })).body).toMatchObject({ code: 'invalid_second_factor' })
  })
})

test('with an authenticator app besides, either is enough, and no new recovery codes are given', async () => {
  const { email, authenticator, headers } = await passkeyUser()
  const { secret, recoveryCodes } = await app.addTotp(headers)
  expect(recoveryCodes).toEqual([])
  const challenge = await app.challengeOf(email, PASSWORD)
  expect((await logIn(authenticator.get(await request(challenge)), challenge)).status).toBe(200)
  const json = { challenge: await app.challengeOf(email, PASSWORD), code: codeNow(secret, 1) }
  expect((await app.call('POST', '/auth/login/second-factor', json)).status).toBe(200)
})

test('options without a challenge are counted by the network, generously', async () => {
  const own = await factorsApp({ attempts: { perNetwork: 1 } })
  try {
    // In process there are no addresses: this needs a socket.
    const { url } = await own.t.listen()
    const status = async () =>
      (
        await fetch(`${url}/auth/login/passkey/options`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        })
      ).status
    for (let begun = 0; begun < 30; begun++) expect(await status()).toBe(200)
    expect(await status()).toBe(429)
    expect(await own.query(sql`select count(*)::int as count from auth_one_time_tokens`)).toEqual([{ count: 30 }])
  } finally {
    await own.stop()
  }
})
