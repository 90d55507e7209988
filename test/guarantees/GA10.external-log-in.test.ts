// GA10: a log-in at a provider is believed only in the browser it began in, with the answer to it alone, by the provider that was asked. Two real providers
// and one that lies, behind sockets.
import { generateKeyPair } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  Browser,
  landing,
  PASSWORD,
  providersApp,
  type ProvidersApp,
} from '../../src/auth/providers/providers.fixture.ts'

let app: ProvidersApp
beforeAll(async () => {
  app = await providersApp()
  for (const { people } of Object.values(app.providers))
    for (const name of ['victim', 'attacker'])
      people.set(name, { email: `${name}@example.com`, email_verified: true, name })
})
afterAll(() => app?.stop())

/** The answer of a provider, whose browser did not go back with it. */
async function answerFor(browser: Browser, provider: 'one' | 'two', account: string): Promise<URL> {
  return new URL(await browser.atProvider(await app.start(browser, provider), account))
}

/** What a browser that brings this is told; it must be nobody afterwards. */
async function refused(browser: Browser, url: URL | string): Promise<string | null> {
  const target = landing(await browser.fetch(String(url)))
  expect(target.pathname).toBe('/login')
  expect(await app.me(browser)).toBeUndefined()
  return target.searchParams.get('error')
}

test('the request has state, nonce and a challenge with S256, and an address of the configured origin', async () => {
  const host = '127.0.0.1'
  const response = await fetch(app.at('/one/start'), {
    redirect: 'manual',
    headers: { 'x-forwarded-host': 'evil.example', forwarded: `host=evil.example;for=${host}` },
  })
  const { searchParams } = landing(response)
  expect(Object.fromEntries(searchParams)).toEqual({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: app.callbackOf('one'),
    scope: 'openid email profile',
    state: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    nonce: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    code_challenge: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    code_challenge_method: 'S256',
  })
  const other = landing(await fetch(app.at('/one/start'), { redirect: 'manual' })).searchParams
  for (const name of ['state', 'nonce', 'code_challenge']) expect(other.get(name)).not.toBe(searchParams.get(name))
})

describe('an answer is good for one log-in', () => {
  test('and not for a second one: state and code are spent', async () => {
    const browser = new Browser()
    const answer = await answerFor(browser, 'one', 'victim')
    expect(landing(await browser.fetch(answer.href)).pathname).toBe('/')
    await app.post(browser, '/auth/logout')
    expect(await refused(browser, answer)).toBe('token_invalid')
  })

  test('of two at once, one has it', async () => {
    const browser = new Browser()
    const answer = await answerFor(browser, 'one', 'victim')
    const targets = await Promise.all([1, 2, 3].map(async () => landing(await browser.fetch(answer.href))))
    expect(targets.map(({ pathname }) => pathname).sort()).toEqual(['/', '/login', '/login'])
  })

  test('in the browser where it began: another one that is given it stays nobody, and it is spent', async () => {
    const attacker = new Browser()
    const answer = await answerFor(attacker, 'one', 'attacker')
    expect(await refused(new Browser(), answer)).toBe('token_invalid')
    // One that has a flow of its own is another browser all the same.
    const victim = new Browser()
    await app.start(victim, 'one')
    const second = await answerFor(attacker, 'one', 'attacker')
    expect(await refused(victim, second)).toBe('token_invalid')
    expect(await refused(attacker, second)).toBe('token_invalid')
  })

  test('without a state, with an unknown one, with one of another purpose, or with two, it is none', async () => {
    const browser = new Browser()
    const answer = await answerFor(browser, 'one', 'victim')
    const without = new URL(answer)
    without.searchParams.delete('state')
    expect(await refused(browser, without)).toBe('token_invalid')
    without.searchParams.set('state', 'x'.repeat(43))
    expect(await refused(browser, without)).toBe('token_invalid')
    await app.post(browser, '/auth/register', { email: 'else@example.com', password: PASSWORD, name: 'Else' })
    without.searchParams.set('state', await app.outbox.token('else@example.com'))
    expect(await refused(browser, without)).toBe('token_invalid')
    const twice = await browser.fetch(`${answer.href}&state=${answer.searchParams.get('state')}`)
    expect([twice.status, await app.me(browser)]).toEqual([422, undefined])
  })
})

describe('a code is good for the flow it was made in', () => {
  test('one that somebody else has got is not taken in the flow of a victim, nor theirs in that of an attacker', async () => {
    const [victim, attacker] = [new Browser(), new Browser()]
    for (const [browser, other, account] of [
      [victim, attacker, 'attacker'],
      [attacker, victim, 'victim'],
    ] as const) {
      const own = await answerFor(browser, 'one', account === 'victim' ? 'attacker' : 'victim')
      const stolen = await answerFor(other, 'one', account)
      own.searchParams.set('code', stolen.searchParams.get('code')!)
      expect(await refused(browser, own)).toBe('provider_log_in_refused')
    }
  })
})

describe('a provider answers for itself (mix-up)', () => {
  test('its answer is not taken where another was asked, whoever it says it is', async () => {
    const [victim, attacker] = [new Browser(), new Browser()]
    for (const iss of [app.providers.two.issuer, app.providers.one.issuer, undefined]) {
      const asked = await answerFor(victim, 'one', 'victim')
      const other = await answerFor(attacker, 'two', 'attacker')
      asked.searchParams.set('code', other.searchParams.get('code')!)
      asked.searchParams.delete('iss')
      if (iss !== undefined) asked.searchParams.set('iss', iss)
      expect(await refused(victim, asked)).toBe('provider_log_in_refused')
    }
  })

  test('nor at its own address with the state of another', async () => {
    const browser = new Browser()
    const asked = await answerFor(browser, 'one', 'victim')
    const other = new URL(asked)
    other.pathname = new URL(app.callbackOf('two')).pathname
    expect(await refused(browser, other)).toBe('token_invalid')
  })

  test('nor does a code leave for another provider: the lying one never sees it', async () => {
    const browser = new Browser()
    const asked = await answerFor(browser, 'one', 'victim')
    let seen = 0
    app.liar.idToken = () => (seen++, app.liar.sign({}))
    const other = new URL(asked)
    other.pathname = new URL(app.callbackOf('liar')).pathname
    expect(await refused(browser, other)).toBe('token_invalid')
    expect(seen).toBe(0)
  })
})

describe('an ID token is believed where everything in it is right', () => {
  beforeEach(() => {
    app.liar.idToken = undefined
  })

  /** Lets the provider answer with a token, made when the nonce is known. */
  async function withToken(make: (nonce: string) => Promise<string>): Promise<{ browser: Browser; url: string }> {
    const browser = new Browser()
    const { searchParams } = new URL(await app.start(browser, 'liar'))
    app.liar.idToken = () => make(searchParams.get('nonce')!)
    return { browser, url: `${app.callbackOf('liar')}?code=x&state=${searchParams.get('state')}` }
  }

  test('as this one is', async () => {
    const name = 'Liar'
    const { browser, url } = await withToken((nonce) => app.liar.sign({ nonce, name }))
    expect(landing(await browser.fetch(url)).href).toBe(`${app.origin}/`)
    expect(await app.me(browser)).toMatchObject({ email: 'liar@example.com', name })
  })

  const MINUTE = 60
  const now = (): number => Math.floor(Date.now() / 1000)
  const unsigned = (claims: object): string =>
    [{ alg: 'none' }, { iss: app.liar.issuer, aud: 'app', sub: 'liar', iat: now(), exp: now() + MINUTE, ...claims }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
      .concat('.')

  test.each<[string, (nonce: string) => Promise<string>]>([
    ['the issuer of another provider', (nonce) => app.liar.sign({ nonce, iss: app.providers.one.issuer })],
    ['an issuer with a slash more', (nonce) => app.liar.sign({ nonce, iss: `${app.liar.issuer}/` })],
    ['another nonce', () => app.liar.sign({ nonce: 'x'.repeat(43) })],
    ['no nonce', () => app.liar.sign({})],
    ['another audience', (nonce) => app.liar.sign({ nonce, aud: 'another app' })],
    ['two audiences, of which another asked', (nonce) => app.liar.sign({ nonce, aud: ['app', 'b'], azp: 'b' })],
    ['a time that is over', (nonce) => app.liar.sign({ nonce, exp: now() - 10 * MINUTE })],
    ['no subject', (nonce) => app.liar.sign({ nonce, sub: undefined as never })],
    ['no signature', (nonce) => Promise.resolve(unsigned({ nonce }))],
    ['a kid that is unknown', (nonce) => app.liar.sign({ nonce }, { header: { kid: 'two' } })],
    [
      'the signature of another key',
      async (nonce) => app.liar.sign({ nonce }, { key: (await generateKeyPair('ES256')).privateKey }),
    ],
  ])('not one with %s', async (_, make) => {
    const { browser, url } = await withToken(make)
    expect(await refused(browser, url)).toBe('provider_log_in_refused')
  })

  test('nor an answer without one', async () => {
    const { browser, url } = await withToken(() => Promise.resolve(undefined as never))
    expect(await refused(browser, url)).toBe('provider_log_in_refused')
  })
})

describe('what is asked for does not decide where a browser goes (GA15)', () => {
  test.each([
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    '\t//evil.example',
    'https://evil.example',
    'com.example.app:/callback',
  ])('%j is no address to come back to', async (returnTo) => {
    const response = await new Browser().fetch(app.at(`/one/start?returnTo=${encodeURIComponent(returnTo)}`))
    expect([response.status, response.headers.get('location')]).toEqual([422, null])
    expect(await response.text()).toContain('return_to_not_allowed')
  })
})
