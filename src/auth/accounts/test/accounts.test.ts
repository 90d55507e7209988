import { afterAll, expect, test } from 'vitest'
import { accountsApp, PASSWORD } from '../../accounts.fixture.ts'

const app = await accountsApp({ roles: { editor: ['posts:*'], admin: ['*'] } })
const later = await accountsApp({ register: { verification: 'later', roles: ['member'] } })
const none = await accountsApp({ register: { verification: 'none' } })
const closed = await accountsApp({ register: { verification: 'closed' } })
afterAll(async () => {
  for (const each of [app, later, none, closed]) await each.stop()
})
const NEW_PASSWORD = 'another lantern for the walrus'

test('who registers has an account once the address is confirmed, logs in and is who they are', async () => {
  const email = 'Ada@Example.com'
  const registered = await app.post('/auth/register', { email, password: PASSWORD, name: 'Ada' })
  expect(registered.status).toBe(202)
  expect(registered.headers.get('cache-control')).toBe('no-store')
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(401)
  const token = await app.outbox.token('ada@example.com')
  const verified = await app.post('/auth/verify-email', { token, password: PASSWORD })
  expect(await verified.json()).toEqual({ status: 'verified' })
  const { headers } = await app.logIn(email)
  const me = await (await app.t.fetch('/auth/me', { headers })).json()
  expect(me).toMatchObject({
    email: 'ada@example.com',
    name: 'Ada',
    roles: [],
    permissions: [],
    session: { via: 'token', methods: ['pwd'], scopes: ['*'], clientId: null, impersonatedBy: null },
  })
})

test('the client is typed by the table: what registers, and who one is', async () => {
  const { email } = await app.register({ roles: ['editor'] })
  const { accessToken } = await app.logIn(email)
  const { client } = await import('ashlar/client')
  const api = client(app.t.app, { token: accessToken })
  const me = await api.auth.me()
  expect([me.email, me.name, me.roles, me.permissions]).toEqual([email, 'Ada', ['editor'], ['posts:*']])
  const changed = await api.auth.updateMe({ body: { name: 'Ada King' } })
  expect(changed.name).toBe('Ada King')
})

test('a registration that waits is sent again, and an address that is confirmed is not asked twice', async () => {
  const email = 'patience@example.com'
  await app.post('/auth/register', { email, password: PASSWORD, name: 'P' })
  await app.outbox.token(email)
  expect((await app.post('/auth/verify-email/resend', { email })).status).toBe(202)
  const token = await app.outbox.token(email)
  expect((await app.post('/auth/verify-email', { token, password: PASSWORD })).status).toBe(200)
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(200)
})

test('two registrations of one address make one account', async () => {
  const email = 'twice@example.com'
  await app.post('/auth/register', { email, password: PASSWORD, name: 'First' })
  await app.post('/auth/register', { email, password: NEW_PASSWORD, name: 'Second' })
  const [first, second] = [await app.outbox.token(email), await app.outbox.token(email)]
  expect((await app.post('/auth/verify-email', { token: second, password: NEW_PASSWORD })).status).toBe(200)
  expect((await app.post('/auth/verify-email', { token: first, password: PASSWORD })).status).toBe(400)
  expect((await app.post('/auth/login', { email, password: NEW_PASSWORD })).status).toBe(200)
})

test('another password ends the other sessions and goes on with this one', async () => {
  const { email } = await app.register()
  const [mine, other] = [await app.logIn(email), await app.logIn(email)]
  const json = { currentPassword: PASSWORD, password: NEW_PASSWORD }
  const wrong = await app.post('/auth/password', { ...json, currentPassword: 'not this one, surely' }, mine.headers)
  expect(wrong.status).toBe(401)
  expect((await app.post('/auth/password', { password: NEW_PASSWORD }, mine.headers)).status).toBe(401)
  const changed = await app.post('/auth/password', json, mine.headers)
  const { accessToken } = (await changed.json()) as { readonly accessToken: string }
  const me = (authorization: string) => app.t.fetch('/auth/me', { headers: { authorization } })
  expect((await me(`Bearer ${accessToken}`)).status).toBe(200)
  expect((await me(other.headers.authorization)).status).toBe(401)
  expect((await app.post('/auth/refresh', { refreshToken: other.refreshToken })).status).toBe(400)
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(401)
  expect((await app.post('/auth/login', { email, password: NEW_PASSWORD })).status).toBe(200)
})

test('a password that was forgotten is set by mail, which ends all sessions', async () => {
  const { email } = await app.register()
  const session = await app.logIn(email)
  await app.post('/auth/password/forgot', { email })
  const token = await app.outbox.token(email)
  expect((await app.post('/auth/password/reset', { token, password: NEW_PASSWORD })).status).toBe(204)
  expect((await app.t.fetch('/auth/me', { headers: session.headers })).status).toBe(401)
  expect((await app.post('/auth/login', { email, password: NEW_PASSWORD })).status).toBe(200)
  const notice = await app.outbox.next(email)
  expect(notice.text).not.toContain(NEW_PASSWORD)
})

test('reauthentication renews the session, and needs the right password', async () => {
  const { email } = await app.register()
  const { headers } = await app.logIn(email)
  expect((await app.post('/auth/reauthenticate', { password: 'not the password at all' }, headers)).status).toBe(401)
  const renewed = await app.post('/auth/reauthenticate', { password: PASSWORD }, headers)
  expect(await renewed.json()).toMatchObject({ status: 'logged_in', accessToken: expect.any(String) as unknown })
})

test('an account is deleted by its password, with everything it is known by', async () => {
  const { email } = await app.register()
  const { headers } = await app.logIn(email)
  const remove = (json: object) => app.t.fetch('/auth/me', { method: 'DELETE', headers, json })
  expect((await remove({ password: 'not the password at all' })).status).toBe(401)
  expect((await remove({ password: PASSWORD })).status).toBe(204)
  expect((await app.t.fetch('/auth/me', { headers })).status).toBe(401)
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(401)
})

test("the last administrator's account cannot be deleted", async () => {
  const own = await accountsApp()
  try {
    const [first, second] = [await own.register({ roles: ['admin'] }), await own.register({ roles: ['admin'] })]
    const remove = async (email: string) =>
      (
        await own.t.fetch('/auth/me', {
          method: 'DELETE',
          headers: (await own.logIn(email)).headers,
          json: { password: PASSWORD },
        })
      ).status
    expect(await remove(first.email)).toBe(204)
    expect(await remove(second.email)).toBe(409)
  } finally {
    await own.stop()
  }
})

test('log-in takes exactly one of login and email', async () => {
  const { email } = await app.register()
  expect((await app.post('/auth/login', { login: email, password: PASSWORD })).status).toBe(200)
  expect((await app.post('/auth/login', { login: email, email, password: PASSWORD })).status).toBe(422)
  expect((await app.post('/auth/login', { password: PASSWORD })).status).toBe(422)
})

test('where addresses are confirmed later, the account is there at once, with the roles of the options', async () => {
  const email = 'soon@example.com'
  await later.post('/auth/register', { email, password: PASSWORD, name: 'Soon' })
  const { headers } = await later.logIn(email)
  const me = async () => (await (await later.t.fetch('/auth/me', { headers })).json()) as Record<string, unknown>
  expect(await me()).toMatchObject({ roles: ['member'], emailVerifiedAt: null })
  const verified = await later.post('/auth/verify-email', { token: await later.outbox.token(email) }, headers)
  expect(await verified.json()).toEqual({ status: 'verified' })
  expect(await me()).toMatchObject({ emailVerifiedAt: expect.any(String) as unknown })
})

test('who confirms an address that somebody else has registered has the account to themselves', async () => {
  const email = 'victim@example.com'
  await later.post('/auth/register', { email, password: PASSWORD, name: 'Mallory' })
  const mallory = await later.logIn(email)
  const cookie = await later.cookieOf(email)
  const verified = await later.post('/auth/verify-email', { token: await later.outbox.token(email) })
  const answer = (await verified.json()) as { readonly status: string; readonly resetToken: string }
  expect(answer.status).toBe('password_required')
  expect((await later.t.fetch('/auth/me', { headers: mallory.headers })).status).toBe(401)
  expect((await later.t.fetch('/auth/me', { headers: { cookie } })).status).toBe(401)
  expect((await later.post('/auth/refresh', { refreshToken: mallory.refreshToken })).status).toBe(400)
  expect((await later.post('/auth/login', { email, password: PASSWORD })).status).toBe(401)
  const reset = { token: answer.resetToken, password: NEW_PASSWORD }
  expect((await later.post('/auth/password/reset', reset)).status).toBe(204)
  expect((await later.post('/auth/login', { email, password: NEW_PASSWORD })).status).toBe(200)
})

test('without confirmation an account is there at once, and no message is sent', async () => {
  const email = 'plain@example.com'
  expect((await none.post('/auth/register', { email, password: PASSWORD, name: 'P' })).status).toBe(202)
  await none.logIn(email)
  expect(none.outbox.messages).toEqual([])
})

test('where nobody registers by themselves there is no such operation', async () => {
  expect((await closed.post('/auth/register', { email: 'x@example.com', password: PASSWORD, name: 'X' })).status).toBe(
    404,
  )
})
