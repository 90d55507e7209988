import type * as Crypto from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { accountsApp, PASSWORD } from '../../src/auth/accounts.fixture.ts'

const { hashes } = vi.hoisted(() => ({ hashes: { count: 0 } }))

// Counted, and run.
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof Crypto>()
  const argon2 = ((...args: Parameters<typeof real.argon2>) => {
    hashes.count += 1
    return real.argon2(...args)
  }) as typeof real.argon2
  return { ...real, argon2, default: { ...real, argon2 } }
})

const app = await accountsApp()
afterAll(() => app.stop())
const known = await app.register()
beforeEach(() => {
  hashes.count = 0
})

/** What of a response could tell; the id of a request is another each time. */
async function answer(path: string, json: unknown) {
  hashes.count = 0
  const response = await app.post(path, json)
  const headers = [...response.headers].filter(([name]) => name !== 'x-request-id' && name !== 'date')
  const body = (await response.text()).replaceAll(/"(?:instance|requestId|request_id)":"[^"]*"/g, '')
  return { status: response.status, headers, body, hashes: hashes.count }
}

test.for([
  { what: 'log-in', path: '/auth/login', status: 401, hashes: 1, extra: { password: 'not the password of anybody' } },
  { what: 'registration', path: '/auth/register', status: 202, hashes: 1, extra: { password: PASSWORD, name: 'X' } },
  { what: 'a forgotten password', path: '/auth/password/forgot', status: 202, hashes: 0, extra: {} },
  { what: 'a confirmation sent again', path: '/auth/verify-email/resend', status: 202, hashes: 0, extra: {} },
])('$what is answered the same for a known and an unknown address', async ({ path, status, extra, ...expected }) => {
  const unknown = await answer(path, { email: `nobody-${path.length}@example.com`, ...extra })
  expect(unknown).toMatchObject({ status, hashes: expected.hashes })
  expect(await answer(path, { email: known.email, ...extra })).toEqual(unknown)
})

test('the password grant is answered the same for a known and an unknown address', async () => {
  const grant = async (username: string) => {
    hashes.count = 0
    const body = new URLSearchParams({ grant_type: 'password', username, password: 'not the password of anybody' })
    const response = await app.t.fetch('/auth/token', { method: 'POST', body })
    return { status: response.status, body: await response.text(), hashes: hashes.count }
  }
  const unknown = await grant('nobody@example.com')
  expect(unknown).toMatchObject({ status: 400, hashes: 1 })
  expect(unknown.body).toContain('invalid_grant')
  expect(await grant(known.email)).toEqual(unknown)
})

test('an account without a password, a disabled one and one that must be reset refuse a wrong password as an unknown one does', async () => {
  const [admin, without, disabled, reset] = [
    await app.register({ roles: ['admin'] }),
    await app.register(),
    await app.register(),
    await app.register(),
  ]
  const { headers } = await app.logIn(admin.email)
  await app.t.run({ tx: app.db.transaction }, ({ tx }) =>
    tx.update(app.auth.core.tables.authCredentials).set({ passwordHash: null }).where(ofUser(without.id)),
  )
  expect((await app.post(`/auth/admin/users/${disabled.id}/disable`, undefined, headers)).status).toBe(200)
  expect((await app.post(`/auth/admin/users/${reset.id}/force-reset`, undefined, headers)).status).toBe(204)
  const login = (email: string) => answer('/auth/login', { email, password: 'not the password of anybody' })
  const unknown = await login('nobody-at-all@example.com')
  expect(unknown).toMatchObject({ status: 401, hashes: 1 })
  for (const { email } of [without, disabled, reset]) expect(await login(email)).toEqual(unknown)
})

test('who owns the address learns by mail what the answer does not tell', async () => {
  const { email } = await app.register()
  await app.post('/auth/register', { email, password: PASSWORD, name: 'X' })
  const known = await app.outbox.next(email)
  await app.post('/auth/register', { email: 'somebody-new@example.com', password: PASSWORD, name: 'X' })
  const unknown = await app.outbox.next('somebody-new@example.com')
  expect(known.subject).not.toBe(unknown.subject)
})

function ofUser(id: string) {
  return eq(app.auth.core.tables.authCredentials.userId, id)
}
