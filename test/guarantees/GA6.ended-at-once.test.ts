// GA6: disabling a user or changing what they log in with ends every session and token at once, on every process, also where they were verified before.
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { processApp } from '../../src/auth/process/process.fixture.ts'
import { silentProxy } from '../../src/data/silent-proxy.fixture.ts'
import type { Answer, callerOf } from '../../src/auth/sessions/sessions.fixture.ts'

type App = Awaited<ReturnType<typeof processApp>>
type Call = ReturnType<typeof callerOf>

let app: App
let other: Awaited<ReturnType<App['another']>>
beforeAll(async () => {
  app = await processApp()
  other = await app.another()
})
afterAll(() => app.t.stop())

let count = 0

/** A user with one of each kind of credentials, each known to both processes already. */
async function known() {
  const email = `u${(count += 1)}@example.com`
  const id = await app.user(email)
  const logIn = (delivery: string) => app.call('/login', { json: { email, delivery } })
  const [tokens, cookies, session] = await Promise.all([logIn('tokens'), logIn('cookies'), logIn('session')])
  const key = await app.call('/keys', { json: { userId: id } })
  const with_ = {
    token: { token: tokens.body.accessToken },
    accessCookie: { cookies: cookies.cookies },
    session: { cookies: session.cookies },
    key: { token: key.body.key },
  }
  for (const call of [app.call, other.call])
    for (const credentials of Object.values(with_)) {
      expect((await call('/me', credentials)).status).toBe(200)
      expect((await call('/me', credentials)).status).toBe(200)
    }
  return { id, with: with_, tokens, session, key }
}

/** It is refused here at once, and elsewhere as soon as that has heard of it. */
async function refused(credentials: Parameters<Call>[1], { at = 10_000 } = {}): Promise<void> {
  expect((await app.call('/me', credentials)).status).toBe(401)
  await vi.waitFor(async () => expect((await other.call('/me', credentials)).status).toBe(401), {
    timeout: at,
    interval: 20,
  })
}

test('a suspended user has no credentials any more: token, cookies, session and key', async () => {
  const user = await known()
  expect((await app.call(`/users/${user.id}/suspend`, { json: {} })).status).toBe(204)
  for (const credentials of Object.values(user.with)) await refused(credentials)
})

test('a higher epoch ends all tokens of before, and new ones hold', async () => {
  const user = await known()
  await app.call(`/users/${user.id}/raise`, { json: {} })
  await refused(user.with.token)
  await refused(user.with.accessCookie)
  const [row] = await app.query<{ email: string }>(sql`select email from users where id = ${user.id}`)
  const again = await app.call('/login', { json: { email: row!.email, delivery: 'tokens' } })
  for (const call of [app.call, other.call])
    expect((await call('/me', { token: again.body.accessToken })).status).toBe(200)
})

test('an ended session ends its own credentials, and no others', async () => {
  const user = await known()
  await app.call(`/sessions/${user.session.body.sessionId}/end`, { json: {} })
  await refused(user.with.session)
  await app.call(`/sessions/${user.tokens.body.sessionId}/end`, { json: {} })
  await refused(user.with.token)
  for (const call of [app.call, other.call])
    for (const credentials of [user.with.accessCookie, user.with.key])
      expect((await call('/me', credentials)).status).toBe(200)
})

/** What is slow is so each time; what another process took of the machine, it does not take three times. */
const TRIES = 3

test('another process has heard of an end within a second', async () => {
  const heard: boolean[] = []
  while (heard.length < TRIES && !heard.includes(true)) {
    const user = await known()
    await app.call(`/users/${user.id}/raise`, { json: {} })
    heard.push(
      await refused(user.with.token, { at: 1000 }).then(
        () => true,
        () => false,
      ),
    )
  }
  expect(heard).toContain(true)
})

test('a removed key is none any more', async () => {
  const user = await known()
  await app.call(`/keys/${user.key.body.id}`, { method: 'DELETE' })
  await refused(user.with.key)
})

test('what a long transaction has ended is noticed when that is committed, though others began and ended meanwhile', async () => {
  const [slow, quick] = [await known(), await known()]
  const ending = app.call(`/sessions/${slow.tokens.body.sessionId}/end-slowly`, { json: {} })
  await app.call(`/users/${quick.id}/raise`, { json: {} })
  await refused(quick.with.token)
  expect((await other.call('/me', slow.with.token)).status, 'not yet committed').toBe(200)
  expect((await ending).status).toBe(204)
  await refused(slow.with.token)
})

test('what an operation that fails has ended goes on', async () => {
  const user = await known()
  expect((await app.call(`/sessions/${user.tokens.body.sessionId}/fail-to-end`, { json: {} })).status).toBe(500)
  for (const call of [app.call, other.call]) expect((await call('/me', user.with.token)).status).toBe(200)
})

test('a process that starts later knows what was ended before', async () => {
  const user = await known()
  await app.call(`/users/${user.id}/raise`, { json: {} })
  const late = await app.another()
  expect((await late.call('/me', user.with.token)).status).toBe(401)
  await late.stop()
})

describe('a process that cannot know what was ended', () => {
  test('lets nothing in on what it remembers, and recovers by itself', async () => {
    const user = await known()
    await app.query(sql`alter table auth_revocations rename to hidden`)
    const answers = async (): Promise<readonly number[]> => {
      const all: Answer[] = []
      for (const credentials of [user.with.token, user.with.accessCookie])
        all.push(await other.call('/me', credentials))
      return all.map(({ status }) => status)
    }
    try {
      await vi.waitFor(async () => expect(await answers()).toEqual([503, 503]), { timeout: 5000, interval: 50 })
      expect((await other.call('/open')).status, 'others are served').toBe(200)
    } finally {
      await app.query(sql`alter table hidden rename to auth_revocations`)
    }
    await vi.waitFor(async () => expect(await answers()).toEqual([200, 200]), { timeout: 5000, interval: 50 })
  })

  test.for(['falls silent', 'refuses connections'] as const)(
    'answers 503 to all tokens while the database %s',
    async (how) => {
      const user = await known()
      const proxy = await silentProxy(await app.databaseUrl())
      const cut = await app.another(proxy.url)
      for (const credentials of Object.values(user.with)) expect((await cut.call('/me', credentials)).status).toBe(200)
      if (how === 'falls silent') proxy.silence()
      else proxy.close()
      // Sessions and keys are then looked up, which takes as long as any statement does where nobody answers.
      const { token, accessCookie, ...lookedUp } = user.with
      const asked = how === 'falls silent' ? { token, accessCookie } : { token, accessCookie, ...lookedUp }
      for (const credentials of Object.values(asked))
        await vi.waitFor(
          async () => {
            const { status, headers } = await cut.call('/me', credentials)
            expect(status).toBe(503)
            expect(headers.get('retry-after')).not.toBeNull()
          },
          { timeout: 10_000, interval: 50 },
        )
      expect((await cut.call('/open')).status, 'others are served').toBe(200)
      proxy.close()
      await cut.stop()
    },
  )
})
