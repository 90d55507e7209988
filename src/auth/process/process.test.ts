import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { processApp } from './process.fixture.ts'
import { sealing } from './seal.ts'

type App = Awaited<ReturnType<typeof processApp>>

let app: App
beforeAll(async () => {
  app = await processApp({ roles: { editor: ['posts:*'], admin: ['*'] } })
})
afterAll(() => app.t.stop())

const kidOf = (token: string | undefined): string =>
  (JSON.parse(Buffer.from(token!.split('.')[0]!, 'base64url').toString()) as { readonly kid: string }).kid

async function logIn(of: Pick<App, 'call'>, email: string, delivery = 'tokens') {
  return of.call('/login', { json: { email, delivery } })
}

describe('the same user is the same identity by whatever credentials', () => {
  test('by token, cookie, session and key', async () => {
    const id = await app.user('same@example.com', ['editor'])
    const [tokens, cookies, session] = [
      await logIn(app, 'same@example.com'),
      await logIn(app, 'same@example.com', 'cookies'),
      await logIn(app, 'same@example.com', 'session'),
    ]
    const { key, id: keyId } = (await app.call('/keys', { json: { userId: id } })).body
    const same = { id, roles: ['editor'], permissions: ['posts:*'], scopes: ['*'], restricted: false }
    const shown = async (call: Parameters<App['call']>[1]) => (await app.call('/me', call)).body
    const sessionId = tokens.body.sessionId
    expect(await shown({ token: tokens.body.accessToken })).toEqual({ ...same, via: 'token', sessionId })
    expect(await shown({ cookies: cookies.cookies })).toMatchObject({ ...same, via: 'token' })
    expect(await shown({ cookies: session.cookies })).toMatchObject({ ...same, via: 'session' })
    expect(await shown({ token: key })).toEqual({ ...same, via: 'api-key', keyId })
    expect(await shown({ headers: { 'x-api-key': key! } })).toEqual({ ...same, via: 'api-key', keyId })
  })

  test('what a header says goes before a cookie', async () => {
    const [ada, bob] = [await app.user('hdr-a@example.com'), await app.user('hdr-b@example.com')]
    const token = (await logIn(app, 'hdr-a@example.com')).body.accessToken
    const { cookies } = await logIn(app, 'hdr-b@example.com', 'session')
    expect((await app.call('/me', { token, cookies })).body.id).toBe(ada)
    expect((await app.call('/me', { cookies })).body.id).toBe(bob)
    expect((await app.call('/me', { token: 'wrong', cookies })).status, 'and is not passed over').toBe(401)
  })
})

describe('API keys', () => {
  test('with scopes are restricted: to reading, to writing, or to what asks for theirs', async () => {
    const userId = await app.user('keys@example.com', ['admin'])
    const keyWith = async (scopes?: readonly string[]) =>
      (await app.call('/keys', { json: { userId, scopes } })).body.key!
    const statuses = async (token: string) => [
      (await app.call('/me', { token })).status,
      (await app.call('/write', { token, method: 'POST' })).status,
      (await app.call('/posts', { token, method: 'POST' })).status,
      (await app.call('/own', { token, method: 'POST' })).status,
    ]
    expect(await statuses(await keyWith(['read']))).toEqual([200, 403, 403, 403])
    expect(await statuses(await keyWith(['write']))).toEqual([403, 200, 403, 403])
    expect(await statuses(await keyWith(['posts:write']))).toEqual([403, 403, 200, 403])
    expect(await statuses(await keyWith([]))).toEqual([403, 403, 403, 403])
    expect(await statuses(await keyWith())).toEqual([200, 200, 200, 200])
  })

  test('are no proof of who calls just now', async () => {
    const userId = await app.user('fresh@example.com')
    const { key } = (await app.call('/keys', { json: { userId } })).body
    const stale = await app.call('/fresh', { token: key, method: 'POST' })
    expect(stale.status).toBe(401)
    expect(stale.body.code).toBe('recent_authentication_required')
    expect(stale.headers.get('www-authenticate')).toBe('Bearer error="insufficient_user_authentication", max_age=300')
    const token = (await logIn(app, 'fresh@example.com')).body.accessToken
    expect((await app.call('/fresh', { token, method: 'POST' })).status).toBe(200)
  })

  test('that are malformed, unknown, of another secret or expired are refused', async () => {
    const userId = await app.user('bad-keys@example.com')
    const key: string = (await app.call('/keys', { json: { userId } })).body.key!
    const expired = await app.call('/keys', { json: { userId, expiresAt: '2020-01-01T00:00:00Z' } })
    const wrong = [
      key.slice(0, -1),
      `${key}a`,
      key.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      key.toUpperCase(),
      key.replace(/^ak_.{12}/, 'ak_aaaaaaaaaaaa'),
      'ak_',
      expired.body.key!,
    ]
    for (const each of wrong) expect((await app.call('/me', { token: each })).status, each).toBe(401)
    expect((await app.call('/me', { token: key })).status).toBe(200)
  })

  test('with a limit have it on all processes together', async () => {
    const userId = await app.user('limited@example.com')
    const { key } = (await app.call('/keys', { json: { userId, perMinute: 5 } })).body
    const other = await app.another()
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? app : other).call('/me', { token: key })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
    const refused = answers.find(({ status }) => status === 429)!
    expect(refused.headers.get('ratelimit-policy')).toBe('"api-key";q=5;w=60')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    await other.stop()
  })

  test('tell when they were last used, and nobody waits for it', async () => {
    const userId = await app.user('used@example.com')
    const { key, id } = (await app.call('/keys', { json: { userId } })).body
    await app.call('/me', { token: key })
    await vi.waitFor(async () => {
      const [row] = await app.query(sql`select last_used_at from auth_api_keys where id = ${id}`)
      expect(row!['last_used_at']).not.toBeNull()
    })
  })
})

describe('remembered credentials', () => {
  test('ask the database once', async () => {
    const id = await app.user('cached@example.com')
    const { cookies } = await logIn(app, 'cached@example.com', 'session')
    await app.call('/me', { cookies })
    // What cannot be read is not read.
    await app.query(sql`alter table auth_sessions rename to hidden_sessions`)
    try {
      expect((await app.call('/me', { cookies })).body.id).toBe(id)
    } finally {
      await app.query(sql`alter table hidden_sessions rename to auth_sessions`)
    }
  })

  test('of a session end when it does: after its last moment, and after it was idle', async () => {
    await app.user('idle@example.com')
    for (const change of [sql`expires_at = now() - interval '1 s'`, sql`last_seen_at = now() - interval '15 days'`]) {
      const { cookies, body } = await logIn(app, 'idle@example.com', 'session')
      await app.query(sql`update auth_sessions set ${change} where id = ${body.sessionId}`)
      expect((await app.call('/me', { cookies })).status).toBe(401)
    }
    const { cookies, body } = await logIn(app, 'idle@example.com', 'session')
    await app.query(sql`update auth_sessions set expires_at = now() + interval '1 s' where id = ${body.sessionId}`)
    expect((await app.call('/me', { cookies })).status).toBe(200)
    await vi.waitFor(async () => expect((await app.call('/me', { cookies })).status).toBe(401), { timeout: 5000 })
  })

  test('of users that are not there any more are none', async () => {
    const id = await app.user('gone@example.com')
    const { cookies } = await logIn(app, 'gone@example.com', 'session')
    await app.query(sql`delete from users where id = ${id}`)
    expect((await app.call('/me', { cookies })).status).toBe(401)
  })
})

describe('signing keys', () => {
  test('that were sealed with another secret of the app keep it from starting, and it says which', async () => {
    const own = await processApp()
    try {
      const [row] = await own.query<{ private_key: string; kid: string }>(sql`select * from auth_signing_keys`)
      const { open } = await own.t.run({ process: own.core.process }, ({ process }) => Promise.resolve(process))
      const plain = await open(row!.private_key, `signing key ${row!.kid}`)
      const sealed = await sealing(() => Promise.resolve(randomBytes(32))).seal(plain, `signing key ${row!.kid}`)
      await own.query(sql`update auth_signing_keys set private_key = ${sealed}`)
      await expect(own.t.with({})).rejects.toThrow(/ASHLAR_SECRET.*the former one back.*auth_signing_keys/)
      await own.query(sql`delete from auth_signing_keys`)
      await expect(own.t.with({})).resolves.toBeDefined()
    } finally {
      await own.t.stop()
    }
  })

  test('of processes that start at once are one', async () => {
    const own = await processApp()
    await own.query(sql`delete from auth_signing_keys`)
    const others = await Promise.all([own.another(), own.another(), own.another(), own.another()])
    expect(await own.query(sql`select kid from auth_signing_keys`)).toHaveLength(1)
    await own.user('one@example.com')
    for (const from of others) {
      const token = (await logIn(from, 'one@example.com')).body.accessToken
      for (const to of others) expect((await to.call('/me', { token })).status).toBe(200)
    }
    await own.t.stop()
  })

  test('are sealed in the database', async () => {
    const [row] = await app.query<{ private_key: string; kid: string }>(sql`select * from auth_signing_keys`)
    expect(row!.private_key).toMatch(/^v1\.[\w-]+$/)
    const open = (text: string, context: string) => app.accounts((process) => process.open(text, context))
    expect(await open(row!.private_key, `signing key ${row!.kid}`)).toContain('BEGIN PRIVATE KEY')
    await expect(open(row!.private_key, 'signing key of another')).rejects.toThrow(/cannot be opened/)
    const changed = row!.private_key.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))
    await expect(open(changed, `signing key ${row!.kid}`)).rejects.toThrow(/cannot be opened/)
    await expect(open('', 'x')).rejects.toThrow(/cannot be opened/)
  })

  test('are published before they sign, sign when their time has come, and go when their tokens have', async () => {
    const own = await processApp({ tokens: { signing: { algorithm: 'ES256', rotateAfterDays: 30 } } })
    await own.user('turn@example.com')
    const first = (await logIn(own, 'turn@example.com')).body.accessToken
    await own.query(sql`update auth_signing_keys set signs_from = now() - interval '29 days 23 hours 30 minutes'`)
    const next = await own.another()
    const published = async (of: Pick<App, 'call'>) =>
      ((await of.call('/jwks')).body.keys as unknown as { readonly kid: string }[]).map(({ kid }) => kid)
    const [old, fresh] = await published(next)
    expect(old).toBe(kidOf(first))
    expect(fresh).toBeDefined()
    expect(kidOf((await logIn(next, 'turn@example.com')).body.accessToken), 'not yet').toBe(old)
    // An hour later.
    await own.query(
      sql`update auth_signing_keys set signs_from = signs_from - interval '1 hour', retires_at = retires_at - interval '1 hour'`,
    )
    const later = await own.another()
    const second = (await logIn(later, 'turn@example.com')).body.accessToken
    expect(kidOf(second)).toBe(fresh)
    for (const of of [later, next, own]) {
      expect((await of.call('/me', { token: first })).status, 'what the old one has signed holds').toBe(200)
      // Also where the process was started before there was the new one: it looks it up.
      await vi.waitFor(async () => expect((await of.call('/me', { token: second })).status).toBe(200), {
        timeout: 5000,
      })
    }
    await own.query(sql`update auth_signing_keys set retires_at = now() where kid = ${old}`)
    const last = await own.another()
    expect(await published(last)).toEqual([fresh])
    expect((await last.call('/me', { token: first })).status).toBe(401)
    await own.t.stop()
  })

  test('names that nobody has do not keep the database busy', async () => {
    const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid: 'x' })).toString('base64url')
    const ask = () => app.call('/me', { token: `${header}.e30.AA` })
    expect((await ask()).status).toBe(401)
    await app.query(sql`alter table auth_signing_keys rename to hidden_keys`)
    try {
      const answers = await Promise.all(Array.from({ length: 50 }, ask))
      expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThan(40)
    } finally {
      await app.query(sql`alter table hidden_keys rename to auth_signing_keys`)
    }
  })
})

test('old revocations are removed, and a process knows them no longer than tokens hold', async () => {
  await app.query(sql`
    insert into auth_revocations (kind, subject, at) values ('session', 'long ago', now() - interval '1 day')`)
  const late = await app.another()
  await vi.waitFor(
    async () => expect(await app.query(sql`select 1 from auth_revocations where subject = 'long ago'`)).toHaveLength(0),
    { timeout: 5000 },
  )
  const issued = { userId: 'x', epoch: 1, sessionId: 'long ago' }
  expect(await late.t.run({ process: app.core.process }, ({ process }) => process.revocations.isRevoked(issued))).toBe(
    false,
  )
  await late.stop()
})
