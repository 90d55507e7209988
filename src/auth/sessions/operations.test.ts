import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sessionsApp } from './sessions.fixture.ts'

let app: Awaited<ReturnType<typeof sessionsApp>>
beforeAll(async () => {
  app = await sessionsApp()
})
afterAll(() => app?.t.stop())

const sessionsOf = (id: string) => app.query<{ id: string }>(sql`select id from auth_sessions where user_id = ${id}`)

describe('logging out', () => {
  test('ends the session of a cookie, takes the cookie away, and is no error where there is none', async () => {
    const id = await app.user('cookie@example.com')
    const { cookies } = await app.logIn('cookie@example.com', 'session')
    const out = await app.call('/auth/logout', { method: 'POST', cookies })
    expect(out).toMatchObject({ status: 204, cookies: { '__Host-session': '' } })
    expect(out.headers.getSetCookie()[0]).toMatch(/^__Host-session=;.*Path=\/;.*Secure/)
    expect(await sessionsOf(id)).toEqual([])
    expect((await app.call('/test/me', { cookies })).status).toBe(401)
    expect((await app.call('/auth/logout', { method: 'POST', cookies })).status).toBe(204)
    expect((await app.call('/auth/logout', { method: 'POST' })).status).toBe(204)
  })

  test('ends the family of an access token, of a refresh token, and of cookies', async () => {
    const id = await app.user('family@example.com')
    const bearer = await app.logIn('family@example.com', 'tokens')
    await app.call('/auth/logout', { method: 'POST', token: bearer.body['accessToken'] })
    expect((await app.call('/test/me', { token: bearer.body['accessToken'] })).status).toBe(401)
    const expired = await app.logIn('family@example.com', 'tokens')
    await app.call('/auth/logout', { json: { refreshToken: expired.body['refreshToken'] } })
    const { cookies } = await app.logIn('family@example.com', 'cookies')
    const out = await app.call('/auth/logout', { method: 'POST', cookies })
    expect(out.cookies).toEqual({ '__Host-access': '', '__Host-refresh': '' })
    expect(await sessionsOf(id)).toEqual([])
  })

  test('leaves the family of another app alone, and needs a page of the same origin', async () => {
    const id = await app.user('foreign@example.com')
    const json = { email: 'foreign@example.com', delivery: 'tokens', clientId: 'app' }
    const { body } = await app.call('/test/begin', { json })
    await app.call('/auth/logout', { json: { refreshToken: body['refreshToken'] } })
    const { cookies } = await app.logIn('foreign@example.com', 'session')
    const from = { origin: 'https://evil.example' }
    expect(await app.call('/auth/logout', { method: 'POST', cookies, headers: from })).toMatchObject({ status: 403 })
    expect(await sessionsOf(id)).toHaveLength(2)
  })

  test('is recorded where a session has ended, and not for a client that acts for itself', async () => {
    const id = await app.user('recorded@example.com')
    const { body } = await app.logIn('recorded@example.com', 'tokens')
    const token = await app.t.run({ process: app.core.process }, ({ process }) =>
      process.accessTokens.issue({
        userId: 'service',
        clientId: 'service',
        isClient: true,
        epoch: 0,
        sessionId: randomUUID(),
        roles: [],
        scopes: ['posts:read'],
        methods: [],
        authenticatedAt: 0,
      }),
    )
    for (const each of [token, body['accessToken']])
      expect((await app.call('/auth/logout', { method: 'POST', token: each })).status).toBe(204)
    const events = sql`select user_id from auth_events where event = 'logged_out' and user_id in (${id}, 'service')`
    expect(await app.query(events)).toEqual([{ user_id: id }])
  })

  test('everywhere ends all of the user’s, and nobody else’s', async () => {
    const id = await app.user('all@example.com')
    const other = await app.user('neighbour@example.com')
    await app.logIn('neighbour@example.com', 'session')
    const phone = await app.logIn('all@example.com', 'tokens')
    const laptop = await app.logIn('all@example.com', 'session')
    expect((await app.call('/auth/logout-all', { method: 'POST', token: phone.body['accessToken'] })).status).toBe(204)
    expect((await app.call('/test/me', { token: phone.body['accessToken'] })).status).toBe(401)
    expect((await app.call('/test/me', { cookies: laptop.cookies })).status).toBe(401)
    expect(await sessionsOf(id)).toEqual([])
    expect(await sessionsOf(other)).toHaveLength(1)
  })

  test('everywhere ends what the user does as somebody else', async () => {
    const admin = await app.user('root@example.com', { roles: ['admin'] })
    await app.user('helped@example.com')
    const own = await app.logIn('root@example.com', 'tokens')
    const acting = await app.call('/test/begin', {
      json: { email: 'helped@example.com', delivery: 'session', impersonatorId: admin },
    })
    expect((await app.call('/test/me', { cookies: acting.cookies })).status).toBe(200)
    await app.call('/auth/logout-all', { method: 'POST', token: own.body['accessToken'] })
    expect((await app.call('/test/me', { cookies: acting.cookies })).status).toBe(401)
  })
})

describe('sessions of one’s own', () => {
  test('are listed with where they come from, without those that are over', async () => {
    const id = await app.user('list@example.com')
    const headers = { 'user-agent': 'Phone/1.0' }
    const phone = await app.logIn('list@example.com', 'session', { headers })
    const laptop = await app.logIn('list@example.com', 'tokens')
    const ended = await app.logIn('list@example.com', 'tokens')
    await app.query(sql`update auth_sessions set expires_at = now() where id = ${ended.body['sessionId']}`)
    const { body } = await app.call('/auth/sessions', { cookies: phone.cookies })
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown
    const times = { createdAt: time, lastSeenAt: time, expiresAt: time }
    const all = { ...times, address: '127.0.0.1', methods: ['pwd'], clientId: null }
    expect(body).toEqual([
      expect.objectContaining({ ...all, id: laptop.body['sessionId'], kind: 'refresh', current: false }) as unknown,
      { ...all, id: phone.body['sessionId'], kind: 'cookie', current: true, userAgent: 'Phone/1.0' },
    ])
    expect(await sessionsOf(id)).toHaveLength(3)
  })

  test('are ended one by one; another’s is not found, and stays', async () => {
    const id = await app.user('one@example.com')
    const other = await app.user('two@example.com')
    const { body: own, cookies } = await app.logIn('one@example.com', 'session')
    const { body: lost } = await app.logIn('one@example.com', 'tokens')
    const { body: foreign } = await app.logIn('two@example.com', 'tokens')
    const end = (session: string | undefined) => app.call(`/auth/sessions/${session}`, { method: 'DELETE', cookies })
    expect(await end(foreign['sessionId'])).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect(await sessionsOf(other)).toHaveLength(1)
    expect((await end(lost['sessionId'])).status).toBe(204)
    expect((await app.call('/test/me', { token: lost['accessToken'] })).status).toBe(401)
    expect(await end(lost['sessionId'])).toMatchObject({ status: 404 })
    expect(await end(own['sessionId'])).toMatchObject({ status: 204, cookies: { '__Host-session': '' } })
    expect(await sessionsOf(id)).toEqual([])
  })

  test('are not shown to credentials with scopes', async () => {
    await app.user('scoped@example.com')
    const json = { email: 'scoped@example.com', delivery: 'tokens', scopes: ['read', 'write'] }
    const { body } = await app.call('/test/begin', { json })
    const token = body['accessToken']
    expect((await app.call('/auth/sessions', { token })).status).toBe(403)
    expect((await app.call('/auth/logout-all', { method: 'POST', token })).status).toBe(403)
  })
})

describe('proving oneself once more', () => {
  test.each(['session', 'tokens', 'cookies'] as const)(
    'gives new credentials in place of the old ones: %s',
    async (delivery) => {
      const email = `renew-${delivery}@example.com`
      const id = await app.user(email)
      const { body, cookies } = await app.logIn(email, delivery)
      const as = delivery === 'tokens' ? { token: body['accessToken'] } : { cookies }
      await app.query(sql`update auth_sessions set authenticated_at = now() - interval '1 day' where user_id = ${id}`)
      const renewed = await app.call('/test/renew', { method: 'POST', ...as })
      const now = delivery === 'tokens' ? { token: renewed.body['accessToken'] } : { cookies: renewed.cookies }
      const me = await app.call('/test/me', now)
      expect(me.body).toMatchObject({ sessionId: renewed.body['sessionId'], methods: ['pwd', 'otp'] })
      expect(Date.now() / 1000 - Number(me.body['authenticatedAt'])).toBeLessThan(600)
      expect((await app.call('/test/me', as)).status).toBe(401)
      expect(await sessionsOf(id)).toHaveLength(1)
      const [row] = await app.query<{ days: number }>(
        sql`select round(extract(epoch from expires_at - created_at) / 86400)::int as days from auth_sessions where user_id = ${id}`,
      )
      expect(row).toEqual({ days: 30 })
    },
  )

  test('is nothing for a session that has ended', async () => {
    const id = await app.user('gone@example.com')
    const { body } = await app.logIn('gone@example.com', 'tokens')
    await app.query(sql`delete from auth_sessions where user_id = ${id}`)
    const renewed = await app.call('/test/renew', { method: 'POST', token: body['accessToken'] })
    expect(renewed).toMatchObject({ status: 401 })
  })

  test('ending all others keeps the session: its cookie at once, its tokens after a refresh', async () => {
    const id = await app.user('others@example.com')
    const { cookies } = await app.logIn('others@example.com', 'session')
    await app.logIn('others@example.com', 'tokens')
    expect((await app.call('/test/end-others', { method: 'POST', cookies })).status).toBe(204)
    expect((await app.call('/test/me', { cookies })).status).toBe(200)
    expect(await sessionsOf(id)).toHaveLength(1)
    const { body } = await app.logIn('others@example.com', 'tokens')
    await app.call('/test/end-others', { method: 'POST', token: body['accessToken'] })
    expect((await app.call('/test/me', { token: body['accessToken'] })).status).toBe(401)
    const next = await app.call('/auth/refresh', { json: { refreshToken: body['refreshToken'] } })
    expect((await app.call('/test/me', { token: next.body['accessToken'] })).status).toBe(200)
  })
})

test('whatever ends, renews and refreshes the same sessions at once, nobody waits for the other in a circle', async () => {
  await app.user('circle@example.com')
  for (let round = 0; round < 5; round++) {
    const { body, cookies } = await app.logIn('circle@example.com', 'cookies')
    const other = await app.logIn('circle@example.com', 'tokens')
    const answers = await Promise.all([
      app.call('/auth/refresh', { json: {}, cookies }),
      app.call('/test/renew', { method: 'POST', cookies }),
      app.call('/test/end-others', { method: 'POST', token: other.body['accessToken'] }),
      app.call('/auth/logout', { method: 'POST', cookies }),
      app.call('/auth/refresh', { json: { refreshToken: other.body['refreshToken'] } }),
      app.call(`/auth/sessions/${body['sessionId']}`, { method: 'DELETE', token: other.body['accessToken'] }),
      app.call('/auth/logout-all', { method: 'POST', token: other.body['accessToken'] }),
      app.logIn('circle@example.com', 'session', { cookies }),
    ])
    expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([])
  }
})
