import { eq } from 'drizzle-orm'
import { afterAll, expect, test } from 'vitest'
import { accountsApp, PASSWORD, type AccountsApp } from '../../src/auth/accounts.fixture.ts'
import { hashPassword } from '../../src/auth/password/password.ts'

const breached = 'kept by somebody else already'
const app = await accountsApp({
  password: { contextWords: ['zanzibar'], isBreached: (password) => Promise.resolve(password === breached) },
})
afterAll(() => app.stop())

let sequence = 0
async function refusal(password: string, email = `policy${++sequence}@example.com`) {
  const response = await app.post('/auth/register', { email, password, name: 'Marguerite' })
  if (response.status === 202) return undefined
  const text = await response.text()
  // What was typed is repeated to nobody.
  expect(text).not.toContain(password)
  const { errors } = JSON.parse(text) as { readonly errors: readonly { pointer: string; code: string }[] }
  return { status: response.status, ...errors[0]! }
}

test.for([
  ['fourteen chars', 'fourteen chars', 'password_too_short'],
  ['characters that the language counts twice', '🦜🌋🎻🧵🪐🦀🎲🧊🥁🧲🛶🪁🦔🍋', 'password_too_short'],
  ['a common one', 'passwordpassword', 'password_guessable'],
  ['a common one with digits', 'Password-12345678', 'password_guessable'],
  ['a row of keys', 'qwertyuiopasdfghjkl', 'password_guessable'],
  ['a repetition', 'abcabcabcabcabcabcabc', 'password_guessable'],
  ['the name of the app', 'Fixture-Fixture-2026', 'password_guessable'],
  ['the name of the user', 'MargueriteMarguerite', 'password_guessable'],
  ['a word of the options', 'zanzibar zanzibar 1', 'password_guessable'],
  ['one that is known elsewhere', breached, 'password_breached'],
] as const)('refused: %s', async ([, password, code]) => {
  expect(await refusal(password)).toMatchObject({ status: 422, pointer: '/password', code })
})

test('refused: the local part of the address', async () => {
  const found = await refusal('marmaladesky-2026', 'marmaladesky@example.com')
  expect(found).toMatchObject({ code: 'password_guessable' })
})

test.for([
  ['fifteen characters of one kind', 'horsebatterysta'],
  ['spaces and Unicode', 'el niño comió  mañana ☂'],
  ['emoji', '🦜🌋🎻🧵🪐🦀🎲🧊🥁🧲🛶🪁🦔🍋🚲'],
  ['64 characters', 'walrus carries nine lanterns over the frozen lake to meet tom 42'],
  ['1,000 characters', 'walrus carries nine lanterns; '.repeat(33) + 'tenth one.'],
] as const)('taken: %s', async ([, password]) => {
  expect(await refusal(password)).toBeUndefined()
})

test('a password of 80 characters counts whole', async () => {
  const password = `${'walrus carries nine lanterns over the frozen lake to meet tom and his dog'.slice(0, 72)}abcdefgh`
  const { email } = await app.register({ password })
  const other = `${password.slice(0, 72)}Xbcdefgh`
  expect((await app.post('/auth/login', { email, password })).status).toBe(200)
  expect((await app.post('/auth/login', { email, password: other })).status).toBe(401)
})

test('the same password typed in another form of Unicode is the same', async () => {
  const { email } = await app.register({ password: 'caf\u00e9 au lait at seven' })
  expect((await app.post('/auth/login', { email, password: 'cafe\u0301 au lait at seven' })).status).toBe(200)
})

test('one that is set later is held to the same, by its new field', async () => {
  const { email } = await app.register()
  const { headers } = await app.logIn(email)
  const change = await app.post('/auth/password', { currentPassword: PASSWORD, password: 'too short' }, headers)
  expect(change.status).toBe(422)
  await app.post('/auth/password/forgot', { email })
  const token = await app.outbox.token(email)
  const reset = await app.post('/auth/password/reset', { token, password: 'passwordpassword' })
  expect(reset.status).toBe(422)
  expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(200)
})

/** A second factor, as it is stored. */
function addFactor({ t, db, auth }: AccountsApp, userId: string) {
  const factor = { userId, type: 'totp', secret: 'sealed', confirmedAt: new Date().toISOString() } as const
  return t.run({ tx: db.transaction }, ({ tx }) => tx.insert(auth.core.tables.authFactors).values(factor))
}

test('with a second factor eight characters are enough', async () => {
  const { id, email } = await app.register()
  const { headers } = await app.logIn(email)
  const short = { currentPassword: PASSWORD, password: 'gT7#pQ2!' }
  expect((await app.post('/auth/password', short, headers)).status).toBe(422)
  await addFactor(app, id)
  expect((await app.post('/auth/password', { ...short, password: 'gT7#pQ2' }, headers)).status).toBe(422)
  expect((await app.post('/auth/password', short, headers)).status).toBe(200)
})

test('a length that is configured holds with a second factor as well', async () => {
  const strict = await accountsApp({ password: { minLength: 12 } })
  try {
    const { id, email } = await strict.register()
    const { headers } = await strict.logIn(email)
    await addFactor(strict, id)
    const eleven = { currentPassword: PASSWORD, password: 'gT7#pQ2!vX9' }
    expect((await strict.post('/auth/password', eleven, headers)).status).toBe(422)
    expect((await strict.post('/auth/password', { ...eleven, password: 'gT7#pQ2!vX9z' }, headers)).status).toBe(200)
  } finally {
    await strict.stop()
  }
})

test('a password that is stored already is tried, whatever the policy says today', async () => {
  const { id, email } = await app.register()
  const { authCredentials } = app.auth.core.tables
  const passwordHash = await hashPassword('short')
  await app.t.run({ tx: app.db.transaction }, ({ tx }) =>
    tx.update(authCredentials).set({ passwordHash }).where(eq(authCredentials.userId, id)),
  )
  expect((await app.post('/auth/login', { email, password: 'short' })).status).toBe(200)
})
