import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeNow, fromBase32 } from '../factors/factors.fixture.ts'
import { Browser, landing, PASSWORD, pkce, providersApp, type ProvidersApp } from './providers.fixture.ts'

const DEVICE = 'com.example.app:/callback'

let app: ProvidersApp
beforeAll(async () => {
  app = await providersApp({ options: { returnTo: [DEVICE], timeoutSeconds: 1 } })
})
afterAll(() => app?.stop())

let sequence = 0
/** Somebody whom a provider knows. */
function person(provider: 'one' | 'two', claims: Record<string, unknown> = {}): { id: string; email: string } {
  const id = `person-${++sequence}`
  const email = `${id}@example.com`
  app.providers[provider].people.set(id, { email, email_verified: true, name: 'Grace', ...claims })
  return { id, email }
}

describe('a log-in with a provider', () => {
  test.each(['one', 'two'] as const)('makes an account and a session, and finds it again: %s', async (provider) => {
    const { id, email } = person(provider)
    const browser = new Browser()
    const target = await app.logInWith(browser, provider, id, '?returnTo=/inbox?a=1')
    expect(target.href).toBe(`${app.origin}/inbox?a=1`)
    const me = (await app.me(browser))!
    expect(me).toMatchObject({ email, name: 'Grace', roles: [], session: { via: 'session', methods: ['provider'] } })
    // Only the word of a trusted provider is a proof.
    expect(me['emailVerifiedAt'] === null).toBe(provider === 'two')
    const again = new Browser()
    await app.logInWith(again, provider, id)
    expect((await app.me(again))!['id']).toBe(me['id'])
  })

  test('is known by the subject, whatever its address becomes', async () => {
    const { id } = person('one')
    const [first, second] = [new Browser(), new Browser()]
    await app.logInWith(first, 'one', id)
    app.providers.one.people.set(id, { email: 'renamed@example.com', email_verified: true, name: 'Grace' })
    await app.logInWith(second, 'one', id)
    expect((await app.me(second))!['id']).toBe((await app.me(first))!['id'])
  })

  test('of two tabs of one browser, both come back', async () => {
    const { id } = person('one')
    const browser = new Browser()
    const urls = [await app.start(browser, 'one', '?returnTo=/a'), await app.start(browser, 'one', '?returnTo=/b')]
    const targets = []
    for (const url of urls) targets.push(landing(await browser.fetch(await browser.atProvider(url, id))).pathname)
    expect(targets).toEqual(['/a', '/b'])
  })

  test('that its user cancels leads to the log-in page, and nobody is logged in', async () => {
    const browser = new Browser()
    const back = await browser.atProvider(await app.start(browser, 'one', '?returnTo=/inbox'), undefined)
    expect(new URL(back).searchParams.get('error')).toBe('access_denied')
    const target = landing(await browser.fetch(back))
    expect(target.pathname).toBe('/login')
    expect(Object.fromEntries(target.searchParams)).toEqual({
      provider: 'one',
      error: 'provider_log_in_refused',
      return_to: `${app.origin}/inbox`,
    })
    expect(await app.me(browser)).toBeUndefined()
  })

  test('of many at once makes one account', async () => {
    const { id, email } = person('one')
    const browsers = Array.from({ length: 4 }, () => new Browser())
    const backs = await Promise.all(
      browsers.map(async (browser) => browser.atProvider(await app.start(browser, 'one'), id)),
    )
    await Promise.all(backs.map((back, index) => browsers[index]!.fetch(back)))
    expect(await app.query(sql`select count(*)::int as count from users where email = ${email}`)).toEqual([
      { count: 1 },
    ])
    expect(await app.query(sql`select count(*)::int as count from auth_identities where subject = ${id}`)).toEqual([
      { count: 1 },
    ])
  })

  test('without what an account needs makes none', async () => {
    const { id: nameless } = person('one', { name: undefined })
    const { id: unreachable } = person('one', { email: undefined })
    const errors = []
    for (const id of [nameless, unreachable])
      errors.push((await app.logInWith(new Browser(), 'one', id)).searchParams.get('error'))
    expect(errors).toEqual(['not_null_violation', 'provider_email_missing'])
    expect(await app.query(sql`select 1 from auth_identities where subject in (${nameless}, ${unreachable})`)).toEqual(
      [],
    )
  })

  test('to an account that is disabled is refused', async () => {
    const { id, email } = person('one')
    await app.logInWith(new Browser(), 'one', id)
    await app.query(sql`update users set disabled_at = now() where email = ${email}`)
    const target = await app.logInWith(new Browser(), 'one', id)
    expect(target.searchParams.get('error')).toBe('unauthenticated')
    const forTokens = await app.logInWith(new Browser(), 'one', id, `?delivery=tokens&challenge=${pkce().challenge}`)
    expect([...forTokens.searchParams.keys()]).toEqual(['provider', 'error'])
  })

  test('answers are kept by nobody', async () => {
    const response = await new Browser().fetch(app.at('/one/start'))
    expect(response.headers.get('cache-control')).toBe('no-store')
    const [cookie] = response.headers.getSetCookie()
    expect(cookie!.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Max-Age=600', 'Path=/', 'SameSite=Lax', 'Secure'])
    expect(cookie).toMatch(/^__Host-provider=[\w-]{43};/)
  })
})

describe('tokens', () => {
  /** Up to the code in the redirect. */
  async function codeFor(browser: Browser, challenge: string, returnTo: string): Promise<URL> {
    const query = `?delivery=tokens&challenge=${challenge}&returnTo=${encodeURIComponent(returnTo)}`
    return app.logInWith(browser, 'one', person('one').id, query)
  }

  test.each(['/app#/home', DEVICE])(
    'come for a code and the verifier, once, never in the URL: %s',
    async (returnTo) => {
      const { verifier, challenge } = pkce()
      const target = await codeFor(new Browser(), challenge, returnTo)
      expect([...target.searchParams.keys()].sort()).toEqual(['code', 'provider'])
      const code = target.searchParams.get('code')
      // A device has its own cookies, not those of its browser.
      const device = new Browser()
      const answer = await app.post(device, '/auth/providers/one/exchange', { code, verifier })
      expect(answer.status).toBe(200)
      const tokens = (await answer.json()) as { accessToken: string; status: string }
      expect(tokens.status).toBe('logged_in')
      const me = await device.fetch(`${app.origin}/auth/me`, {
        headers: { authorization: `Bearer ${tokens.accessToken}` },
      })
      expect(await me.json()).toMatchObject({ session: { methods: ['provider'] } })
      const again = await app.post(device, '/auth/providers/one/exchange', { code, verifier })
      expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([400, 'token_invalid'])
    },
  )

  test('are not given to who has read the code and does not know the verifier, and the code is spent', async () => {
    const { verifier, challenge } = pkce()
    const browser = new Browser()
    const code = (await codeFor(browser, challenge, '/')).searchParams.get('code')
    for (const guess of [{ verifier: pkce().verifier }, {}, { verifier }]) {
      const answer = await app.post(browser, '/auth/providers/one/exchange', { code, ...guess })
      expect(answer.status).toBe(400)
    }
  })

  test('of one provider are not given at another, nor after everything of the user was ended', async () => {
    const { verifier, challenge } = pkce()
    const elsewhere = await codeFor(new Browser(), challenge, '/')
    const body = { code: elsewhere.searchParams.get('code'), verifier }
    expect((await app.post(new Browser(), '/auth/providers/two/exchange', body)).status).toBe(400)
    const ended = await codeFor(new Browser(), challenge, '/')
    await app.query(sql`update auth_credentials set epoch = epoch + 1`)
    const late = { code: ended.searchParams.get('code'), verifier }
    expect((await app.post(new Browser(), '/auth/providers/one/exchange', late)).status).toBe(400)
  })

  test('need a challenge; a session has no use for one', async () => {
    for (const query of ['?delivery=tokens', `?delivery=session&challenge=${pkce().challenge}`])
      expect((await new Browser().fetch(app.at(`/one/start${query}`))).status).toBe(422)
  })
})

describe('a second factor', () => {
  /** Adds an authenticator app to the account of this browser, and gives codes that take its place. */
  async function addFactor(browser: Browser): Promise<readonly string[]> {
    const begun = (await (await app.post(browser, '/auth/factors/totp')).json()) as { secret: string }
    const code = codeNow(fromBase32(begun.secret))
    const confirmed = await app.post(browser, '/auth/factors/totp/confirm', { code })
    expect(confirmed.status).toBe(200)
    return ((await confirmed.json()) as { recoveryCodes: string[] }).recoveryCodes
  }

  test('is asked for after a provider as well: until then the browser has no session, but a code for a challenge', async () => {
    const { id } = person('one')
    const first = new Browser()
    await app.logInWith(first, 'one', id)
    const [recoveryCode] = await addFactor(first)

    const browser = new Browser()
    const target = await app.logInWith(browser, 'one', id, '?returnTo=/inbox')
    expect([target.pathname, target.searchParams.get('return_to')]).toEqual(['/login', `${app.origin}/inbox`])
    expect([...target.searchParams.keys()].toSorted()).toEqual(['code', 'provider', 'return_to'])
    expect(browser.cookie(app.origin, '__Host-session')).toBeUndefined()
    const code = target.searchParams.get('code')
    const exchanged = await app.post(browser, '/auth/providers/one/exchange', { code })
    const half = (await exchanged.json()) as { status: string; challenge: string }
    expect(half).toMatchObject({ status: 'second_factor_required', factors: ['recovery', 'totp'] })
    expect(await app.me(browser)).toBeUndefined()

    const { challenge } = half
    const whole = await app.post(browser, '/auth/login/second-factor', { challenge, code: recoveryCode })
    expect(whole.status).toBe(200)
    expect(await app.me(browser)).toMatchObject({ session: { via: 'session', methods: ['provider', 'recovery'] } })
  })

  test('the code is of no use in another browser, nor afterwards in its own', async () => {
    const { id } = person('one')
    const first = new Browser()
    await app.logInWith(first, 'one', id)
    await addFactor(first)
    const browser = new Browser()
    const code = (await app.logInWith(browser, 'one', id)).searchParams.get('code')
    for (const each of [new Browser(), browser])
      expect((await app.post(each, '/auth/providers/one/exchange', { code })).status).toBe(400)
  })
})

describe('a provider', () => {
  test('is asked where it is at the first log-in, once', async () => {
    await Promise.all([app.start(new Browser(), 'liar'), app.start(new Browser(), 'liar')])
    await app.start(new Browser(), 'liar')
    expect(app.liar.discoveries()).toBe(1)
  })

  test.each(['silent', 'error', 'other-issuer'] as const)(
    'that is %s at first is a 503, and is asked again',
    async (fault) => {
      const fresh = await providersApp({ options: { timeoutSeconds: 1 } })
      try {
        fresh.liar.fault = fault
        const response = await new Browser().fetch(fresh.at('/liar/start'))
        expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([503, 'unavailable'])
        fresh.liar.fault = 'none'
        expect(await fresh.start(new Browser(), 'liar')).toContain(fresh.liar.issuer)
      } finally {
        await fresh.stop()
      }
    },
  )

  test.each(['silent', 'error'] as const)('that is %s when the code is exchanged is a 503', async (fault) => {
    const browser = new Browser()
    const state = new URL(await app.start(browser, 'liar')).searchParams.get('state')
    app.liar.fault = fault
    const response = await browser.fetch(`${app.callbackOf('liar')}?code=x&state=${state}`)
    app.liar.fault = 'none'
    expect(response.status).toBe(503)
    expect(await app.me(browser)).toBeUndefined()
  })

  test('that is not configured is none', async () => {
    expect((await new Browser().fetch(app.at('/three/start'))).status).toBe(422)
  })
})

describe('linking', () => {
  /** Somebody with a password, logged in at a browser. */
  async function registered(): Promise<{ email: string; browser: Browser }> {
    const { email } = await app.register()
    const browser = new Browser()
    const answer = await app.post(browser, '/auth/login', { email, password: PASSWORD, delivery: 'session' })
    expect(answer.status).toBe(200)
    return { email, browser }
  }

  async function link(browser: Browser, provider: 'one' | 'two', account: string): Promise<URL> {
    const answer = await app.post(browser, `/auth/providers/${provider}/link`, { returnTo: '/settings' })
    expect(answer.status).toBe(200)
    const { url } = (await answer.json()) as { url: string }
    return landing(await browser.fetch(await browser.atProvider(url, account)))
  }

  type Listed = { id: string; provider: string; email: string }[]
  const listed = async (browser: Browser): Promise<Listed> =>
    (await (await browser.fetch(app.at('/identities'))).json()) as Listed
  const unlink = (browser: Browser, id: string) =>
    browser.fetch(app.at(`/identities/${id}`), { method: 'DELETE', headers: { origin: app.origin } })

  test('adds a provider to the account of the session, its owner is told, and logs in to it', async () => {
    const { email, browser } = await registered()
    const { id, email: other } = person('two')
    expect((await link(browser, 'two', id)).href).toBe(`${app.origin}/settings`)
    expect(await listed(browser)).toMatchObject([{ provider: 'two', email: other }])
    expect((await app.outbox.next(email)).text).toContain('"two"')
    const elsewhere = new Browser()
    await app.logInWith(elsewhere, 'two', id)
    expect(await app.me(elsewhere)).toMatchObject({ email })
  })

  test('is for who is logged in, and has been just now', async () => {
    expect((await app.post(new Browser(), '/auth/providers/two/link')).status).toBe(401)
    const { email, browser } = await registered()
    await app.query(sql`update auth_sessions set authenticated_at = now() - interval '1 hour'
      where user_id = (select id from users where email = ${email})`)
    const answer = await app.post(browser, '/auth/providers/two/link')
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      401,
      'recent_authentication_required',
    ])
  })

  test('of somebody who belongs to another account is refused, and both stay as they are', async () => {
    const { id } = person('two')
    const owner = new Browser()
    await app.logInWith(owner, 'two', id)
    const { browser } = await registered()
    const target = await link(browser, 'two', id)
    expect([target.pathname, target.searchParams.get('error')]).toEqual(['/settings', 'identity_taken'])
    expect(await listed(browser)).toEqual([])
    expect(await listed(owner)).toHaveLength(1)
  })

  test('dies with the session that asked for it', async () => {
    const { browser } = await registered()
    const answer = await app.post(browser, '/auth/providers/two/link')
    const { url } = (await answer.json()) as { url: string }
    await app.post(browser, '/auth/logout')
    const target = landing(await browser.fetch(await browser.atProvider(url, person('two').id)))
    expect(target.searchParams.get('error')).toBe('token_invalid')
  })

  test('is undone, but for the last way to log in', async () => {
    const { id } = person('one')
    const browser = new Browser()
    await app.logInWith(browser, 'one', id)
    const [only] = await listed(browser)
    expect((await unlink(browser, only!.id)).status).toBe(409)
    await link(browser, 'two', person('two').id)
    const [second, first] = await listed(browser)
    expect([second!.provider, first!.provider]).toEqual(['two', 'one'])
    const { browser: stranger } = await registered()
    expect((await unlink(stranger, first!.id)).status).toBe(404)
    const statuses = await Promise.all([unlink(browser, first!.id), unlink(browser, second!.id)])
    expect(statuses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 409])
    expect(await listed(browser)).toHaveLength(1)
  })
})

test('the way to a provider is counted by the network, generously', async () => {
  const own = await providersApp({ accounts: { attempts: { perNetwork: 1 } } })
  try {
    const starts = async () => (await new Browser().fetch(own.at('/one/start'))).status
    for (let begun = 0; begun < 30; begun++) expect(await starts()).toBe(303)
    expect(await starts()).toBe(429)
    expect(await own.query(sql`select count(*)::int as count from auth_one_time_tokens`)).toEqual([{ count: 30 }])
  } finally {
    await own.stop()
  }
})
