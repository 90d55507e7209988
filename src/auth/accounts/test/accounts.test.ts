import { afterAll, expect, test } from 'vitest'
import { accountsApp, PASSWORD } from '../../accounts.fixture.ts'

const app = await accountsApp()
afterAll(() => app.stop())

test('who registers has an account once the address is confirmed, logs in and is who they are', async () => {
  const email = 'Ada@Example.com'
  const registered = await app.post('/auth/register', { email, password: PASSWORD, name: 'Ada' })
  expect(registered.status).toBe(202)
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(401)
  const verified = await app.post('/auth/verify-email', { token: await app.outbox.token('ada@example.com') })
  expect(await verified.json()).toEqual({ status: 'verified' })
  const { headers } = await app.logIn(email)
  const me = await app.t.fetch('/auth/me', { headers })
  expect(await me.json()).toMatchObject({ email: 'ada@example.com', name: 'Ada', roles: [], permissions: [] })
})
