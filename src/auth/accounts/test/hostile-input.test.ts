import { afterAll, expect, test } from 'vitest'
import { accountsApp, PASSWORD } from '../../accounts.fixture.ts'

const app = await accountsApp()
afterAll(() => app.stop())
const admin = await app.register({ roles: ['admin'] })
const { headers } = await app.logIn(admin.email)
const NUL = String.fromCharCode(0)
const SURROGATE = '\ud800'
const user = `/auth/admin/users/${admin.id}`

// What PostgreSQL does not store, what is longer than anybody types, and what is no id: an answer that says so, never a failure.
test.each([
  ['POST', '/auth/login', { login: `ada${NUL}@example.com`, password: 'x' }],
  ['POST', '/auth/login', { login: `ada${NUL}`, password: 'x' }],
  ['POST', '/auth/login', { login: 'ada@example.com', password: `x${NUL}` }],
  ['POST', '/auth/login', { login: SURROGATE, password: 'x' }],
  ['POST', '/auth/login', { login: 'ada@example.com', password: 'x'.repeat(1_000_001) }],
  ['POST', '/auth/register', { email: 'eve@example.com', password: PASSWORD, name: `x${NUL}` }],
  ['POST', '/auth/register', { email: 'eve@example.com', password: PASSWORD, name: SURROGATE }],
  ['POST', '/auth/register', { email: `eve${NUL}@example.com`, password: PASSWORD, name: 'Eve' }],
  ['POST', '/auth/register', { email: `${'e'.repeat(300)}@example.com`, password: PASSWORD, name: 'Eve' }],
  ['POST', '/auth/verify-email', { token: NUL }],
  ['POST', '/auth/password/reset', { token: NUL, password: PASSWORD }],
  ['POST', '/auth/refresh', { refreshToken: NUL }],
  ['PATCH', '/auth/me', { name: NUL }],
  ['POST', `${user}/impersonate`, { reason: `x${NUL}` }],
  ['PUT', `${user}/roles`, { roles: ['admin', NUL] }],
  ['POST', '/auth/admin/users/7/disable', undefined],
  ['POST', '/auth/admin/users/%00/disable', undefined],
  ['DELETE', '/auth/sessions/7', undefined],
  ['GET', `${user}/events?cursor=9999999999999999999`, undefined],
] as const)('%s %s %j', async (method, path, json) => {
  const response = await app.t.fetch(path, { method, headers, ...(json !== undefined && { json }) })
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.status).toBeLessThan(500)
})

test.each([
  'grant_type=password&username=a&username=b&password=c',
  'grant_type=password&grant_type=refresh_token&refresh_token=c&username=a&password=b',
  'grant_type=password&username=a%00&password=c',
  'grant_type=refresh_token&refresh_token=a&refresh_token=b',
])('a form that says something twice, or what is no text, is refused: %s', async (body) => {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await app.t.fetch('/auth/token', { method: 'POST', headers: type, body })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: 'invalid_request' })
})
