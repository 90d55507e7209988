import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INVALID_TOKEN, MISSING_TOKEN, refusal, startApi, type TestApi } from './api.ts'

let api: TestApi
beforeAll(async () => void (api = await startApi()))
afterAll(() => api[Symbol.asyncDispose]())

const jake = { username: 'jake', email: 'jake@jake.jake', password: 'jakejake' }
const BLANK = "can't be blank"

describe('registration', () => {
  test('gives the user with a token that works', async () => {
    const { status, body, headers } = await api.call('POST /users', { json: { user: jake } })
    expect(status).toBe(201)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(body).toEqual({
      user: { username: 'jake', email: 'jake@jake.jake', bio: null, image: null, token: expect.any(String) },
    })
    const { token } = (body as { user: { token: string } }).user
    expect(await api.call('GET /user', { token })).toMatchObject({ status: 200, body: { user: { username: 'jake' } } })
  })

  test('names every value that is taken, in whatever case', async () => {
    const twice = await api.call('POST /users', { json: { user: jake } })
    expect(twice).toMatchObject(refusal(409, { username: 'has already been taken', email: 'has already been taken' }))
    const name = { ...jake, username: 'JAKE', email: 'other@jake.jake' }
    expect(await api.call('POST /users', { json: { user: name } })).toMatchObject(
      refusal(409, { username: 'has already been taken' }),
    )
    const address = { ...jake, username: 'other', email: 'Jake@Jake.jake' }
    expect(await api.call('POST /users', { json: { user: address } })).toMatchObject(
      refusal(409, { email: 'has already been taken' }),
    )
  })

  test('at the same moment with the same name succeeds once', async () => {
    const json = (n: number): object => ({ user: { username: 'race', email: `race${n}@example.com`, password: 'x' } })
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => api.call('POST /users', { json: json(n) })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409])
    for (const answer of answers.filter(({ status }) => status === 409))
      expect(answer).toMatchObject(refusal(409, { username: 'has already been taken' }))
  })

  test.each([
    ['nothing', {}, { username: BLANK, email: BLANK, password: BLANK }],
    ['empty texts', { username: '', email: '', password: '' }, { username: BLANK, email: BLANK, password: BLANK }],
    ['white space', { ...jake, username: '  ' }, { username: BLANK }],
    ['null', { ...jake, email: null, password: null }, { email: BLANK, password: BLANK }],
    ['a number', { ...jake, username: 7 }, { username: 'is invalid' }],
    ['no address', { ...jake, email: 'jake' }, { email: 'is invalid' }],
    [
      'a name without end',
      { ...jake, username: 'x'.repeat(256) },
      { username: 'is too long (maximum is 255 characters)' },
    ],
  ])('refuses %s', async (_, user, errors) => {
    expect(await api.call('POST /users', { json: { user } })).toMatchObject(refusal(422, errors))
  })

  test.each([undefined, null, 'text', {}, { user: null }])('refuses a body without a user: %j', async (json) => {
    const { status, body } = await api.call('POST /users', json === undefined ? {} : { json })
    expect({ status, body }).toEqual({ status: 422, body: { errors: expect.any(Object) as object } })
  })

  test('ignores what it does not know', async () => {
    const user = { username: 'kim', email: 'kim@example.com', password: 'kimkim', bio: 'x', admin: true, id: 1 }
    const answer = await api.call('POST /users', { json: { user, more: 1 } })
    expect(answer).toMatchObject({ status: 201, body: { user: { username: 'kim', bio: null } } })
  })
})

async function loggedIn(email: string, password: string): Promise<string> {
  const { body } = await api.call('POST /users/login', { json: { user: { email, password } } })
  return (body as { user: { token: string } }).user.token
}

describe('login', () => {
  beforeAll(() => api.register('lea'))
  const login = (user: object) => api.call('POST /users/login', { json: { user } })

  test('gives the user with a token, in whatever case the address is written', async () => {
    const { status, body } = await login({ email: 'LEA@example.com', password: 'lea-password' })
    expect(status).toBe(200)
    expect(body).toEqual({
      user: { username: 'lea', email: 'lea@example.com', bio: null, image: null, token: expect.any(String) },
    })
  })

  test('says the same about a wrong password and an unknown address', async () => {
    const invalid = refusal(401, { credentials: 'invalid' })
    expect(await login({ email: 'lea@example.com', password: 'wrong' })).toMatchObject(invalid)
    expect(await login({ email: 'nobody@example.com', password: 'lea-password' })).toMatchObject(invalid)
  })

  test('is refused for a while after five wrong passwords, the right one too', async () => {
    await api.register('max')
    const statuses: number[] = []
    for (const password of ['1', '2', '3', '4', '5', 'max-password'])
      statuses.push((await login({ email: 'Max@example.com', password })).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  })

  test('refuses blanks', async () => {
    expect(await login({ email: '', password: null })).toMatchObject(refusal(422, { email: BLANK, password: BLANK }))
    expect(await login({})).toMatchObject(refusal(422, { email: BLANK, password: BLANK }))
  })
})

describe('the current user', () => {
  let token: string
  beforeAll(async () => void (token = await api.register('mia')))
  const update = (user: unknown) => api.call('PUT /user', { token, json: { user } })

  test('needs a token', async () => {
    expect(await api.call('GET /user')).toMatchObject(MISSING_TOKEN)
    expect(await api.call('PUT /user', { json: { user: { bio: 'x' } } })).toMatchObject(MISSING_TOKEN)
    expect(await api.call('GET /user', { headers: { authorization: 'Bearer x.y.z' } })).toMatchObject(MISSING_TOKEN)
    for (const bad of ['x', 'a.b.c', `${token}x`, token.slice(0, -3)])
      expect(await api.call('GET /user', { token: bad })).toMatchObject(INVALID_TOKEN)
  })

  test('is nobody where the account of a valid token is gone', async () => {
    const orphan = await api.register('orphan')
    await api.erase('orphan')
    expect(await api.call('GET /user', { token: orphan })).toMatchObject(INVALID_TOKEN)
  })

  test('is asked for a token before anything else is looked at', async () => {
    expect(await api.call('PUT /user', { json: { user: { username: '' } } })).toMatchObject(MISSING_TOKEN)
    expect(await api.call('PUT /user', { body: '{', headers: { 'content-type': 'application/json' } })).toMatchObject(
      MISSING_TOKEN,
    )
  })

  test('changes only what is sent', async () => {
    expect(await update({ bio: 'I work at statefarm', image: 'https://example.com/mia.png' })).toMatchObject({
      status: 200,
      body: { user: { username: 'mia', bio: 'I work at statefarm', image: 'https://example.com/mia.png' } },
    })
    expect(await update({ email: 'mia@example.org' })).toMatchObject({
      body: { user: { email: 'mia@example.org', bio: 'I work at statefarm', image: 'https://example.com/mia.png' } },
    })
  })

  test.each([null, ''])('clears bio and image with %j', async (nothing) => {
    await update({ bio: 'x', image: 'y' })
    const cleared = { status: 200, body: { user: { bio: null, image: null } } }
    expect(await update({ bio: nothing, image: nothing })).toMatchObject(cleared)
    expect(await api.call('GET /user', { token })).toMatchObject(cleared)
  })

  test('logs in with the new password only, once that is changed, and goes on with the new token', async () => {
    const elsewhere = await loggedIn('mia@example.org', 'mia-password')
    const { status, body } = await update({ password: 'a new one', email: 'mia@example.com' })
    expect(status).toBe(200)
    for (const ended of [token, elsewhere])
      expect(await api.call('GET /user', { token: ended })).toMatchObject(INVALID_TOKEN)
    ;({ token } = (body as { user: { token: string } }).user)
    expect(await api.call('GET /user', { token })).toMatchObject({ status: 200 })
    const login = (password: string) =>
      api.call('POST /users/login', { json: { user: { email: 'mia@example.com', password } } })
    expect(await login('mia-password')).toMatchObject({ status: 401 })
    expect(await login('a new one')).toMatchObject({ status: 200 })
  })

  test.each([
    [{ username: '' }, { username: BLANK }],
    [{ email: '' }, { email: BLANK }],
    [{ password: '' }, { password: BLANK }],
    [
      { username: null, email: null, password: null },
      { username: BLANK, email: BLANK, password: BLANK },
    ],
    [{ bio: 1 }, { bio: 'is invalid' }],
    [{}, { user: BLANK }],
    [{ unknown: 1 }, { user: BLANK }],
    [null, { user: BLANK }],
  ])('refuses %j', async (user, errors) => {
    expect(await update(user)).toMatchObject(refusal(422, errors))
  })

  test('cannot take what is taken, and may keep its own', async () => {
    await api.register('ned')
    const taken = refusal(422, { username: 'has already been taken', email: 'has already been taken' })
    expect(await update({ username: 'Ned', email: 'NED@example.com' })).toMatchObject(taken)
    expect(await update({ username: 'Mia', email: 'mia@example.com' })).toMatchObject({
      status: 200,
      body: { user: { username: 'Mia' } },
    })
  })

  test('to the same name at the same moment succeeds once', async () => {
    const tokens = await Promise.all(['una', 'uri', 'ugo'].map((name) => api.register(name)))
    const json = { user: { username: 'wanted' } }
    const answers = await Promise.all(tokens.map((token) => api.call('PUT /user', { token, json })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422, 422])
  })
})
