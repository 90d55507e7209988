import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountsApp, PASSWORD } from '../../src/auth/accounts.fixture.ts'
import { callerOf, sessionsApp } from '../../src/auth/sessions/sessions.fixture.ts'

let app: Awaited<ReturnType<typeof sessionsApp>>
beforeAll(async () => {
  app = await sessionsApp()
})
afterAll(() => app?.t.stop())

const DELIVERIES = ['session', 'cookies', 'tokens'] as const

/** A user who has a second factor. */
async function guarded(email: string, type: 'totp' | 'passkey' = 'totp', confirmed = true): Promise<string> {
  const id = await app.user(email)
  await app.query(
    sql`insert into auth_factors (id, user_id, type, secret, confirmed_at)
      values (gen_random_uuid(), ${id}, ${type}, 'x', ${confirmed ? sql`now()` : null})`,
  )
  return id
}

const sessionsOf = (id: string) => app.query(sql`select 1 as one from auth_sessions where user_id = ${id}`)
const complete = (challenge: string | undefined) => app.call('/test/complete', { json: { challenge } })

describe('after the first of two factors (GA7)', () => {
  test.each(DELIVERIES)('there is no session, no cookie and no token: %s', async (delivery) => {
    const id = await guarded(`half-${delivery}@example.com`)
    const half = await app.logIn(`half-${delivery}@example.com`, delivery)
    expect(half).toMatchObject({ status: 200, cookies: {} })
    expect(half.body).toEqual({
      status: 'second_factor_required',
      challenge: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      factors: ['totp'],
    })
    expect(await sessionsOf(id)).toEqual([])
    const challenge = half.body['challenge']!
    const everyWay = [
      { token: challenge },
      { cookies: { '__Host-session': challenge } },
      { cookies: { '__Host-access': challenge } },
      { headers: { 'x-api-key': challenge } },
    ]
    for (const credentials of everyWay) {
      for (const path of ['/test/me', '/auth/sessions']) expect((await app.call(path, credentials)).status).toBe(401)
      expect((await app.call('/auth/logout-all', { method: 'POST', ...credentials })).status).toBe(401)
    }
    expect((await app.call('/auth/refresh', { json: { refreshToken: challenge } })).status).toBe(400)
    const whole = await complete(challenge)
    expect(whole.body).toMatchObject({ status: 'logged_in', userId: id })
    const as = delivery === 'tokens' ? { token: whole.body['accessToken'] } : { cookies: whole.cookies }
    expect((await app.call('/test/me', as)).body).toMatchObject({ methods: ['pwd', 'otp'] })
  })

  test('a challenge is good for one session, also of 20 requests at once', async () => {
    const id = await guarded('once@example.com')
    const { body } = await app.logIn('once@example.com', 'session')
    const answers = await Promise.all(Array.from({ length: 20 }, () => complete(body['challenge'])))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body: of }) => of['code'] === 'token_invalid')).toHaveLength(19)
    expect(await sessionsOf(id)).toHaveLength(1)
  })

  test('a challenge holds 10 minutes and 5 attempts, and ends with all sessions of the user', async () => {
    const id = await guarded('short@example.com')
    const challenge = async () => (await app.logIn('short@example.com', 'tokens')).body['challenge']
    const late = await challenge()
    await app.query(
      sql`update auth_one_time_tokens set expires_at = expires_at - interval '10 minutes' where user_id = ${id}`,
    )
    expect(await complete(late)).toMatchObject({ status: 400, body: { code: 'token_invalid' } })
    const tried = await challenge()
    const attempts = [1, 2, 3, 4, 5, 6].map(() => () => app.call('/test/challenge', { json: { challenge: tried } }))
    const statuses: number[] = []
    for (const attempt of attempts) statuses.push((await attempt()).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 400])
    const before = await challenge()
    await app.query(sql`update auth_credentials set epoch = epoch + 1 where user_id = ${id}`)
    expect(await complete(before)).toMatchObject({ status: 400, body: { code: 'token_invalid' } })
    expect(await sessionsOf(id)).toEqual([])
  })

  test('a challenge is nothing to a user who was disabled meanwhile', async () => {
    const id = await guarded('disabled@example.com')
    const { body } = await app.logIn('disabled@example.com', 'session')
    await app.query(sql`update users set disabled_at = now() where id = ${id}`)
    expect(await complete(body['challenge'])).toMatchObject({ status: 400 })
    expect((await app.logIn('disabled@example.com', 'session')).status).toBe(401)
    expect(await sessionsOf(id)).toEqual([])
  })
})

test('a factor that was never confirmed is asked of nobody; a passkey is both factors', async () => {
  await guarded('unconfirmed@example.com', 'totp', false)
  expect((await app.logIn('unconfirmed@example.com', 'session')).body).toMatchObject({ status: 'logged_in' })
  await guarded('passkey@example.com', 'passkey')
  expect((await app.logIn('passkey@example.com', 'session')).body).toMatchObject({ factors: ['passkey'] })
  const json = { email: 'passkey@example.com', delivery: 'session', methods: ['passkey'] }
  expect((await app.call('/test/login', { json })).body).toMatchObject({ status: 'logged_in' })
})

test('after the password alone every operation that is not open answers 401, by whichever credentials', async () => {
  const accounts = await accountsApp()
  try {
    const { url } = await accounts.t.listen()
    const call = callerOf(url)
    const { id, email } = await accounts.register()
    await accounts.t.run({ drizzle: accounts.db.drizzle }, ({ drizzle }) =>
      drizzle.execute(sql`insert into auth_factors (id, user_id, type, secret, confirmed_at)
        values (gen_random_uuid(), ${id}, 'totp', 'x', now())`),
    )
    const half = await call('/auth/login', { json: { email, password: PASSWORD, delivery: 'session' } })
    expect(half).toMatchObject({ status: 200, cookies: {}, body: { status: 'second_factor_required' } })
    const challenge = half.body['challenge']!
    const { paths } = accounts.t.app.openapi() as unknown as {
      paths: Record<string, Record<string, { readonly security?: readonly object[] }>>
    }
    const guarded = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(
          ([, { security = [] }]) => security.length > 0 && security.every((each) => Object.keys(each).length > 0),
        )
        .map(([method]) => ({ method: method.toUpperCase(), path: path.replace(/\{\w+\}/g, id) })),
    )
    expect(guarded.length).toBeGreaterThan(15)
    for (const { method, path } of guarded) {
      for (const credentials of [
        {},
        { token: challenge },
        { cookies: { '__Host-session': challenge } },
        { cookies: { '__Host-access': challenge } },
      ])
        expect({ method, path, status: (await call(path, { method, ...credentials })).status }).toEqual({
          method,
          path,
          status: 401,
        })
    }
  } finally {
    await accounts.stop()
  }
})
