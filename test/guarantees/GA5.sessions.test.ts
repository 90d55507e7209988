import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountsApp, ORIGIN, PASSWORD } from '../../src/auth/accounts.fixture.ts'
import { callerOf, sessionsApp } from '../../src/auth/sessions/sessions.fixture.ts'

let app: Awaited<ReturnType<typeof sessionsApp>>
beforeAll(async () => {
  app = await sessionsApp()
})
afterAll(() => app?.t.stop())

const SESSION = '__Host-session'
const me = (cookies: Readonly<Record<string, string>>, call = app.call) => call('/test/me', { cookies })

describe('sessions in cookies (GA5)', () => {
  test('are known by 256 random bits in a cookie that no page can read and no other site gets', async () => {
    await app.user('random@example.com')
    const first = await app.logIn('random@example.com', 'session')
    const second = await app.logIn('random@example.com', 'session')
    const secrets = [first, second].map(({ cookies }) => cookies[SESSION]!)
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect(secrets[0]).not.toBe(secrets[1])
    const [line] = first.headers.getSetCookie()
    const maxAge = expect.stringMatching(/^Max-Age=(2592000|25919\d\d)$/) as unknown
    expect(line!.split('; ').slice(1).sort()).toEqual(['HttpOnly', maxAge, 'Path=/', 'SameSite=Lax', 'Secure'])
  })

  test.each(['session', 'cookies'] as const)(
    'a cookie that was there before the log-in never becomes a session: %s',
    async (delivery) => {
      const email = `fixation-${delivery}@example.com`
      await app.user(email)
      const preset = { [SESSION]: randomBytes(32).toString('base64url') }
      expect((await me(preset)).status).toBe(401)
      const { status, cookies } = await app.logIn(email, delivery, { cookies: preset })
      expect(status).toBe(200)
      expect(Object.values(cookies)).not.toContain(preset[SESSION])
      expect((await me(preset)).status).toBe(401)
    },
  )

  test.each(['session', 'cookies'] as const)(
    'the session of somebody else that was there is ended, and its cookies go: %s',
    async (delivery) => {
      const [attacker, victim] = [`attacker-${delivery}@example.com`, `victim-${delivery}@example.com`]
      await app.user(attacker)
      await app.user(victim)
      const theirs = await app.logIn(attacker, 'session')
      const tokens = await app.logIn(attacker, 'cookies')
      const planted = { ...theirs.cookies, ...tokens.cookies }
      const own = await app.logIn(victim, delivery, { cookies: planted })
      const left = Object.fromEntries(
        Object.entries({ ...planted, ...own.cookies }).filter(([, value]) => value !== ''),
      )
      expect(Object.keys(left).sort()).toEqual(delivery === 'session' ? [SESSION] : ['__Host-access', '__Host-refresh'])
      expect((await me(left)).body).toMatchObject({ sessionId: own.body['sessionId'] })
      expect((await me(theirs.cookies)).status).toBe(401)
      expect((await me(tokens.cookies)).status).toBe(401)
    },
  )

  test('what stands in the database is no session to anybody', async () => {
    await app.user('dump@example.com')
    const { cookies, body } = await app.logIn('dump@example.com', 'session')
    const [row] = await app.query<Record<string, string | null>>(
      sql`select to_jsonb(s) as dump, s.* from auth_sessions s where id = ${body['sessionId']}`,
    )
    expect(JSON.stringify(row)).not.toContain(cookies[SESSION])
    for (const value of [row!['secret_hash']!, row!['id']!]) expect((await me({ [SESSION]: value })).status).toBe(401)
    expect((await me(cookies)).status).toBe(200)
  })

  test('one that is ended answers 401 to the next request, in every process, also where it was remembered', async () => {
    const id = await app.user('revoked@example.com')
    const other = await app.another()
    for (const delivery of ['session', 'cookies'] as const) {
      const { cookies, body } = await app.logIn('revoked@example.com', delivery)
      expect((await me(cookies)).status).toBe(200)
      expect((await me(cookies, other.call)).status).toBe(200)
      const { cookies: manager } = await app.logIn('revoked@example.com', 'session')
      const ended = await app.call(`/auth/sessions/${body['sessionId']}`, { method: 'DELETE', cookies: manager })
      expect(ended.status).toBe(204)
      expect((await me(cookies)).status).toBe(401)
      await expect.poll(() => me(cookies, other.call), { timeout: 5_000 }).toMatchObject({ status: 401 })
      expect((await me(manager, other.call)).status).toBe(200)
    }
    expect(await app.query(sql`select 1 as one from auth_sessions where user_id = ${id}`)).toHaveLength(2)
    await other.stop()
  })

  test('one without requests for 14 days has ended, and one after 30 days, whatever happened in it', async () => {
    await app.user('idle@example.com')
    const moved = async (change: string) => {
      const { cookies, body } = await app.logIn('idle@example.com', 'session')
      await app.query(sql`update auth_sessions set ${sql.raw(change)} where id = ${body['sessionId']}`)
      return (await me(cookies)).status
    }
    expect(await moved(`last_seen_at = now() - interval '13 days 23 hours'`)).toBe(200)
    expect(await moved(`last_seen_at = now() - interval '14 days'`)).toBe(401)
    expect(await moved(`expires_at = now() + interval '1 minute'`)).toBe(200)
    expect(await moved(`expires_at = now()`)).toBe(401)
    const { body } = await app.logIn('idle@example.com', 'session')
    const [row] = await app.query<{ days: number }>(
      sql`select round(extract(epoch from expires_at - created_at) / 86400)::int as days from auth_sessions where id = ${body['sessionId']}`,
    )
    expect(row).toEqual({ days: 30 })
  })

  test('a request makes it last: when it was seen is written', async () => {
    await app.user('seen@example.com')
    const { cookies, body } = await app.logIn('seen@example.com', 'session')
    await app.query(
      sql`update auth_sessions set last_seen_at = now() - interval '10 days' where id = ${body['sessionId']}`,
    )
    expect((await me(cookies)).status).toBe(200)
    const days = async () => {
      const [row] = await app.query<{ days: number }>(
        sql`select extract(day from now() - last_seen_at)::int as days from auth_sessions where id = ${body['sessionId']}`,
      )
      return row!.days
    }
    await expect.poll(days, { timeout: 5_000 }).toBe(0)
  })
})

test('the log-in and a new password give a new session, whatever cookie was there', async () => {
  const accounts = await accountsApp()
  try {
    const { url } = await accounts.t.listen()
    const call = callerOf(url)
    const { email } = await accounts.register()
    const preset = { [SESSION]: randomBytes(32).toString('base64url') }
    const json = { email, password: PASSWORD, delivery: 'session' }
    const loggedIn = await call('/auth/login', { json, cookies: preset, headers: { origin: ORIGIN } })
    expect(loggedIn.status).toBe(200)
    expect(loggedIn.cookies[SESSION]).not.toBe(preset[SESSION])
    expect((await call('/auth/me', { cookies: preset })).status).toBe(401)
    const { cookies } = loggedIn
    const change = { currentPassword: PASSWORD, password: 'seven otters under a quiet bridge' }
    const changed = await call('/auth/password', { json: change, cookies })
    expect(changed.status).toBe(200)
    expect(changed.cookies[SESSION]).toMatch(/^[\w-]{43}$/)
    expect((await call('/auth/me', { cookies })).status).toBe(401)
    expect((await call('/auth/me', { cookies: changed.cookies })).status).toBe(200)
  } finally {
    await accounts.stop()
  }
})
