import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../accounts.fixture.ts'
import { FactorRows } from './factor-rows.ts'
import { codeNow, factorsApp, type FactorsApp } from './factors.fixture.ts'

let app: FactorsApp
beforeAll(async () => {
  app = await factorsApp()
})
afterAll(() => app?.stop())

const secondStep = (challenge: string, code: string) =>
  app.call('POST', '/auth/login/second-factor', { challenge, code })
const factorsOf = (headers: Readonly<Record<string, string>>) => app.call('GET', '/auth/factors', undefined, headers)
const eventsOf = async (id: string) =>
  (await app.query<{ event: string }>(sql`select event from auth_events where user_id = ${id} order by id`)).map(
    ({ event }) => event,
  )

test('a time step is taken once, and a signature counter only where it has risen or there is none', async () => {
  const { id: userId } = await app.register()
  const taken = await app.t.run({ tx: app.db.transaction }, async ({ tx }) => {
    const rows = new FactorRows(app.auth.core.tables, tx)
    const { id } = (await rows.insertPasskey({
      userId,
      name: '',
      secret: '',
      credentialId: userId,
      counter: 0,
      details: {},
    }))!
    const counters: boolean[] = []
    for (const counter of [0, 0, 5, 5, 4, 0, 6]) counters.push(await rows.useCounter(id, counter))
    const steps: boolean[] = []
    for (const step of [7, 7, 6, 8]) steps.push(await rows.useStep(id, step))
    return { counters, steps }
  })
  expect(taken).toEqual({
    counters: [true, true, true, false, false, false, true],
    steps: [true, false, false, true],
  })
})

describe('an authenticator app', () => {
  test('is begun, confirmed by a code, asked for, and removed; the owner is told of each change', async () => {
    const { id, email } = await app.register()
    const { headers } = await app.logIn(email)
    expect((await factorsOf(headers)).body).toEqual({ totp: null, passkeys: [], recoveryCodesLeft: 0 })
    const begun = await app.call<{ secret: string; uri: string }>('POST', '/auth/factors/totp', undefined, headers)
    expect(begun.headers.get('cache-control')).toBe('no-store')
    expect(begun.body.uri).toBe(
      `otpauth://totp/Fixture:${encodeURIComponent(email)}?secret=${begun.body.secret}&issuer=Fixture&algorithm=SHA1&digits=6&period=30`,
    )
    const [stored] = await app.query<{ secret: string }>(sql`select secret from auth_factors where user_id = ${id}`)
    expect(stored!.secret).toMatch(/^v1\./)
    expect((await app.call('POST', '/auth/login', { email, password: PASSWORD })).body).toMatchObject({
      status: 'logged_in',
    })
    const added = await app.addTotp(headers)
    expect(added.recoveryCodes).toHaveLength(10)
    expect((await factorsOf(added.headers)).body).toMatchObject({ totp: { lastUsedAt: null }, recoveryCodesLeft: 10 })
    expect((await app.outbox.next(email)).text).toContain('an authenticator app was added')
    const challenge = await app.challengeOf(email, PASSWORD)
    const { body } = await secondStep(challenge, codeNow(added.secret, 1))
    expect(body).toMatchObject({ status: 'logged_in', userId: id })
    const whole = { authorization: `Bearer ${String(body['accessToken'])}` }
    expect((await app.call('GET', '/auth/me', undefined, whole)).body).toMatchObject({
      session: { methods: ['pwd', 'otp'] },
    })
    expect((await app.call('DELETE', '/auth/factors/totp', undefined, whole)).status).toBe(204)
    expect((await app.call('DELETE', '/auth/factors/totp', undefined, whole)).status).toBe(404)
    expect((await app.outbox.next(email)).text).toContain('the authenticator app was removed')
    expect((await factorsOf(whole)).body).toEqual({ totp: null, passkeys: [], recoveryCodesLeft: 0 })
    expect((await app.call('POST', '/auth/login', { email, password: PASSWORD })).body).toMatchObject({
      status: 'logged_in',
    })
    expect(await eventsOf(id)).toEqual(expect.arrayContaining(['totp_added', 'sessions_ended', 'totp_removed']))
  })

  test('is replaced by another one, which brings no codes and ends no session', async () => {
    const user = await app.totpUser()
    const other = await app.addTotp(user.headers)
    expect(other.recoveryCodes).toEqual([])
    const challenge = await app.challengeOf(user.email, PASSWORD)
    expect((await secondStep(challenge, codeNow(user.secret, 1))).body).toMatchObject({ code: 'invalid_second_factor' })
    expect((await secondStep(challenge, codeNow(other.secret, 1))).status).toBe(200)
  })

  test('is not there before it is confirmed, for 10 minutes, and by a code of its own', async () => {
    const { id, email } = await app.register()
    const { headers } = await app.logIn(email)
    const confirm = (code: string) => app.call('POST', '/auth/factors/totp/confirm', { code }, headers)
    expect((await confirm('123456')).body).toMatchObject({ code: 'token_invalid', status: 400 })
    await app.call('POST', '/auth/factors/totp', undefined, headers)
    for (const code of ['', '12345', '1234567', 'abcdef']) expect((await confirm(code)).status).not.toBe(200)
    expect((await confirm('abcdef')).body).toMatchObject({ code: 'invalid_second_factor', status: 401 })
    await app.query(sql`update auth_factors set created_at = created_at - interval '10 minutes' where user_id = ${id}`)
    expect((await confirm('123456')).body).toMatchObject({ code: 'token_invalid' })
    expect((await app.call('POST', '/auth/login', { email, password: PASSWORD })).body).toMatchObject({
      status: 'logged_in',
    })
  })

  test('is added and removed only by who has just proved who they are', async () => {
    const user = await app.totpUser()
    await app.query(
      sql`update auth_sessions set authenticated_at = authenticated_at - interval '6 minutes' where user_id = ${user.id}`,
    )
    const challenge = await app.challengeOf(user.email, PASSWORD, 'session')
    const fresh = await app.t.fetch('/auth/login/second-factor', {
      method: 'POST',
      json: { challenge, code: codeNow(user.secret) },
    })
    const cookie = fresh.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ')
    await app.query(
      sql`update auth_sessions set authenticated_at = authenticated_at - interval '6 minutes' where user_id = ${user.id}`,
    )
    const stale = { cookie, 'sec-fetch-site': 'same-origin' }
    const dangerous = [
      ['POST', '/auth/factors/totp'],
      ['DELETE', '/auth/factors/totp'],
      ['POST', '/auth/factors/recovery-codes'],
      ['POST', '/auth/factors/passkeys/options'],
      ['DELETE', '/auth/factors/passkeys/00000000-0000-7000-8000-000000000000'],
    ] as const
    for (const [method, path] of dangerous) {
      const refused = await app.call(method, path, undefined, stale)
      expect([method, path, refused.body['code']]).toEqual([method, path, 'recent_authentication_required'])
    }
    expect((await factorsOf(stale)).body).toMatchObject({ recoveryCodesLeft: 10 })
  })
})

describe('recovery codes', () => {
  test('stand in for the factor once each, are counted, and are made anew', async () => {
    const user = await app.totpUser()
    const [first, second] = user.recoveryCodes
    const stored = await app.query<{ secret: string }>(
      sql`select secret from auth_factors where user_id = ${user.id} and type = 'recovery'`,
    )
    expect(stored.map(({ secret }) => secret).join()).not.toContain(first)
    const { body } = await secondStep(await app.challengeOf(user.email, PASSWORD), ` ${first!.toUpperCase()} `)
    expect(body).toMatchObject({ status: 'logged_in' })
    const headers = { authorization: `Bearer ${String(body['accessToken'])}` }
    expect((await factorsOf(headers)).body).toMatchObject({ recoveryCodesLeft: 9 })
    const again = await secondStep(await app.challengeOf(user.email, PASSWORD), first!)
    expect(again.body).toMatchObject({ code: 'invalid_second_factor' })
    const renewed = await app.call<{ recoveryCodes: string[] }>(
      'POST',
      '/auth/factors/recovery-codes',
      undefined,
      headers,
    )
    expect(renewed.body.recoveryCodes).toHaveLength(10)
    expect((await secondStep(await app.challengeOf(user.email, PASSWORD), second!)).status).toBe(401)
    const [code] = renewed.body.recoveryCodes
    expect((await secondStep(await app.challengeOf(user.email, PASSWORD), code!)).status).toBe(200)
    expect(await eventsOf(user.id)).toEqual(expect.arrayContaining(['recovery_code_used', 'recovery_codes_renewed']))
  })

  test('are none without a factor, and nobody else can use them', async () => {
    const { email } = await app.register()
    const { headers } = await app.logIn(email)
    expect((await app.call('POST', '/auth/factors/recovery-codes', undefined, headers)).status).toBe(409)
    const [ada, bob] = [await app.totpUser(), await app.totpUser()]
    const stolen = await secondStep(await app.challengeOf(bob.email, PASSWORD), ada.recoveryCodes[0]!)
    expect(stolen.body).toMatchObject({ code: 'invalid_second_factor' })
  })
})

test('step-up by a code renews the session, and opens what asks for a factor', async () => {
  const user = await app.totpUser()
  const { body: refreshed } = await app.call('POST', '/auth/login/second-factor', {
    challenge: await app.challengeOf(user.email, PASSWORD),
    code: user.recoveryCodes[0],
  })
  const headers = { authorization: `Bearer ${String(refreshed['accessToken'])}` }
  expect((await app.call('GET', '/notes/recent', undefined, headers)).status).toBe(204)
  const refused = await app.call('GET', '/notes/step-up', undefined, headers)
  expect(refused.body).toMatchObject({ code: 'recent_authentication_required' })
  const wrong = await app.call('POST', '/auth/reauthenticate/factor', { code: '00000000' }, headers)
  expect(wrong.body).toMatchObject({ code: 'invalid_second_factor' })
  const { body } = await app.call('POST', '/auth/reauthenticate/factor', { code: codeNow(user.secret) }, headers)
  const stepped = { authorization: `Bearer ${String(body['accessToken'])}` }
  expect((await app.call('GET', '/notes/step-up', undefined, stepped)).status).toBe(204)
  expect((await app.call('GET', '/notes', undefined, headers)).status).toBe(401)
})

test('a password that is typed now does not pass for a code that was typed long ago', async () => {
  const user = await app.totpUser()
  expect((await app.call('GET', '/notes/step-up', undefined, user.headers)).status).toBe(204)
  const { body } = await app.call('POST', '/auth/reauthenticate', { password: PASSWORD }, user.headers)
  const headers = { authorization: `Bearer ${String(body['accessToken'])}` }
  expect((await app.call('GET', '/notes/recent', undefined, headers)).status).toBe(204)
  const refused = await app.call('GET', '/notes/step-up', undefined, headers)
  expect(refused.body).toMatchObject({ code: 'recent_authentication_required' })
})

test('an administrator removes the factors of who has lost them: everything ends, and the owner is told', async () => {
  const user = await app.totpUser()
  const admin = await app.register({ roles: ['admin'] })
  const { headers } = await app.logIn(admin.email)
  const path = `/auth/admin/users/${user.id}/factors`
  expect((await app.call('DELETE', path, undefined, user.headers)).status).toBe(403)
  expect((await app.call('DELETE', path, undefined, headers)).status).toBe(204)
  expect((await app.call('DELETE', path, undefined, headers)).status).toBe(404)
  expect((await app.call('GET', '/notes', undefined, user.headers)).status).toBe(401)
  expect((await app.call('POST', '/auth/login', { email: user.email, password: PASSWORD })).body).toMatchObject({
    status: 'logged_in',
  })
  const [event] = await app.query(sql`select * from auth_events where user_id = ${user.id} and event = 'factors_reset'`)
  expect(event).toMatchObject({ actor_id: admin.id, details: { factors: 1 } })
})

test('who acts as a user changes none of their factors, and proves nothing for them', async () => {
  const user = await app.totpUser()
  const admin = await app.register({ roles: ['admin'] })
  const { headers } = await app.logIn(admin.email)
  const impersonated = await app.call(
    'POST',
    `/auth/admin/users/${user.id}/impersonate`,
    { reason: 'a call to the help desk', delivery: 'tokens' },
    headers,
  )
  const acting = { authorization: `Bearer ${String(impersonated.body['accessToken'])}` }
  expect((await app.call('GET', '/notes', undefined, acting)).status).toBe(204)
  const own = [
    ['GET', '/auth/factors'],
    ['POST', '/auth/factors/totp'],
    ['POST', '/auth/factors/totp/confirm'],
    ['DELETE', '/auth/factors/totp'],
    ['POST', '/auth/factors/recovery-codes'],
    ['POST', '/auth/factors/passkeys/options'],
    ['POST', '/auth/factors/passkeys'],
    ['PATCH', '/auth/factors/passkeys/00000000-0000-7000-8000-000000000000'],
    ['DELETE', '/auth/factors/passkeys/00000000-0000-7000-8000-000000000000'],
    ['POST', '/auth/reauthenticate/factor'],
    ['POST', '/auth/reauthenticate/passkey/options'],
    ['POST', '/auth/reauthenticate/passkey'],
    ['DELETE', `/auth/admin/users/${user.id}/factors`],
  ] as const
  for (const [method, path] of own) {
    const json = method === 'GET' ? undefined : { code: codeNow(user.secret) }
    expect([method, path, (await app.call(method, path, json, acting)).status]).toEqual([method, path, 403])
  }
})
