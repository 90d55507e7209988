import { afterAll, expect, test } from 'vitest'
import { openFullstack, PASSWORD } from './fullstack.ts'

const api = await openFullstack()
afterAll(() => api[Symbol.asyncDispose]())

const { visitor, outbox } = api
const anyText = expect.any(String) as string
const ANOTHER = 'eleven geese cross the river'

test('who signs up logs in by the form and is who they are', async () => {
  const email = 'Ada@example.com'
  const signedUp = await visitor.post('/users/signup', { email, password: PASSWORD, full_name: 'Ada' })
  const ada = {
    id: anyText,
    email: 'ada@example.com',
    is_active: true,
    is_superuser: false,
    full_name: 'Ada',
    created_at: anyText,
  }
  expect(signedUp).toEqual({ status: 200, json: ada })
  const { status, json, frontEnd } = await visitor.logIn('ada@example.com')
  expect({ status, json }).toEqual({ status: 200, json: { access_token: anyText, token_type: 'bearer' } })
  expect(await frontEnd.get('/users/me')).toEqual({ status: 200, json: signedUp.json })
  expect(await frontEnd.post('/login/test-token')).toEqual({ status: 200, json: signedUp.json })
})

test('a log-in that fails says so in the form that the front end shows', async () => {
  for (const [email, password] of [
    ['ada@example.com', 'not the password'],
    ['nobody@example.com', PASSWORD],
  ] as const)
    expect(await visitor.logIn(email, password)).toMatchObject({
      status: 400,
      json: { detail: 'Incorrect email or password' },
    })
  expect(await visitor.get('/users/me')).toEqual({ status: 401, json: { detail: 'Not authenticated' } })
  const taken = await visitor.post('/users/signup', { email: 'ADA@example.com', password: PASSWORD })
  expect(taken).toEqual({
    status: 400,
    json: { detail: 'The user with this email already exists in the system' },
  })
  const weak = await visitor.post('/users/signup', { email: 'weak@example.com', password: 'passwordpassword' })
  expect(weak).toMatchObject({
    status: 422,
    json: { detail: [{ type: 'password_guessable', loc: ['body', 'password'], input: null }] },
  })
})

test('a forgotten password is set anew by the link of the mail, and what was logged in ends', async () => {
  const bob = await api.person('bob@example.com')
  const sent = { message: 'If that email is registered, we sent a password recovery link' }
  expect(await visitor.post('/password-recovery/bob@example.com')).toEqual({ status: 200, json: sent })
  expect(await visitor.post('/password-recovery/nobody@example.com')).toEqual({ status: 200, json: sent })
  expect(outbox.last('nobody@example.com')).toBeUndefined()
  const link = /http\S+/.exec(outbox.last('bob@example.com')!.text)![0]
  expect(link).toMatch(/^http:\/\/localhost:5173\/reset-password\?token=/)
  const token = new URL(link).searchParams.get('token')

  expect(await visitor.post('/reset-password/', { token, new_password: 'short' })).toMatchObject({
    status: 422,
    json: { detail: [{ loc: ['body', 'new_password'] }] },
  })
  expect((await bob.get('/users/me')).status).toBe(200)
  expect(await visitor.post('/reset-password/', { token, new_password: ANOTHER })).toEqual({
    status: 200,
    json: { message: 'Password updated successfully' },
  })
  expect((await bob.get('/users/me')).status).toBe(401)
  expect((await visitor.logIn('bob@example.com')).status).toBe(400)
  expect((await visitor.logIn('bob@example.com', ANOTHER)).status).toBe(200)
  expect((await visitor.post('/reset-password/', { token, new_password: PASSWORD })).status).toBe(400)
})

test('a password is changed by who knows it, and the token of before is dead', async () => {
  const eve = await api.person('eve@example.com')
  const path = '/users/me/password'
  const wrong = { current_password: 'not the password', new_password: ANOTHER }
  expect(await eve.patch(path, wrong)).toEqual({ status: 400, json: { detail: 'Incorrect password' } })
  expect((await eve.patch(path, { current_password: PASSWORD, new_password: PASSWORD })).status).toBe(400)
  const changed = await eve.patch(path, { current_password: PASSWORD, new_password: ANOTHER })
  expect(changed).toEqual({ status: 200, json: { message: 'Password updated successfully' } })
  expect((await eve.get('/users/me')).status).toBe(401)
  expect((await visitor.logIn('eve@example.com', ANOTHER)).status).toBe(200)
})

test('a name and an address are changed, and the old address is told', async () => {
  const dan = await api.person('dan@example.com')
  expect(await dan.patch('/users/me', { full_name: 'Dan D.', email: 'dan.d@example.com' })).toMatchObject({
    status: 200,
    json: { full_name: 'Dan D.', email: 'dan.d@example.com' },
  })
  expect(outbox.last('dan@example.com')?.text).toContain('dan.d@example.com')
  expect((await dan.patch('/users/me', { email: 'ada@example.com' })).status).toBe(400)
  expect((await dan.patch('/users/me', { is_superuser: true })).json).toMatchObject({ is_superuser: false })
  expect(await dan.delete('/users/me')).toEqual({ status: 200, json: { message: 'User deleted successfully' } })
  expect((await dan.get('/users/me')).status).toBe(401)
})

test("the document's Authorize button gets its tokens where the front end does", () => {
  expect(api.t.app.openapi()).toMatchObject({
    components: {
      securitySchemes: {
        bearer: {
          flows: { password: { tokenUrl: expect.stringMatching(/\/api\/v1\/login\/access-token$/) as string } },
        },
      },
    },
  })
})

test('the API answers', async () => {
  expect(await visitor.get('/utils/health-check/')).toEqual({ status: 200, json: true })
})
