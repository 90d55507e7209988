// GA14: a cookie changes something only for pages of the same origin, whatever the method, the content type and the site say; other credentials do not care.
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { processApp } from '../../src/auth/process/process.fixture.ts'

const ORIGIN = 'https://app.example.com'
const TRUSTED = 'https://pages.example.com'

let app: Awaited<ReturnType<typeof processApp>>
let own: string
let userId: string
let session: string
let access: string
let token: string
let key: string
beforeAll(async () => {
  app = await processApp({ origin: ORIGIN, sessions: { trustedOrigins: [TRUSTED] } })
  own = app.url
  userId = await app.user('ada@example.com')
  const logIn = (delivery: string) => app.call('/login', { json: { email: 'ada@example.com', delivery } })
  const [cookie, cookies, tokens] = [await logIn('session'), await logIn('cookies'), await logIn('tokens')]
  session = `__Host-session=${cookie.cookies['__Host-session']}`
  access = `__Host-access=${cookies.cookies['__Host-access']}`
  token = tokens.body.accessToken!
  key = (await app.call('/keys', { json: { userId } })).body.key!
})
afterAll(() => app.t.stop())

type Headers = Readonly<Record<string, string | readonly string[]>>

/** `fetch` writes headers of its own, such as Sec-Fetch-Mode, and forbids others: a plain request sends what it is told. */
function send(method: string, path: string, headers: Headers, body = ''): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const sent = httpRequest(new URL(path, own), { method, headers: { ...headers, ...length } }, (answer) => {
    answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
  })
  sent.on('error', reject).end(body)
  return promise
}

interface Case {
  readonly name: string
  readonly headers: () => Headers
  readonly allowed: boolean
}

/** What browsers say about where a request comes from, and what others may. */
const PROOFS: readonly Case[] = [
  { name: 'same site by fetch metadata', headers: () => ({ 'sec-fetch-site': 'same-origin' }), allowed: true },
  { name: 'own origin', headers: () => ({ origin: own }), allowed: true },
  { name: "the app's origin", headers: () => ({ origin: ORIGIN }), allowed: true },
  { name: 'a trusted origin', headers: () => ({ origin: TRUSTED, 'sec-fetch-site': 'same-site' }), allowed: true },
  {
    name: 'own origin and fetch metadata',
    headers: () => ({ origin: own, 'sec-fetch-site': 'same-origin' }),
    allowed: true,
  },
  { name: 'own referer alone', headers: () => ({ referer: `${own}/page?x=1` }), allowed: true },
  { name: "the app's referer alone", headers: () => ({ referer: `${ORIGIN}/page` }), allowed: true },
  { name: 'nothing at all', headers: () => ({}), allowed: false },
  { name: 'another site', headers: () => ({ 'sec-fetch-site': 'cross-site' }), allowed: false },
  { name: 'a sister site', headers: () => ({ 'sec-fetch-site': 'same-site' }), allowed: false },
  { name: 'no site', headers: () => ({ 'sec-fetch-site': 'none' }), allowed: false },
  { name: 'fetch metadata in other letters', headers: () => ({ 'sec-fetch-site': 'Same-Origin' }), allowed: false },
  {
    name: 'another site with own referer',
    headers: () => ({ 'sec-fetch-site': 'cross-site', referer: own }),
    allowed: false,
  },
  { name: 'another origin', headers: () => ({ origin: 'https://eve.example' }), allowed: false },
  {
    name: 'another origin and another site',
    headers: () => ({ origin: 'https://eve.example', 'sec-fetch-site': 'cross-site' }),
    allowed: false,
  },
  { name: 'origin null', headers: () => ({ origin: 'null' }), allowed: false },
  {
    name: 'origin null and same site',
    headers: () => ({ origin: 'null', 'sec-fetch-site': 'same-origin' }),
    allowed: false,
  },
  { name: 'origin null with own referer', headers: () => ({ origin: 'null', referer: own }), allowed: false },
  { name: 'an empty origin', headers: () => ({ origin: '' }), allowed: false },
  { name: 'another scheme', headers: () => ({ origin: own.replace('http:', 'https:') }), allowed: false },
  { name: 'another port', headers: () => ({ origin: own.replace(/:\d+$/, ':1') }), allowed: false },
  { name: 'own origin as a prefix', headers: () => ({ origin: `${ORIGIN}.eve.example` }), allowed: false },
  { name: 'own origin as user', headers: () => ({ origin: `${ORIGIN}@eve.example` }), allowed: false },
  { name: 'own origin in other letters', headers: () => ({ origin: ORIGIN.toUpperCase() }), allowed: false },
  { name: 'two origins in one header', headers: () => ({ origin: `${own}, https://eve.example` }), allowed: false },
  { name: "another site's referer", headers: () => ({ referer: 'https://eve.example/' }), allowed: false },
  { name: 'a referer with our name in it', headers: () => ({ referer: `https://eve.example/${own}` }), allowed: false },
  { name: 'a referer that is no URL', headers: () => ({ referer: 'about:client' }), allowed: false },
]

/** The ways a form or a script of another page can write a body; the operation declares JSON alone. */
const TYPES: readonly (readonly [type: string | undefined, body: string, allowed: number])[] = [
  [undefined, '', 200],
  ['application/json', '{}', 200],
  ['text/plain', '{}', 415],
  ['application/x-www-form-urlencoded', 'a=b', 415],
  ['multipart/form-data; boundary=x', '--x--\r\n', 415],
  ['text/plain; application/json', '{}', 415],
  [undefined, '{}', 415],
]
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const
const COOKIES = ['session', 'access'] as const

const cookieOf = (name: (typeof COOKIES)[number]): string => (name === 'session' ? session : access)

describe.for(COOKIES)('with the %s cookie', (cookie) => {
  test.for(PROOFS)('$name', async ({ headers, allowed }) => {
    const credentials = { cookie: cookieOf(cookie), ...headers() }
    for (const method of METHODS) expect(await send(method, '/write', credentials), method).toBe(allowed ? 200 : 403)
    for (const [type, body, status] of TYPES) {
      const typed = type === undefined ? credentials : { ...credentials, 'content-type': type }
      expect(await send('POST', '/write', typed, body), `${type} ${body}`).toBe(allowed ? status : 403)
    }
    for (const method of ['GET', 'HEAD']) expect(await send(method, '/me', credentials), method).toBe(200)
  })
})

test.for(PROOFS)('credentials that no browser sends by itself need no proof: $name', async ({ headers }) => {
  for (const method of METHODS) {
    const given = headers()
    expect(await send(method, '/write', { authorization: `Bearer ${token}`, ...given })).toBe(200)
    expect(await send(method, '/write', { authorization: `Bearer ${key}`, ...given })).toBe(200)
    expect(await send(method, '/write', { 'x-api-key': key, ...given })).toBe(200)
    expect(await send(method, '/write', { authorization: `Bearer ${token}`, cookie: session, ...given })).toBe(200)
  }
})

test('a request that says twice where it comes from is none', async () => {
  expect(await send('POST', '/write', { cookie: session, origin: [own, 'https://eve.example'] })).toBe(400)
  expect(await send('POST', '/write', { cookie: session, 'sec-fetch-site': ['same-origin', 'cross-site'] })).toBe(400)
})

test('a cookie that is not valid is no error where nobody is asked for', async () => {
  expect(await send('GET', '/open', { cookie: '__Host-session=gone' })).toBe(200)
  expect(await send('GET', '/me', { cookie: '__Host-session=gone' })).toBe(401)
  expect(await send('GET', '/me', { cookie: '__Host-session=' })).toBe(401)
})

test('the error says what to do, and changes nothing', async () => {
  const answer = await fetch(`${own}/write`, {
    method: 'POST',
    headers: { cookie: session, origin: 'https://eve.example' },
  })
  expect(answer.status).toBe(403)
  expect(await answer.json()).toMatchObject({
    code: 'cross_site_request',
    detail: expect.stringContaining('Pages of https://eve.example may not act by a cookie.'),
  })
})

test('a trusted origin that is none is an error when the app is declared', async () => {
  for (const origin of ['pages.example.com', 'https://pages.example.com/', 'https://*.example.com', 'null'])
    await expect(processApp({ sessions: { trustedOrigins: [origin] } })).rejects.toThrow(/trustedOrigins/)
})

describe('pages that CORS lets call', () => {
  const named = ['https://front.example.com', 'https://*.pages.example.org']
  const servedWith = async (credentials: boolean): Promise<string> =>
    (await (await app.t.with({ cors: { origins: named, credentials } })).listen()).url

  test('with cookies act by them as those of the app do, and no others', async () => {
    const url = await servedWith(true)
    for (const [origin, status] of [
      ['https://front.example.com', 200],
      ['https://a.pages.example.org', 200],
      ['https://pages.example.org', 403],
      ['https://front.example.com.eve.example', 403],
      ['null', 403],
      ['https://eve.example', 403],
    ] as const)
      for (const cookie of COOKIES)
        for (const method of METHODS) {
          const headers = { cookie: cookieOf(cookie), origin, 'sec-fetch-site': 'cross-site' }
          expect(await send(method, `${url}/write`, headers), `${method} of ${origin}`).toBe(status)
        }
    // A page of theirs that does not say so has not shown it.
    const unsaid = { cookie: session, referer: 'https://front.example.com/', 'sec-fetch-site': 'cross-site' }
    expect(await send('POST', `${url}/write`, unsaid)).toBe(403)
    expect(await send('POST', `${url}/write`, { cookie: session, referer: 'https://front.example.com/' })).toBe(403)
  })

  test('without cookies may not act by one', async () => {
    const url = await servedWith(false)
    expect(await send('POST', `${url}/write`, { cookie: session, origin: named[0]! })).toBe(403)
    const bearer = { authorization: `Bearer ${token}`, origin: named[0]! }
    expect(await send('POST', `${url}/write`, bearer)).toBe(200)
  })
})
