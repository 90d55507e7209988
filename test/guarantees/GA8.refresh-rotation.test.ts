import { sql } from 'drizzle-orm'
import { redis as redisPart } from 'ashlar/redis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountsApp } from '../../src/auth/accounts.fixture.ts'
import { callerOf, sessionsApp, type Answer } from '../../src/auth/sessions/sessions.fixture.ts'

const redisUrl = process.env.REDIS_URL
/** A database of its own on the server, to be flushed. */
const ownRedis = redisUrl === undefined ? undefined : new URL('/8', redisUrl).href

let app: Awaited<ReturnType<typeof sessionsApp>>
beforeAll(async () => {
  app = await sessionsApp()
})
afterAll(() => app?.t.stop())

const refused = { status: 400, body: { code: 'invalid_grant' } }
const refreshed = (refreshToken: string | undefined, call = app.call): Promise<Answer> =>
  call('/auth/refresh', { json: { refreshToken } })

/** Three generations, the last of which is not spent. */
async function family(email: string) {
  await app.user(email)
  const { body } = await app.logIn(email, 'tokens')
  const parent = await refreshed(body['refreshToken'])
  const child = await refreshed(parent.body['refreshToken'])
  expect(child.status).toBe(200)
  return { sessionId: body['sessionId'], grandparent: body, parent: parent.body, child: child.body }
}

async function expectDead(of: Awaited<ReturnType<typeof family>>, call = app.call): Promise<void> {
  for (const { accessToken, refreshToken } of [of.grandparent, of.parent, of.child]) {
    expect(await call('/test/me', { token: accessToken })).toMatchObject({ status: 401 })
    expect(await refreshed(refreshToken, call)).toMatchObject(refused)
  }
  expect(await app.query(sql`select id from auth_sessions where id = ${of.sessionId}`)).toEqual([])
  const events = await app.query(
    sql`select event from auth_events where details ->> 'sessionId' = ${of.sessionId} and event = 'refresh_token_reused'`,
  )
  expect(events).toHaveLength(1)
}

describe('refresh tokens (GA8)', () => {
  test('50 at once with one token make one child, which is everybody’s', async () => {
    await app.user('parallel@example.com')
    const { body } = await app.logIn('parallel@example.com', 'tokens')
    const answers = await Promise.all(Array.from({ length: 50 }, () => refreshed(body['refreshToken'])))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(new Set(answers.map((answer) => answer.body['refreshToken'])).size).toBe(1)
    const tokens = await app.query(
      sql`select used_at from auth_refresh_tokens where session_id = ${body['sessionId']} order by used_at`,
    )
    expect(tokens).toEqual([{ used_at: expect.anything() as unknown }, { used_at: null }])
  })

  test('a replay of the grandparent ends the family with its descendants, although it is refused', async () => {
    const dead = await family('grandparent@example.com')
    expect((await app.call('/test/me', { token: dead.child['accessToken'] })).status).toBe(200)
    expect(await refreshed(dead.grandparent['refreshToken'])).toMatchObject(refused)
    await expectDead(dead)
  })

  test('a replay of the parent after the grace ends the family', async () => {
    await app.user('late@example.com')
    const { body } = await app.logIn('late@example.com', 'tokens')
    const child = await refreshed(body['refreshToken'])
    await app.query(
      sql`update auth_refresh_tokens set used_at = used_at - interval '11 seconds' where session_id = ${body['sessionId']}`,
    )
    expect(await refreshed(body['refreshToken'])).toMatchObject(refused)
    expect(await refreshed(child.body['refreshToken'])).toMatchObject(refused)
    expect((await app.call('/test/me', { token: child.body['accessToken'] })).status).toBe(401)
  })

  test('50 replays at once are refused, hold nobody up, and are one event', async () => {
    const dead = await family('replays@example.com')
    const answers = await Promise.all(Array.from({ length: 50 }, () => refreshed(dead.grandparent['refreshToken'])))
    expect(answers.map(({ body }) => body['code'])).toEqual(answers.map(() => 'invalid_grant'))
    await expectDead(dead)
  })

  test('other families of the user go on', async () => {
    await app.user('two@example.com')
    const phone = await app.logIn('two@example.com', 'tokens')
    const laptop = await app.logIn('two@example.com', 'tokens')
    const next = await refreshed(phone.body['refreshToken'])
    await refreshed(next.body['refreshToken'])
    expect(await refreshed(phone.body['refreshToken'])).toMatchObject(refused)
    expect((await refreshed(laptop.body['refreshToken'])).status).toBe(200)
    expect((await app.call('/test/me', { token: laptop.body['accessToken'] })).status).toBe(200)
  })

  test('a replay in a process that was started later ends the family, also in the first process', async () => {
    const dead = await family('restart@example.com')
    const later = await app.another()
    expect(await refreshed(dead.grandparent['refreshToken'], later.call)).toMatchObject(refused)
    await expectDead(dead, later.call)
    await expect.poll(() => app.call('/test/me', { token: dead.child['accessToken'] })).toMatchObject({ status: 401 })
    await later.stop()
    // And in one that was started after all this.
    const last = await app.another()
    await expectDead(dead, last.call)
    await last.stop()
  })

  test('nothing in the database refreshes: tokens are hashes, and successors sealed', async () => {
    const { grandparent, parent, child } = await family('dump@example.com')
    const rows = await app.query<Record<string, string | null>>(
      sql`select t.hash, t.successor from auth_refresh_tokens t join auth_sessions s on s.id = t.session_id
        join users u on u.id = s.user_id where u.email = 'dump@example.com'`,
    )
    expect(rows).toHaveLength(3)
    const dump = JSON.stringify(rows)
    for (const { refreshToken } of [grandparent, parent, child]) expect(dump).not.toContain(refreshToken)
    for (const value of rows.flatMap((row) => Object.values(row)).filter((each) => each !== null))
      expect((await refreshed(value.slice(0, 200))).status).toBe(400)
    expect((await refreshed(child['refreshToken'])).status).toBe(200)
  })
})

test.runIf(ownRedis)(
  'where Redis counts the attempts, a replay is refused and ends its family after it was flushed',
  async () => {
    const accounts = await accountsApp({
      attempts: { redis: redisPart({ url: ownRedis! }), perAccount: 100, perNetwork: 100 },
    })
    const redis = await createClient({ url: ownRedis! }).connect()
    try {
      const call = callerOf((await accounts.t.listen()).url)
      const { email } = await accounts.register()
      const grandparent = await accounts.logIn(email)
      // So that the flush has something to forget.
      expect(await redis.dbSize()).toBeGreaterThan(0)
      const parent = await refreshed(grandparent.refreshToken, call)
      const child = await refreshed(parent.body['refreshToken'], call)
      expect((await call('/auth/me', { token: child.body['accessToken'] })).status).toBe(200)
      await redis.flushDb()
      expect(await refreshed(grandparent.refreshToken, call)).toMatchObject(refused)
      expect(await refreshed(child.body['refreshToken'], call)).toMatchObject(refused)
      expect((await call('/auth/me', { token: child.body['accessToken'] })).status).toBe(401)
    } finally {
      redis.destroy()
      await accounts.stop()
    }
  },
)
