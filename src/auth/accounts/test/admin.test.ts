import { afterAll, expect, test } from 'vitest'
import { accountsApp, PASSWORD } from '../../accounts.fixture.ts'

const app = await accountsApp({ roles: { editor: ['posts:*'], admin: ['*'] } })
afterAll(() => app.stop())
const admin = await app.register({ roles: ['admin'], name: 'Admin' })
const { headers } = await app.logIn(admin.email)
const asAdmin = (path: string, json?: unknown, method = 'POST') =>
  app.t.fetch(`/auth/admin/users${path}`, { method, headers, ...(json !== undefined && { json }) })

test('only administrators administer', async () => {
  const { email, id } = await app.register({ roles: ['editor'] })
  const user = await app.logIn(email)
  for (const [method, path] of [
    ['GET', ''],
    ['GET', `/${id}`],
    ['PUT', `/${id}/roles`],
    ['POST', `/${id}/disable`],
    ['POST', `/${id}/enable`],
    ['POST', `/${id}/force-reset`],
    ['POST', `/${id}/end-sessions`],
    ['POST', `/${id}/impersonate`],
    ['GET', `/${id}/events`],
  ] as const) {
    const call = (init: RequestInit) => app.t.fetch(`/auth/admin/users${path}`, { method, ...init })
    expect([path, (await call({})).status]).toEqual([path, 401])
    expect([path, (await call({ headers: user.headers })).status]).toEqual([path, 403])
  }
})

test('power is given away only by who has just proved who they are', async () => {
  const { id } = await app.register()
  const identity = { id: admin.id, roles: ['admin'], restricted: false, methods: ['pwd'] }
  const proved = { ...identity, authenticatedAt: Math.floor(Date.now() / 1000) }
  const long = { ...proved, authenticatedAt: proved.authenticatedAt - 301 }
  for (const [method, path, json] of [
    ['PUT', 'roles', { roles: [] }],
    ['POST', 'impersonate', { reason: 'ticket 43' }],
  ] as const) {
    const call = (as: typeof proved) => app.t.fetch(`/auth/admin/users/${id}/${path}`, { method, json, as })
    const refused = await call(long)
    expect(refused.status).toBe(401)
    expect(await refused.json()).toMatchObject({ code: 'recent_authentication_required' })
    expect((await call(proved)).status).toBe(200)
    expect((await call({ ...proved, restricted: true })).status).toBe(403)
  }
})

test('accounts are listed page by page, filtered, and without what is not for administrators', async () => {
  for (const name of ['l1', 'l2', 'l3']) await app.register({ email: `${name}@list.example`, name })
  const list = async (query: string) =>
    (await (await asAdmin(query, undefined, 'GET')).json()) as {
      readonly items: readonly Record<string, unknown>[]
      readonly next: string | null
    }
  const first = await list('?sort=email&limit=2&email[contains]=@list.example')
  expect(first.items.map(({ name }) => name)).toEqual(['l1', 'l2'])
  const rest = await list(`?sort=email&limit=2&email[contains]=@list.example&cursor=${first.next!}`)
  expect(rest).toMatchObject({ items: [{ name: 'l3' }], next: null })
  expect(Object.keys(rest.items[0]!).toSorted()).toEqual(
    ['createdAt', 'disabledAt', 'email', 'emailVerifiedAt', 'id', 'name', 'roles', 'updatedAt'].toSorted(),
  )
})

test('roles hold at once, with what was issued for others ended', async () => {
  const { id, email } = await app.register()
  const before = await app.logIn(email)
  const cookie = await app.cookieOf(email)
  const changed = await asAdmin(`/${id}/roles`, { roles: ['editor', 'editor'] }, 'PUT')
  expect(await changed.json()).toMatchObject({ id, roles: ['editor'] })
  expect((await app.t.fetch('/auth/me', { headers: before.headers })).status).toBe(401)
  const me = await app.t.fetch('/auth/me', { headers: { cookie } })
  expect(await me.json()).toMatchObject({ roles: ['editor'], permissions: ['posts:*'] })
  expect((await asAdmin(`/${id}/roles`, { roles: ['edtior'] }, 'PUT')).status).toBe(422)
})

test('an administrator does not lock themselves out', async () => {
  expect((await asAdmin(`/${admin.id}/roles`, { roles: ['editor'] }, 'PUT')).status).toBe(409)
  expect((await asAdmin(`/${admin.id}/disable`)).status).toBe(409)
  expect((await asAdmin(`/${admin.id}/impersonate`, { reason: 'why not' })).status).toBe(409)
})

test('a disabled account is out at once, by whatever it is known, and in again when it is enabled', async () => {
  const { id, email } = await app.register()
  const tokens = await app.logIn(email)
  const cookie = await app.cookieOf(email)
  expect(await (await asAdmin(`/${id}/disable`)).json()).toMatchObject({ disabledAt: expect.any(String) as unknown })
  expect((await app.t.fetch('/auth/me', { headers: tokens.headers })).status).toBe(401)
  expect((await app.t.fetch('/auth/me', { headers: { cookie } })).status).toBe(401)
  expect((await app.post('/auth/refresh', { refreshToken: tokens.refreshToken })).status).toBe(400)
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(401)
  expect((await asAdmin(`/${id}/enable`)).status).toBe(200)
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(200)
  expect((await app.t.fetch('/auth/me', { headers: tokens.headers })).status).toBe(401)
})

test('a forced reset takes the password away until a new one is set by mail', async () => {
  const { id, email } = await app.register()
  const { headers: user } = await app.logIn(email)
  expect((await asAdmin(`/${id}/force-reset`)).status).toBe(204)
  expect((await app.t.fetch('/auth/me', { headers: user })).status).toBe(401)
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(401)
  const password = 'another lantern for the walrus'
  expect((await app.post('/auth/password/reset', { token: await app.outbox.token(email), password })).status).toBe(204)
  expect((await app.post('/auth/login', { email, password })).status).toBe(200)
})

test('who acts as a user is seen to, and cannot manage the account', async () => {
  const { id, email } = await app.register({ name: 'Acted' })
  expect((await asAdmin(`/${id}/impersonate`, {})).status).toBe(422)
  const begun = await asAdmin(`/${id}/impersonate`, { reason: 'ticket 42' })
  const { accessToken } = (await begun.json()) as { readonly accessToken: string }
  const acting = { authorization: `Bearer ${accessToken}` }
  const me = await app.t.fetch('/auth/me', { headers: acting })
  expect(await me.json()).toMatchObject({ id, email, session: { impersonatedBy: admin.id } })
  for (const path of ['/auth/password', '/auth/email', '/auth/logout-all'])
    expect((await app.post(path, { email, password: PASSWORD }, acting)).status).toBe(403)
  const events = await asAdmin(`/${id}/events`, undefined, 'GET')
  expect(await events.json()).toMatchObject({
    items: [{ event: 'impersonated', actorId: admin.id, details: { reason: 'ticket 42' } }, { event: 'registered' }],
    next: null,
  })
})

test('events are read page by page, the newest first', async () => {
  const { id, email } = await app.register()
  for (let index = 0; index < 3; index += 1) await app.logIn(email)
  const page = async (query: string) =>
    (await (await asAdmin(`/${id}/events?${query}`, undefined, 'GET')).json()) as {
      readonly items: readonly { readonly event: string }[]
      readonly next: string | null
    }
  const first = await page('limit=3')
  const rest = await page(`limit=3&cursor=${first.next!}`)
  expect([...first.items, ...rest.items].map(({ event }) => event)).toEqual([
    'logged_in',
    'logged_in',
    'logged_in',
    'registered',
  ])
  expect(rest.next).toBeNull()
})

test('what is not there is not found', async () => {
  const missing = '018f0000-0000-7000-8000-000000000000'
  expect((await asAdmin(`/${missing}`, undefined, 'GET')).status).toBe(404)
  expect((await asAdmin(`/${missing}/disable`)).status).toBe(404)
  expect((await asAdmin('/not-an-id/disable')).status).toBe(422)
})
