// An app whose people log in with two OpenID Connect providers and with one that lies, all behind sockets, and browsers that keep cookies.
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SQL } from 'drizzle-orm'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'
import { accountsApp, PASSWORD, type users } from '../accounts.fixture.ts'
import type { AccountsOptions } from '../core/options.ts'
import { secondFactors } from '../factors/second-factors.ts'
import { externalProviders } from './external-providers.ts'
import type { ExternalProvider, ExternalProvidersOptions } from './options.ts'

export { PASSWORD }
export const CLIENT = { clientId: 'app', clientSecret: 'a secret of the app, long enough' }

type Claims = Readonly<Record<string, unknown>>

/** What is used of oidc-provider, which has no types of its own. */
interface OidcProvider {
  readonly Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<string> }
  callback(): RequestListener
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<unknown>
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
}
type OidcProviderClass = new (issuer: string, options: object) => OidcProvider

/** A provider with its people. */
export interface TestProvider {
  readonly issuer: string
  /** What it says of each of its users. */
  readonly people: Map<string, Claims>
  stop(): Promise<void>
}

const listenOn = async (server: Server, port = 0): Promise<number> => {
  server.listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

const closing = (server: Server) => (): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenOn(server)
  await closing(server)()
  return port
}

/** oidc-provider, whose users log in by `?account=` of its page, and agree to everything; without, they cancel. */
async function oidcProvider(
  redirectUri: string,
  { inIdToken }: { readonly inIdToken: boolean },
): Promise<TestProvider> {
  const people = new Map<string, Claims>()
  const server = createServer()
  const issuer = `http://127.0.0.1:${await listenOn(server)}`
  // It greets whoever runs it.
  const { warn, info } = console
  Object.assign(console, { warn: () => {}, info: () => {} })
  const name = 'oidc-provider'
  const { default: Provider } = (await import(name)) as { readonly default: OidcProviderClass }
  const provider: OidcProvider = new Provider(issuer, {
    clients: [{ client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [redirectUri] }],
    cookies: { keys: ['cookies of the provider'] },
    claims: { email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: !inIdToken,
    ttl: { Interaction: 60, Grant: 60, Session: 60, AccessToken: 60, IdToken: 60, AuthorizationCode: 60 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people.get(id) }),
    }),
    loadExistingGrant: async ({ oidc }: { oidc: { client: { clientId: string }; session: { accountId: string } } }) => {
      const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  })
  Object.assign(console, { warn, info })
  const handle = provider.callback()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, issuer)
    if (!url.pathname.startsWith('/interaction/')) return handle(request, response)
    const accountId = url.searchParams.get('account')
    const result = accountId === null ? { error: 'access_denied' } : { login: { accountId } }
    void provider.interactionFinished(request, response, result)
  })
  return { issuer, people, stop: closing(server) }
}

/** A provider that says what a test wants it to. */
export interface LyingProvider {
  readonly issuer: string
  /** What its endpoints do in the place of an answer. */
  fault: 'none' | 'silent' | 'error' | 'other-issuer'
  /** The next ID token; undefined: none at all. */
  idToken: (() => Promise<string>) | undefined
  /** Signs claims, which by default are right. */
  sign(claims: JWTPayload, by?: { readonly key?: CryptoKey; readonly header?: object }): Promise<string>
  /** How often its configuration was asked for. */
  readonly discoveries: () => number
  stop(): Promise<void>
}

async function lyingProvider(): Promise<LyingProvider> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  const server = createServer()
  const issuer = `http://127.0.0.1:${await listenOn(server)}`
  let discoveries = 0
  const lying: LyingProvider = {
    issuer,
    fault: 'none',
    idToken: undefined,
    discoveries: () => discoveries,
    sign: (claims, { key = privateKey, header } = {}) =>
      new SignJWT({ iss: issuer, aud: CLIENT.clientId, sub: 'liar', email: 'liar@example.com', ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
        .setIssuedAt()
        .setExpirationTime(claims.exp ?? '5m')
        .sign(key),
    stop: closing(server),
  }
  const answers: Record<string, () => unknown> = {
    '/.well-known/openid-configuration': () => {
      discoveries++
      return {
        issuer: lying.fault === 'other-issuer' ? 'https://other.example' : issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['ES256'],
      }
    },
    '/jwks': () => ({ keys: [jwk] }),
    '/token': async () => ({ access_token: 'x', token_type: 'Bearer', id_token: await lying.idToken?.() }),
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (lying.fault === 'silent') return
    void (async () => {
      const body = await answers[request.url!]?.()
      response.statusCode = lying.fault === 'error' || body === undefined ? 500 : 200
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body ?? {}))
    })()
  })
  return lying
}

/** A browser: it keeps cookies for each host, follows nothing by itself, and sends what a navigation sends. */
export class Browser {
  readonly #jar = new Map<string, Map<string, string>>()

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url)
    const jar = this.#jar.get(host) ?? new Map<string, string>()
    this.#jar.set(host, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = new Headers(init.headers)
    if (cookie !== '') headers.set('cookie', cookie)
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (value === '' || /max-age=0/i.test(line)) jar.delete(name!)
      else jar.set(name!, value!)
    }
    return response
  }

  cookie(url: string, name: string): string | undefined {
    return this.#jar.get(new URL(url).host)?.get(name)
  }

  /** Goes to the provider, is that user there, and gives the address it is sent back to. `undefined`: cancels. */
  async atProvider(url: string, account: string | undefined): Promise<string> {
    const { origin } = new URL(url)
    for (let next = url; ;) {
      const response = await this.fetch(next)
      const location = response.headers.get('location')
      if (location === null) throw new Error(`The provider answers ${response.status}: ${await response.text()}`)
      const target = new URL(location, next)
      if (target.origin !== origin) return target.href
      if (target.pathname.startsWith('/interaction/') && account !== undefined)
        target.searchParams.set('account', account)
      next = target.href
    }
  }
}

export type ProvidersApp = Awaited<ReturnType<typeof providersApp>>

interface Made {
  readonly accounts?: Partial<AccountsOptions<typeof users>>
  readonly one?: Partial<ExternalProvider>
  readonly two?: Partial<ExternalProvider>
  readonly options?: ExternalProvidersOptions
}

/** `one` is trusted with addresses and has them in its ID token; `two` is neither; `liar` says what it is told to. */
export async function providersApp({ accounts, one, two, options }: Made = {}) {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const callbackOf = (name: string): string => `${origin}/auth/providers/${name}/callback`
  const first = await oidcProvider(callbackOf('one'), { inIdToken: true })
  const second = await oidcProvider(callbackOf('two'), { inIdToken: false })
  const liar = await lyingProvider()
  const app = await accountsApp(
    { origin, ...accounts },
    {
      api: (auth) => ({
        factors: secondFactors(auth),
        providers: externalProviders(
          auth,
          {
            one: { issuer: first.issuer, ...CLIENT, trustEmail: true, ...one },
            two: { issuer: second.issuer, ...CLIENT, ...two },
            liar: { issuer: liar.issuer, ...CLIENT, trustEmail: true },
          },
          options,
        ),
      }),
    },
  )
  await app.t.app.listen({ port, host: '127.0.0.1' })
  const at = (path: string): string => `${origin}/auth/providers${path}`

  /** Begins a log-in, and gives the address at the provider. */
  async function start(browser: Browser, provider: string, query = ''): Promise<string> {
    const response = await browser.fetch(at(`/${provider}/start${query}`))
    if (response.status !== 303) throw new Error(`start: ${response.status} ${await response.text()}`)
    return response.headers.get('location')!
  }

  return {
    ...app,
    origin,
    at,
    start,
    callbackOf,
    providers: { one: first, two: second },
    liar,
    /** From the start to what follows the callback. */
    logInWith: async (browser: Browser, provider: 'one' | 'two', account: string, query = '') =>
      landing(await browser.fetch(await browser.atProvider(await start(browser, provider, query), account))),
    /** Who the browser is; undefined where nobody. */
    me: async (browser: Browser): Promise<Record<string, unknown> | undefined> => {
      const response = await browser.fetch(`${origin}/auth/me`)
      return response.ok ? ((await response.json()) as Record<string, unknown>) : undefined
    },
    post: (browser: Browser, path: string, json?: unknown, headers: Record<string, string> = {}) =>
      browser.fetch(`${origin}${path}`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(json ?? {}),
      }),
    query: <Row extends Record<string, unknown>>(statement: SQL) =>
      app.t.run({ drizzle: app.db.drizzle }, async ({ drizzle }) => (await drizzle.execute<Row>(statement)).rows),
    stop: async () => {
      await app.stop()
      await Promise.all([first.stop(), second.stop(), liar.stop()])
    },
  }
}

/** Where a browser is sent. */
export function landing(response: Response): URL {
  const location = response.headers.get('location')
  if (response.status !== 303 || location === null) throw new Error(`No redirect, but ${response.status}`)
  return new URL(location)
}

/** A secret of a client, and what it shows of it beforehand (RFC 7636). */
export function pkce(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}
