import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ORIGIN, PASSWORD } from '../../src/auth/accounts.fixture.ts'
import { codeNow, factorsApp, type Carried, type FactorsApp } from '../../src/auth/factors/factors.fixture.ts'
import { sessionsApp } from '../../src/auth/sessions/sessions.fixture.ts'

let app: FactorsApp
beforeAll(async () => {
  app = await factorsApp()
})
afterAll(() => app?.stop())

interface Documented {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: readonly object[] }>>>>
}

/** All operations of the app that ask who calls, as its own document has them. */
async function guardedOperations(): Promise<readonly (readonly [method: string, path: string])[]> {
  const { body } = await app.call<Documented>('GET', '/openapi.json')
  const found = Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(
        ([, { security = [] }]) => security.length > 0 && !security.some((each) => Object.keys(each).length === 0),
      )
      .map(
        ([method]) =>
          [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-000000000000')] as const,
      ),
  )
  expect(found.length).toBeGreaterThan(25)
  return found
}

/** Everything a request can carry it as. */
function carried(secret: string): readonly Carried[] {
  const cookies = ['__Host-session', '__Host-access', '__Host-refresh'].map((name) => `${name}=${secret}`)
  return [
    { authorization: `Bearer ${secret}` },
    { authorization: `Basic ${Buffer.from(`:${secret}`).toString('base64')}` },
    { 'x-api-key': secret },
    ...cookies.map((cookie) => ({ cookie, origin: ORIGIN, 'sec-fetch-site': 'same-origin' })),
  ]
}

const sessionsOf = (id: string) =>
  app.query<{ methods: string[] }>(sql`select methods from auth_sessions where user_id = ${id}`)

describe('who has a second factor and has shown the password only (GA7)', () => {
  test.each(['session', 'cookies', 'tokens'])('is nobody to every operation: %s', async (delivery) => {
    const { id, email, secret } = await app.totpUser()
    await app.query(sql`delete from auth_sessions where user_id = ${id}`)
    const half = await app.call('POST', '/auth/login', { email, password: PASSWORD, delivery })
    expect(half.headers.getSetCookie()).toEqual([])
    expect(Object.keys(half.body)).toEqual(['status', 'challenge', 'factors'])
    expect(half.body['factors']).toEqual(['recovery', 'totp'])
    const challenge = String(half.body['challenge'])
    const options = await app.call('POST', '/auth/login/passkey/options', { challenge })
    for (const [method, path] of await guardedOperations()) {
      for (const given of [challenge, String(options.body['challenge'])].flatMap(carried)) {
        const { status } = await app.call(method, path, method === 'GET' ? undefined : {}, given)
        expect([method, path, given, status]).toEqual([method, path, given, 401])
      }
    }
    expect((await app.call('POST', '/auth/refresh', { refreshToken: challenge })).status).toBe(400)
    expect(await sessionsOf(id)).toEqual([])
    const code = codeNow(secret, 1)
    expect((await app.call('POST', '/auth/login/second-factor', { challenge, code })).status).toBe(200)
    expect(await sessionsOf(id)).toEqual([{ methods: ['pwd', 'otp'] }])
  })

  test('gets no token by the form', async () => {
    const { email } = await app.totpUser()
    const body = new URLSearchParams({ username: email, password: PASSWORD })
    const answer = await app.t.fetch('/auth/token', { method: 'POST', body })
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ error: 'invalid_grant' })])
  })
})

describe('sessions that were begun with the password only (GA7)', () => {
  test('end with the first factor, those that are remembered too, and one goes on under new tokens', async () => {
    const { id, email } = await app.register()
    const cookie = { cookie: await app.cookieOf(email), 'sec-fetch-site': 'same-origin' }
    const tokens = await app.logIn(email)
    const own = await app.logIn(email)
    const everywhere: Carried[] = [cookie, tokens.headers, own.headers]
    for (const headers of everywhere) expect((await app.call('GET', '/notes', undefined, headers)).status).toBe(204)
    const { headers } = await app.addTotp(own.headers)
    for (const before of everywhere) expect((await app.call('GET', '/notes', undefined, before)).status).toBe(401)
    for (const { refreshToken } of [tokens, own])
      expect((await app.call('POST', '/auth/refresh', { refreshToken })).body).toMatchObject({ code: 'invalid_grant' })
    expect((await app.call('GET', '/notes/step-up', undefined, headers)).status).toBe(204)
    expect(await sessionsOf(id)).toEqual([{ methods: ['pwd', 'otp'] }])
  })

  test('are not begun while the first factor is confirmed, whichever comes first', async () => {
    const { id, email } = await app.register()
    const { headers } = await app.logIn(email)
    const logIns = Array.from({ length: 12 }, () => app.call('POST', '/auth/login', { email, password: PASSWORD }))
    const [added, ...answers] = await Promise.all([app.addTotp(headers), ...logIns])
    for (const { body } of answers) expect(['logged_in', 'second_factor_required']).toContain(body['status'])
    for (const { body } of answers.filter(({ body: of }) => of['status'] === 'logged_in')) {
      const early = { authorization: `Bearer ${String(body['accessToken'])}` }
      expect((await app.call('GET', '/notes', undefined, early)).status).toBe(401)
    }
    expect(await sessionsOf(id)).toEqual([{ methods: ['pwd', 'otp'] }])
    expect((await app.call('GET', '/notes', undefined, added.headers)).status).toBe(204)
  })
})

test('a log-in that waits for a first factor to be confirmed asks for it, also without a password', async () => {
  const sessions = await sessionsApp()
  try {
    const id = await sessions.user('slow@example.com')
    const { transaction } = sessions.core.database
    const logIn = await sessions.t.run({ tx: transaction }, async ({ tx }) => {
      await tx.execute(
        sql`insert into auth_credentials (user_id) values (${id}) on conflict (user_id) do update set epoch = 2`,
      )
      await tx.execute(sql`insert into auth_factors (id, user_id, type, secret, confirmed_at)
        values (gen_random_uuid(), ${id}, 'totp', 'x', now())`)
      const answer = sessions.logIn('slow@example.com', 'session')
      const waiting = sql<{ waiting: boolean }>`select exists (select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock') as waiting`
      await expect.poll(() => sessions.query(waiting), { timeout: 30_000 }).toEqual([{ waiting: true }])
      return { answer }
    })
    expect((await logIn.answer).body).toMatchObject({ status: 'second_factor_required' })
  } finally {
    await sessions.t.stop()
  }
})

test('a challenge ends with all sessions, and with what an administrator resets', async () => {
  const { id, email, recoveryCodes, headers } = await app.totpUser()
  const [first, second] = recoveryCodes
  const before = await app.challengeOf(email, PASSWORD)
  expect((await app.call('POST', '/auth/logout-all', undefined, headers)).status).toBe(204)
  const tried = await app.call('POST', '/auth/login/second-factor', { challenge: before, code: first })
  expect(tried.body).toMatchObject({ code: 'token_invalid' })
  const underWay = await app.challengeOf(email, PASSWORD)
  const admin = await app.register({ roles: ['admin'] })
  const path = `/auth/admin/users/${id}/factors`
  expect((await app.call('DELETE', path, undefined, (await app.logIn(admin.email)).headers)).status).toBe(204)
  const late = await app.call('POST', '/auth/login/second-factor', { challenge: underWay, code: second })
  expect(late.body).toMatchObject({ code: 'token_invalid' })
})
