import { afterAll, expect, test } from 'vitest'
import { accountsApp, PASSWORD } from '../../src/auth/accounts.fixture.ts'
import { sql } from 'drizzle-orm'

const app = await accountsApp()
afterAll(() => app.stop())
const { core } = app.auth

test('of many that use one token at once, one has it', async () => {
  const { email } = await app.register()
  await app.post('/auth/password/forgot', { email })
  const token = await app.outbox.token(email)
  const passwords = Array.from({ length: 8 }, (_, index) => `a new lantern for walrus ${index}`)
  const statuses = await Promise.all(
    passwords.map(async (password) => (await app.post('/auth/password/reset', { token, password })).status),
  )
  expect(statuses.toSorted((a, b) => a - b)).toEqual([204, ...Array.from({ length: 7 }, () => 400)])
  const loggedIn = await Promise.all(
    passwords.map(async (password) => (await app.post('/auth/login', { email, password })).status),
  )
  expect(loggedIn.indexOf(200)).toBe(statuses.indexOf(204))
  expect(loggedIn.filter((status) => status === 200)).toHaveLength(1)
})

test('of many that follow one link of a registration at once, one makes the account', async () => {
  const email = 'once@example.com'
  await app.post('/auth/register', { email, password: PASSWORD, name: 'Once' })
  const token = await app.outbox.token(email)
  const statuses = await Promise.all(
    Array.from({ length: 8 }, async () => (await app.post('/auth/verify-email', { token })).status),
  )
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, ...Array.from({ length: 7 }, () => 400)])
})

test('a token that is used, too old, of another purpose or made up is refused in one and the same way', async () => {
  const { email } = await app.register()
  await app.post('/auth/password/forgot', { email })
  const token = await app.outbox.token(email)
  const refused = async (path: string, json: object) => {
    const response = await app.post(path, json)
    const { title, detail, code } = (await response.json()) as Record<string, unknown>
    return { status: response.status, code, title, detail }
  }
  const password = 'another lantern for the walrus'
  const madeUp = await refused('/auth/password/reset', { token: 'x'.repeat(43), password })
  expect(madeUp).toMatchObject({ status: 400, code: 'token_invalid' })
  expect(await refused('/auth/verify-email', { token })).toEqual(madeUp)
  const { authOneTimeTokens } = core.tables
  const age = (by: string) =>
    app.t.run({ tx: app.db.transaction }, ({ tx }) =>
      tx.update(authOneTimeTokens).set({ expiresAt: sql`now() + ${by}::interval` }),
    )
  await age('-1 second')
  expect(await refused('/auth/password/reset', { token, password })).toEqual(madeUp)
  await age('1 hour')
  expect((await app.post('/auth/password/reset', { token, password })).status).toBe(204)
  expect(await refused('/auth/password/reset', { token, password })).toEqual(madeUp)
})

test('attempts are counted although the request fails, and end the token', async () => {
  const { email } = await app.register()
  await app.post('/auth/password/forgot', { email })
  const token = await app.outbox.token(email)
  // Refused by the policy, after the token was looked up.
  for (let attempt = 0; attempt < 10; attempt += 1)
    expect((await app.post('/auth/password/reset', { token, password: 'too short' })).status).toBe(422)
  expect((await app.post('/auth/password/reset', { token, password: 'too short' })).status).toBe(400)
  const right = await app.post('/auth/password/reset', { token, password: 'another lantern for the walrus' })
  expect(right.status).toBe(400)
})

test('a token stands in the database as a hash, from which it cannot be had', async () => {
  const { email } = await app.register()
  await app.post('/auth/password/forgot', { email })
  const token = await app.outbox.token(email)
  const rows = await app.t.run({ tx: app.db.transaction }, ({ tx }) => tx.select().from(core.tables.authOneTimeTokens))
  expect(rows.length).toBeGreaterThan(0)
  expect(JSON.stringify(rows)).not.toContain(token)
  const { hash } = rows.at(-1)!
  expect((await app.post('/auth/password/reset', { token: hash, password: PASSWORD })).status).toBe(400)
})

test('a new link ends the one before', async () => {
  const { email } = await app.register()
  await app.post('/auth/password/forgot', { email })
  const first = await app.outbox.token(email)
  await app.post('/auth/password/forgot', { email })
  const second = await app.outbox.token(email)
  const password = 'another lantern for the walrus'
  expect((await app.post('/auth/password/reset', { token: first, password })).status).toBe(400)
  expect((await app.post('/auth/password/reset', { token: second, password })).status).toBe(204)
})

test('both addresses must be proved before one takes the place of the other, whichever comes first', async () => {
  for (const order of [
    ['old', 'new'],
    ['new', 'old'],
  ] as const) {
    const { email } = await app.register()
    const fresh = `moved-${email}`
    const { headers } = await app.logIn(email)
    expect((await app.post('/auth/email', { email: fresh }, headers)).status).toBe(202)
    const of = { old: await app.outbox.token(email), new: await app.outbox.token(fresh) }
    const first = await app.post('/auth/email/confirm', { token: of[order[0]] })
    expect(await first.json()).toEqual({ status: 'other_address_pending' })
    expect((await app.post('/auth/login', { email: fresh, password: PASSWORD })).status).toBe(401)
    expect((await app.post('/auth/email/confirm', { token: of[order[0]] })).status).toBe(400)
    const second = await app.post('/auth/email/confirm', { token: of[order[1]] })
    expect(await second.json()).toEqual({ status: 'changed' })
    expect((await app.post('/auth/login', { email: fresh, password: PASSWORD })).status).toBe(200)
    expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(401)
  }
})

test('both links of a change followed at once make it once', async () => {
  const { email } = await app.register()
  const fresh = `both-${email}`
  const { headers } = await app.logIn(email)
  await app.post('/auth/email', { email: fresh }, headers)
  const both = [await app.outbox.token(email), await app.outbox.token(fresh)]
  const answers = await Promise.all(
    both.map(async (token) => (await app.post('/auth/email/confirm', { token })).json()),
  )
  expect(answers.map((each) => (each as { status: string }).status).toSorted()).toEqual([
    'changed',
    'other_address_pending',
  ])
})
