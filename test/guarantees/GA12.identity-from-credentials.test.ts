import { afterAll, expect, test } from 'vitest'
import { accountsApp, PASSWORD } from '../../src/auth/accounts.fixture.ts'

const app = await accountsApp()
afterAll(() => app.stop())
const [ada, eve] = [await app.register({ name: 'Ada' }), await app.register({ name: 'Eve' })]
const names = ['userId', 'user_id', 'id', 'user', 'sub', 'email', 'ownerId', 'accountId', 'impersonatorId'] as const
const claims = Object.fromEntries(names.map((name) => [name, name === 'email' ? ada.email : ada.id]))
const query = `?${new URLSearchParams(claims).toString()}`

const me = async (headers: Record<string, string>) =>
  (await (await app.t.fetch('/auth/me', { headers })).json()) as { readonly id: string; readonly name: string }

test('who calls is what the credentials say, whatever body and query say', async () => {
  const { headers } = await app.logIn(eve.email)
  const read = await app.t.fetch(`/auth/me${query}`, { headers })
  expect(await read.json()).toMatchObject({ id: eve.id })
  const body = { ...claims, name: 'Mallory' }
  const changed = await app.t.fetch(`/auth/me${query}`, { method: 'PATCH', headers, json: body })
  expect(await changed.json()).toMatchObject({ id: eve.id, email: eve.email, name: 'Mallory' })
  expect((await me((await app.logIn(ada.email)).headers)).name).toBe('Ada')
})

test.for([
  ['GET', '/auth/me', undefined],
  ['PATCH', '/auth/me', { name: 'Mallory' }],
  ['DELETE', '/auth/me', { password: PASSWORD }],
  ['POST', '/auth/password', { currentPassword: PASSWORD, password: 'another lantern for tom' }],
  ['POST', '/auth/email', { email: 'mallory@example.com' }],
  ['POST', '/auth/reauthenticate', { password: PASSWORD }],
  ['GET', '/auth/sessions', undefined],
  ['POST', '/auth/logout-all', {}],
] as const)('without credentials nobody is anybody: %s %s', async ([method, path, body]) => {
  const json = body === undefined ? {} : { json: { ...body, ...claims } }
  const response = await app.t.fetch(path + query, { method, ...json })
  expect(response.status).toBe(401)
})

test('a password is changed, and an account deleted, for the caller and for no one whom the body names', async () => {
  const { headers } = await app.logIn(eve.email)
  const password = 'another lantern for tom'
  const changed = await app.post(`/auth/password${query}`, { ...claims, currentPassword: PASSWORD, password }, headers)
  expect(changed.status).toBe(200)
  expect((await app.post('/auth/login', { email: ada.email, password: PASSWORD })).status).toBe(200)
  expect((await app.post('/auth/login', { email: eve.email, password })).status).toBe(200)
  const again = await app.logIn(eve.email, password)
  const deleted = await app.t.fetch(`/auth/me${query}`, {
    method: 'DELETE',
    headers: again.headers,
    json: { ...claims, password },
  })
  expect(deleted.status).toBe(204)
  expect((await app.post('/auth/login', { email: ada.email, password: PASSWORD })).status).toBe(200)
  expect((await app.post('/auth/login', { email: eve.email, password })).status).toBe(401)
})

test('who registers chooses neither id nor roles, and has confirmed no address', async () => {
  const email = 'chooser@example.com'
  const wished = { id: ada.id, roles: ['admin'], emailVerifiedAt: '2026-01-01T00:00:00Z', disabledAt: null }
  await app.post('/auth/register', { email, password: PASSWORD, name: 'Chooser', ...wished })
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(401)
  await app.post('/auth/verify-email', { token: await app.outbox.token(email), password: PASSWORD })
  const { headers } = await app.logIn(email)
  const made = await me(headers)
  expect(made).toMatchObject({ roles: [], name: 'Chooser' })
  expect(made.id).not.toBe(ada.id)
  const changed = await app.t.fetch('/auth/me', { method: 'PATCH', headers, json: { ...wished, name: 'C' } })
  expect(await changed.json()).toMatchObject({ id: made.id, roles: [], name: 'C' })
})
