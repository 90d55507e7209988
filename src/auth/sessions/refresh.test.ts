import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountsApp } from '../accounts.fixture.ts'
import { sessionsApp, type Answer } from './sessions.fixture.ts'

let app: Awaited<ReturnType<typeof sessionsApp>>
beforeAll(async () => {
  app = await sessionsApp()
})
afterAll(() => app?.t.stop())

const REFRESH = '__Host-refresh'
const refused = { status: 400, body: { code: 'invalid_grant' } }
const refreshed = (refreshToken: string | undefined): Promise<Answer> =>
  app.call('/auth/refresh', { json: { refreshToken } })

test('within the grace a spent token gives the same successor, and no longer once that one is used', async () => {
  await app.user('grace@example.com')
  const { body } = await app.logIn('grace@example.com', 'tokens')
  const first = await refreshed(body['refreshToken'])
  const again = await refreshed(body['refreshToken'])
  expect(first).toMatchObject({
    status: 200,
    body: { sessionId: body['sessionId'], tokenType: 'Bearer', expiresIn: 900 },
  })
  expect(first.headers.get('cache-control')).toBe('no-store')
  expect(first.body['refreshToken']).not.toBe(body['refreshToken'])
  expect(again.body['refreshToken']).toBe(first.body['refreshToken'])
  expect((await refreshed(first.body['refreshToken'])).status).toBe(200)
  expect(await refreshed(body['refreshToken'])).toMatchObject(refused)
})

test('a family ends at its time, however often it was refreshed', async () => {
  await app.user('old@example.com')
  const { body } = await app.logIn('old@example.com', 'tokens')
  const next = await refreshed(body['refreshToken'])
  const [row] = await app.query<{ days: number }>(
    sql`select extract(epoch from expires_at - created_at)::int / 86400 as days from auth_sessions where id = ${body['sessionId']}`,
  )
  expect(row).toEqual({ days: 30 })
  await app.query(sql`update auth_sessions set expires_at = now() where id = ${body['sessionId']}`)
  expect(await refreshed(next.body['refreshToken'])).toMatchObject(refused)
})

test('in cookies it goes back in cookies, to pages of the same origin alone', async () => {
  await app.user('cookie@example.com')
  const { cookies, body } = await app.logIn('cookie@example.com', 'cookies')
  expect(body).not.toHaveProperty('refreshToken')
  expect(body).not.toHaveProperty('accessToken')
  const foreign = await app.call('/auth/refresh', { json: {}, cookies, headers: { origin: 'https://evil.example' } })
  expect(foreign).toMatchObject({ status: 403, body: { code: 'cross_site_request' } })
  const next = await app.call('/auth/refresh', { json: {}, cookies })
  expect(next.status).toBe(200)
  expect(next.body).not.toHaveProperty('refreshToken')
  expect(next.body).not.toHaveProperty('accessToken')
  expect(next.cookies[REFRESH]).not.toBe(cookies[REFRESH])
  expect((await app.call('/test/me', { cookies: next.cookies })).status).toBe(200)
})

test('the user is read anew: other roles are in the next token, and who is disabled has none', async () => {
  const id = await app.user('roles@example.com', { roles: ['author'] })
  const { body } = await app.logIn('roles@example.com', 'tokens')
  await app.query(sql`update users set roles = '{editor}' where id = ${id}`)
  const next = await refreshed(body['refreshToken'])
  expect((await app.call('/test/me', { token: next.body['accessToken'] })).body).toMatchObject({ roles: ['editor'] })
  await app.query(sql`update users set disabled_at = now() where id = ${id}`)
  expect(await refreshed(next.body['refreshToken'])).toMatchObject(refused)
})

test('the token of an app is that app’s alone, and its scopes may only become fewer', async () => {
  await app.user('scoped@example.com')
  const json = { email: 'scoped@example.com', delivery: 'tokens', clientId: 'app', scopes: ['posts:*', 'read'] }
  const { body } = await app.call('/test/begin', { json })
  const refreshToken = body['refreshToken']
  const as = (by: object): Promise<Answer> => app.call('/test/refresh-as', { json: { refreshToken, ...by } })
  expect(await refreshed(refreshToken)).toMatchObject(refused)
  expect(await as({ clientId: 'other' })).toMatchObject(refused)
  const more = await as({ clientId: 'app', scopes: ['read', 'write'] })
  expect(more).toMatchObject({ status: 400, body: { code: 'invalid_scope' } })
  // What was refused has spent nothing.
  const next = await as({ clientId: 'app', scopes: ['posts:read', 'read'] })
  const me = await app.call('/test/me', { token: next.body['accessToken'] })
  expect(me.body).toMatchObject({ scopes: ['posts:read', 'read'] })
  const whole = await app.call('/test/refresh-as', {
    json: { refreshToken: next.body['refreshToken'], clientId: 'app' },
  })
  expect((await app.call('/test/me', { token: whole.body['accessToken'] })).body).toMatchObject({
    scopes: ['posts:*', 'read'],
  })
})

test('who acts as somebody else does so for an hour, and as long as they are an administrator', async () => {
  const admin = await app.user('admin@example.com', { roles: ['admin'] })
  await app.user('helped@example.com')
  const json = { email: 'helped@example.com', delivery: 'tokens', impersonatorId: admin }
  const { body } = await app.call('/test/begin', { json })
  const [row] = await app.query<{ minutes: number }>(
    sql`select round(extract(epoch from expires_at - created_at) / 60)::int as minutes from auth_sessions where id = ${body['sessionId']}`,
  )
  expect(row).toEqual({ minutes: 60 })
  const next = await refreshed(body['refreshToken'])
  expect(next.status).toBe(200)
  await app.query(sql`update users set roles = '{}' where id = ${admin}`)
  expect(await refreshed(next.body['refreshToken'])).toMatchObject(refused)
})

test('what is no token, or none at all, is refused', async () => {
  for (const refreshToken of ['x', undefined, 'A'.repeat(43)])
    expect(await refreshed(refreshToken)).toMatchObject(refused)
  expect(await app.call('/auth/refresh', { json: { refreshToken: '' } })).toMatchObject({ status: 422 })
})

test('without a grace a spent token ends its family at once', async () => {
  const strict = await sessionsApp({ tokens: { refreshGraceSeconds: 0 } })
  try {
    await strict.user('strict@example.com')
    const { body } = await strict.logIn('strict@example.com', 'tokens')
    const json = { refreshToken: body['refreshToken'] }
    const next = await strict.call('/auth/refresh', { json })
    expect(next.status).toBe(200)
    expect(await strict.call('/auth/refresh', { json })).toMatchObject(refused)
    expect(await strict.call('/auth/refresh', { json: { refreshToken: next.body['refreshToken'] } })).toMatchObject(
      refused,
    )
  } finally {
    await strict.t.stop()
  }
})

// Had the request that finds the reuse kept its lock, ending the family would wait for it until the lock's time is over, and be no refusal.
test.for([1, 2])('with %i connections replays at once are refused, and end their family', async (max) => {
  const app = await accountsApp({ tokens: { refreshGraceSeconds: 0 } }, { database: { pool: { max } } })
  try {
    const { email } = await app.register()
    const { refreshToken, headers } = await app.logIn(email)
    const replay = async () => {
      const response = await app.post('/auth/refresh', { refreshToken })
      return { status: response.status, body: await response.json() }
    }
    expect(await replay()).toMatchObject({ status: 200 })
    for (const answer of await Promise.all([replay(), replay()])) expect(answer).toMatchObject(refused)
    expect((await app.t.fetch('/auth/me', { headers })).status).toBe(401)
    expect(await replay()).toMatchObject(refused)
  } finally {
    await app.stop()
  }
})
