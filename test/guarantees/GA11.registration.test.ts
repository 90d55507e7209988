// GA11: who registers an address that is not theirs prepares nothing for its owner. Whether the account is made before or when the address is confirmed, the
// password of the registration holds only where who follows the link knows it. Over real sockets.
import { and, eq, isNotNull } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountsApp, PASSWORD, users, type AccountsApp } from '../../src/auth/accounts.fixture.ts'

const ATTACKERS = 'seven gulls above the harbour'
const CHOSEN = 'a kettle for eleven sailors'

describe.each(['before', 'later'] as const)('with verification %s', (verification) => {
  let app: AccountsApp
  beforeAll(async () => {
    app = await accountsApp({ register: { verification } })
  })
  afterAll(() => app?.stop())

  let sequence = 0
  /** Registers an address, and gives the token of the mail. */
  async function registered(password: string, email = `${verification}${++sequence}@example.com`) {
    const { status } = await app.post('/auth/register', { email, password, name: 'Registered' })
    expect(status).toBe(202)
    return { email, token: await app.outbox.token(email) }
  }
  async function verify(json: object, headers?: Readonly<Record<string, string>>) {
    const response = await app.post('/auth/verify-email', json, headers)
    const body = (await response.json()) as Readonly<Record<string, string>>
    return { status: response.status, body }
  }
  const logInStatus = async (email: string, password: string): Promise<number> =>
    (await app.post('/auth/login', { email, password })).status
  const isConfirmed = async (email: string): Promise<boolean> => {
    const where = and(eq(users.email, email), isNotNull(users.emailVerifiedAt))
    const rows = await app.t.run({ tx: app.db.transaction }, ({ tx }) =>
      tx.select({ id: users.id }).from(users).where(where),
    )
    return rows.length > 0
  }

  test('the owner of an address that somebody else has registered has the account, without their password', async () => {
    const { email, token } = await registered(ATTACKERS)
    const { status, body } = await verify({ token })
    expect([status, body['status']]).toEqual([200, 'password_required'])
    expect(await isConfirmed(email)).toBe(true)
    expect(await logInStatus(email, ATTACKERS)).toBe(401)
    expect((await verify({ token, password: ATTACKERS })).body['code']).toBe('token_invalid')
    const reset = { token: body['resetToken'], password: CHOSEN }
    expect((await app.post('/auth/password/reset', reset)).status).toBe(204)
    expect((await app.post('/auth/password/reset', { ...reset, password: ATTACKERS })).status).toBe(400)
    expect(await logInStatus(email, ATTACKERS)).toBe(401)
    expect(await logInStatus(email, CHOSEN)).toBe(200)
  })

  test('who has registered proves it by the password, and keeps it', async () => {
    const { email, token } = await registered(PASSWORD)
    expect(await verify({ token, password: PASSWORD })).toEqual({ status: 200, body: { status: 'verified' } })
    expect(await logInStatus(email, PASSWORD)).toBe(200)
  })

  test('a wrong password confirms nothing and ends nothing; the link holds for five', async () => {
    const { email, token } = await registered(PASSWORD)
    for (let attempt = 0; attempt < 4; attempt += 1)
      expect(await verify({ token, password: CHOSEN })).toMatchObject({
        status: 401,
        body: { code: 'invalid_credentials' },
      })
    expect(await isConfirmed(email)).toBe(false)
    expect((await verify({ token, password: PASSWORD })).body).toEqual({ status: 'verified' })

    const { email: other, token: spent } = await registered(PASSWORD)
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect((await verify({ token: spent, password: CHOSEN })).status).toBe(401)
    for (const json of [{ token: spent, password: PASSWORD }, { token: spent }])
      expect((await verify(json)).body['code']).toBe('token_invalid')
    expect(await isConfirmed(other)).toBe(false)
    // The mailbox is still its owner's: they ask for another link.
    await app.post('/auth/verify-email/resend', { email: other })
    expect((await verify({ token: await app.outbox.token(other) })).body['status']).toBe('password_required')
  })

  test('the session of another account proves nothing', async () => {
    const { email } = await app.register()
    const { headers } = await app.logIn(email)
    const { token } = await registered(ATTACKERS)
    expect((await verify({ token }, headers)).body['status']).toBe('password_required')
  })
})

test('where the address was registered again by somebody else, each link goes with its own password alone', async () => {
  const app = await accountsApp()
  try {
    const email = 'both@example.com'
    const tokens: string[] = []
    for (const password of [PASSWORD, ATTACKERS]) {
      await app.post('/auth/register', { email, password, name: 'Both' })
      tokens.push(await app.outbox.token(email))
    }
    const [own, attackers] = tokens
    expect((await app.post('/auth/verify-email', { token: attackers, password: PASSWORD })).status).toBe(401)
    expect((await app.post('/auth/verify-email', { token: own, password: PASSWORD })).status).toBe(200)
    expect((await app.post('/auth/verify-email', { token: attackers, password: ATTACKERS })).status).toBe(400)
    expect((await app.post('/auth/login', { email, password: PASSWORD })).status).toBe(200)
    expect((await app.post('/auth/login', { email, password: ATTACKERS })).status).toBe(401)
  } finally {
    await app.stop()
  }
})
