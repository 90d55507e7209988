import { afterAll, expect, test } from 'vitest'
import { accountsApp, PASSWORD } from '../../accounts.fixture.ts'

const app = await accountsApp({ attempts: { perAccount: 3, perNetwork: 100_000 } })
afterAll(() => app.stop())

async function token(form: Readonly<Record<string, string>>) {
  const response = await app.t.fetch('/auth/token', { method: 'POST', body: new URLSearchParams(form) })
  return { response, body: (await response.json()) as Readonly<Record<string, string>> }
}

test('the password grant answers as RFC 6749 says, and its tokens are those of the app', async () => {
  const { email } = await app.register()
  const { response, body } = await token({ grant_type: 'password', username: email, password: PASSWORD, scope: '' })
  expect(response.status).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(body).toEqual({
    access_token: expect.any(String) as unknown,
    token_type: 'bearer',
    expires_in: 900,
    refresh_token: expect.any(String) as unknown,
  })
  const me = await app.t.fetch('/auth/me', { headers: { authorization: `Bearer ${body['access_token']!}` } })
  expect(await me.json()).toMatchObject({ email })
  const refreshed = await token({ grant_type: 'refresh_token', refresh_token: body['refresh_token']! })
  expect(refreshed.response.status).toBe(200)
  expect(refreshed.body['refresh_token']).not.toBe(body['refresh_token'])
})

test('clients of FastAPI services may leave the grant out', async () => {
  const { email } = await app.register()
  expect((await token({ username: email, password: PASSWORD })).response.status).toBe(200)
})

test.for([
  [{ grant_type: 'password', username: 'nobody@example.com', password: 'x' }, 'invalid_grant'],
  [{ grant_type: 'refresh_token', refresh_token: 'x'.repeat(43) }, 'invalid_grant'],
  [{ grant_type: 'refresh_token' }, 'invalid_request'],
  [{ grant_type: 'password', username: 'nobody@example.com' }, 'invalid_request'],
  [{ grant_type: 'password', username: '', password: 'x' }, 'invalid_request'],
  [{ grant_type: 'client_credentials' }, 'unsupported_grant_type'],
] as const)('refused: %o', async ([form, error]) => {
  const { response, body } = await token(form)
  expect(response.status).toBe(400)
  expect(Object.keys(body).toSorted()).toEqual(['error', 'error_description'])
  expect(body['error']).toBe(error)
})

test('attempts are counted with those of other log-ins, and refused in the same form', async () => {
  const { email } = await app.register()
  for (let attempt = 0; attempt < 3; attempt += 1)
    expect((await app.post('/auth/login', { email, password: 'wrong' })).status).toBe(401)
  const { response, body } = await token({ username: email, password: PASSWORD })
  expect(response.status).toBe(429)
  expect(response.headers.get('retry-after')).not.toBeNull()
  expect(Object.keys(body).toSorted()).toEqual(['error', 'error_description'])
})

test('an account with a second factor gets nothing by its password alone', async () => {
  const { id, email } = await app.register()
  await app.t.run({ tx: app.db.transaction }, ({ tx }) =>
    tx.insert(app.auth.core.tables.authFactors).values({
      userId: id,
      type: 'totp',
      secret: 'sealed',
      confirmedAt: new Date().toISOString(),
    }),
  )
  const { response, body } = await token({ username: email, password: PASSWORD })
  expect([response.status, body['error']]).toEqual([400, 'invalid_grant'])
  expect(body).not.toHaveProperty('access_token')
})
