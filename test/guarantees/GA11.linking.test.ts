// GA11: an account is linked to a provider where both sides have proved the address, or its owner says so. Who sets up an account for somebody else's address loses
// it, with all that they have prepared. Over real sockets, with two real providers: `one` is trusted with addresses, `two` is not.
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  Browser,
  landing,
  PASSWORD,
  providersApp,
  type ProvidersApp,
} from '../../src/auth/providers/providers.fixture.ts'

let app: ProvidersApp
beforeAll(async () => {
  app = await providersApp({ accounts: { register: { verification: 'later' } } })
})
afterAll(() => app?.stop())

let sequence = 0
const newEmail = (): string => `victim${++sequence}@example.com`

/** Somebody at a provider, known there by this address. */
function at(provider: 'one' | 'two', email: string, isVerified = true): string {
  const id = `${provider}-${++sequence}`
  app.providers[provider].people.set(id, { email, email_verified: isVerified, name: 'Victim' })
  return id
}

/** Registers with a password, without confirming the address, and logs in where that is possible. */
async function preRegister(email: string): Promise<void> {
  const answer = await app.post(new Browser(), '/auth/register', { email, password: PASSWORD, name: 'Attacker' })
  expect(answer.status).toBe(202)
}

/** A session of an account whose address is not confirmed: that of whoever uses another way in. */
async function linkTo(browser: Browser, provider: 'one' | 'two', account: string): Promise<void> {
  const answer = await app.post(browser, `/auth/providers/${provider}/link`, {})
  expect(answer.status).toBe(200)
  const { url } = (await answer.json()) as { url: string }
  expect(landing(await browser.fetch(await browser.atProvider(url, account))).searchParams.get('error')).toBeNull()
}

const rowsOf = async (email: string, table: string): Promise<number> => {
  const [row] = await app.query<{ count: number }>(
    sql`select count(*)::int as count from ${sql.identifier(table)} where user_id = (select id from users where email = ${email})`,
  )
  return row!.count
}

const logInStatus = async (email: string): Promise<number> =>
  (await app.post(new Browser(), '/auth/login', { email, password: PASSWORD })).status

/** What an attacker could prepare besides: rows as other parts of accounts make them. */
async function prepare(email: string): Promise<void> {
  const user = sql`(select id from users where email = ${email})`
  await app.query(
    sql`insert into auth_factors (id, user_id, type, secret, confirmed_at) values (gen_random_uuid(), ${user}, 'totp', 'x', now())`,
  )
  await app.query(
    sql`insert into auth_api_keys (id, user_id, name, prefix, secret_hash, created_by) values (gen_random_uuid(), ${user}, 'x', ${email}, 'x', 'x')`,
  )
  await app.query(
    sql`insert into auth_one_time_tokens (hash, purpose, user_id, expires_at) values (${email}, 'change-email', ${user}, now() + interval '1 day')`,
  )
}

const PREPARED = ['auth_factors', 'auth_api_keys', 'auth_one_time_tokens'] as const

describe('an account that was set up for the address of somebody else', () => {
  test('becomes theirs when a provider proves it; passwords, sessions, tokens, links, factors and keys of before are dead', async () => {
    const email = newEmail()
    // The attacker comes in by a provider that checks no address, and has a password as well.
    const attacker = new Browser()
    const attackerAtTwo = at('two', email, false)
    await app.logInWith(attacker, 'two', attackerAtTwo)
    expect((await app.post(attacker, '/auth/password', { password: PASSWORD })).status).toBe(200)
    const attackerId = (await app.me(attacker))!['id']
    await prepare(email)
    const [{ epoch: before } = { epoch: 0 }] = await app.query<{ epoch: number }>(
      sql`select epoch from auth_credentials where user_id = ${attackerId}`,
    )

    const victim = new Browser()
    await app.logInWith(victim, 'one', at('one', email))
    expect(await app.me(victim)).toMatchObject({ id: attackerId, email, name: 'Victim' })
    expect((await app.me(victim))!['emailVerifiedAt']).not.toBeNull()

    expect(await app.me(attacker)).toBeUndefined()
    expect(await logInStatus(email)).toBe(401)
    for (const table of PREPARED) expect([table, await rowsOf(email, table)]).toEqual([table, 0])
    const [{ epoch } = { epoch: 0 }] = await app.query<{ epoch: number }>(
      sql`select epoch from auth_credentials where user_id = ${attackerId}`,
    )
    expect(epoch).toBeGreaterThan(before)
    // The attacker's way in by the other provider is gone: they are nobody, and the address is taken.
    const again = new Browser()
    const target = await app.logInWith(again, 'two', attackerAtTwo)
    expect(target.searchParams.get('error')).toBe('link_required')
    expect(await app.me(again)).toBeUndefined()
    expect(await rowsOf(email, 'auth_identities')).toBe(1)
  })

  test('with a password: it is dead when the owner comes by a provider', async () => {
    const email = newEmail()
    await preRegister(email)
    const victim = new Browser()
    await app.logInWith(victim, 'one', at('one', email))
    expect(await app.me(victim)).toMatchObject({ email, name: 'Victim' })
    expect(await logInStatus(email)).toBe(401)
    expect(await rowsOf(email, 'auth_identities')).toBe(1)
    // The message for the pre-registration is of no use any more either.
    expect(await rowsOf(email, 'auth_one_time_tokens')).toBe(0)
  })

  test('becomes theirs by the link of a mail as well, without the links and keys of before', async () => {
    const email = newEmail()
    const attacker = new Browser()
    await app.logInWith(attacker, 'two', at('two', email, false))
    const token = await app.outbox.token(email)
    await prepare(email)
    const victim = new Browser()
    const answer = await app.post(victim, '/auth/verify-email', { token })
    expect(await answer.json()).toMatchObject({ status: 'password_required' })
    expect(await app.me(attacker)).toBeUndefined()
    for (const table of ['auth_identities', 'auth_factors', 'auth_api_keys'])
      expect([table, await rowsOf(email, table)]).toEqual([table, 0])
  })

  test('and by setting a password anew', async () => {
    const email = newEmail()
    const attacker = new Browser()
    await app.logInWith(attacker, 'two', at('two', email, false))
    await app.outbox.next(email)
    await app.post(new Browser(), '/auth/password/forgot', { email })
    const token = await app.outbox.token(email)
    await prepare(email)
    const password = 'seventeen quiet harbours'
    const answer = await app.post(new Browser(), '/auth/password/reset', { token, password })
    expect(answer.status).toBe(204)
    for (const table of ['auth_identities', 'auth_factors', 'auth_api_keys'])
      expect([table, await rowsOf(email, table)]).toEqual([table, 0])
    expect((await app.post(new Browser(), '/auth/login', { email, password })).status).toBe(200)
  })
})

describe('an address that a provider has not proved links nothing', () => {
  test.each([
    ['it says itself that it has not', 'one', false],
    ['it is not trusted with addresses', 'two', true],
    ['neither', 'two', false],
  ] as const)('%s', async (_, provider, isVerified) => {
    const { email } = await app.register({ email: newEmail() })
    const attacker = new Browser()
    const target = await app.logInWith(attacker, provider, at(provider, email, isVerified))
    expect(target.pathname).toBe('/login')
    expect(target.searchParams.get('error')).toBe('link_required')
    expect(await app.me(attacker)).toBeUndefined()
    expect(await rowsOf(email, 'auth_identities')).toBe(0)
    expect(await logInStatus(email)).toBe(200)
  })

  test('nor does it wipe an account that nobody has confirmed', async () => {
    const email = newEmail()
    await preRegister(email)
    const target = await app.logInWith(new Browser(), 'two', at('two', email))
    expect(target.searchParams.get('error')).toBe('link_required')
    const [row] = await app.query(sql`select password_hash is not null as kept from auth_credentials
      where user_id = (select id from users where email = ${email})`)
    expect(row).toEqual({ kept: true })
  })
})

describe('where both sides have proved the address', () => {
  test('the account is linked, keeps its password, and its owner is told', async () => {
    const { email } = await app.register({ email: newEmail() })
    const browser = new Browser()
    await app.logInWith(browser, 'one', at('one', ` ${email.toUpperCase()}`))
    expect(await app.me(browser)).toMatchObject({ email, name: 'Ada' })
    expect(await logInStatus(email)).toBe(200)
    expect((await app.outbox.next(email)).text).toContain('"one"')
  })
})

describe('a proof is of one subject', () => {
  test('another user of the provider with an address that was this one’s before does not get the account of the first', async () => {
    const email = newEmail()
    const [first, second] = [new Browser(), new Browser()]
    const firstId = at('one', email)
    await app.logInWith(first, 'one', firstId)
    await app.query(sql`update users set email = ${newEmail()} where email = ${email}`)
    await app.logInWith(second, 'one', at('one', email))
    expect((await app.me(second))!['id']).not.toBe((await app.me(first))!['id'])
  })

  test('the same subject at another provider is somebody else', async () => {
    const subject = `shared-${++sequence}`
    for (const provider of ['one', 'two'] as const)
      app.providers[provider].people.set(subject, { email: newEmail(), email_verified: true, name: provider })
    const [first, second] = [new Browser(), new Browser()]
    await app.logInWith(first, 'one', subject)
    await app.logInWith(second, 'two', subject)
    expect([(await app.me(first))!['name'], (await app.me(second))!['name']]).toEqual(['one', 'two'])
  })

  test('a user of the provider who takes over the address there later does not get into the account linked by another subject', async () => {
    const email = newEmail()
    const owner = new Browser()
    await app.logInWith(owner, 'one', at('one', email))
    // Not verified for the second: the address alone is no way in.
    const other = new Browser()
    const target = await app.logInWith(other, 'one', at('one', email, false))
    expect(target.searchParams.get('error')).toBe('link_required')
    expect(await rowsOf(email, 'auth_identities')).toBe(1)
  })
})

describe('by an explicit action', () => {
  test('an account is linked whatever the address is, and only to the account that asks', async () => {
    const { email } = await app.register({ email: newEmail() })
    const browser = new Browser()
    await app.post(browser, '/auth/login', { email, password: PASSWORD, delivery: 'session' })
    const account = at('two', newEmail(), false)
    await linkTo(browser, 'two', account)
    const elsewhere = new Browser()
    await app.logInWith(elsewhere, 'two', account)
    expect(await app.me(elsewhere)).toMatchObject({ email })
  })

  test('the URL of a link is of no use in the browser of somebody else', async () => {
    const { email } = await app.register({ email: newEmail() })
    const attacker = new Browser()
    await app.post(attacker, '/auth/login', { email, password: PASSWORD, delivery: 'session' })
    const answer = await app.post(attacker, '/auth/providers/one/link', {})
    const { url } = (await answer.json()) as { url: string }
    const victim = new Browser()
    const target = landing(await victim.fetch(await victim.atProvider(url, at('one', newEmail()))))
    expect(target.searchParams.get('error')).toBe('token_invalid')
    expect(await rowsOf(email, 'auth_identities')).toBe(0)
  })
})
