import { cookieOrigins } from '../process/same-origin.ts'
import type { AccountsCore, OfApp } from '../core/accounts-core.ts'
import { safeTarget } from '../core/safe-target.ts'
import { redirectUriProblem } from '../oauth-server/redirect-uri.ts'
import type { ProviderClients } from './provider-clients.ts'

/** What a provider says of its user: the claims of the ID token, with those of its userinfo endpoint where the ID token has no address. */
export type ProviderClaims = Readonly<Record<string, unknown>> & {
  /** Who it is, at this provider and for ever. Never an address. */
  readonly sub: string
}

/** An OpenID Connect provider that people log in with. */
export interface ExternalProvider {
  /** The URL in `iss` of its tokens, such as `https://accounts.google.com`. `https`, but for providers on this machine. Keep it: users are known by the provider's name here. */
  readonly issuer: string
  readonly clientId: string
  /** Without: a public client. */
  readonly clientSecret?: string
  /** Default `['openid', 'email', 'profile']`; `openid` is always among them. */
  readonly scopes?: readonly string[]
  /**
   * Whether `email_verified` of this provider is a proof: it gives an account to whoever it says has the address. Only where the provider checks every address itself.
   * Default `false`.
   */
  readonly trustEmail?: boolean
  /** Columns of a new user. Default: those of the accounts' `profile` that have the name of a claim with a text, such as `name`. */
  readonly profile?: (claims: ProviderClaims) => Readonly<Record<string, unknown>>
}

/** Of {@link externalProviders}. */
export interface ExternalProvidersOptions {
  /** What stands before `/auth/providers` where the router is placed below others, such as `/api/v1`. Default: nothing. */
  readonly prefix?: string
  /** Page of the front end where a log-in goes on that has failed (`error`) or needs a second factor (`code`). A path below the origin, or a URL of a trusted one. Default `/login`. */
  readonly logInPage?: string
  /** Addresses of apps on a device that a log-in with tokens may come back to besides the origin and the trusted ones, such as `com.example.app:/callback`. Default: none. */
  readonly returnTo?: readonly string[]
  /** For each answer of a provider. Default 10 s. */
  readonly timeoutSeconds?: number
}

/** What the operations work with. */
export interface ProviderParts<Name extends string = string> {
  readonly core: AccountsCore
  readonly providers: Readonly<Record<string, ExternalProvider>>
  readonly names: readonly [Name, ...Name[]]
  readonly clients: OfApp<ProviderClients>
  /** Where a browser may be sent back to. */
  readonly origins: readonly [string, ...string[]]
  readonly returnTo: readonly string[]
  readonly logInPage: URL
  /** Where the router stands, on the configured origin. */
  readonly base: string
}

const NAME = /^[a-z][a-z0-9-]{0,31}$/
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** @throws TypeError for what cannot be. */
export function checkedParts<Name extends string>(
  core: AccountsCore,
  providers: Readonly<Record<Name, ExternalProvider>>,
  { prefix = '', logInPage = '/login', returnTo = [] }: ExternalProvidersOptions,
): Omit<ProviderParts<Name>, 'clients'> {
  const [name, ...names] = Object.keys(providers) as Name[]
  if (name === undefined) throw wrong('name at least one provider, such as { google: { issuer, clientId } }')
  for (const each of [name, ...names]) checkProvider(each, providers[each])
  if (!/^(?:\/[\w.~-]+)*$/.test(prefix))
    throw wrong(`prefix: write a path such as "/api/v1"; got ${JSON.stringify(prefix)}`)
  for (const uri of returnTo) {
    const problem = redirectUriProblem(uri)
    if (problem !== undefined) throw wrong(`returnTo: ${JSON.stringify(uri)} ${problem}`)
  }
  const origins = [core.origin, ...cookieOrigins(core).slice(1)] as const
  const page = safeTarget(logInPage, origins)
  if (page === undefined)
    throw wrong(
      `logInPage: write a path such as "/login", or a URL of one of sessions: { trustedOrigins }; got ${JSON.stringify(logInPage)}`,
    )
  const base = `${core.origin}${prefix}/auth/providers`
  return { core, providers, names: [name, ...names], origins, returnTo, logInPage: page, base }
}

function checkProvider(name: string, { issuer, clientId }: ExternalProvider): void {
  if (!NAME.test(name) || name === 'identities')
    throw wrong(`a provider's name is part of its URL: lower case letters, digits and -; got ${JSON.stringify(name)}`)
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  const isPlain = url !== undefined && !/[?#@]|\/\.well-known\//.test(issuer)
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname))
  if (!isPlain || !isSecure)
    throw wrong(
      `${name}: { issuer }: a URL with https as the provider has it in "iss", such as "https://accounts.google.com"; got ${JSON.stringify(issuer)}`,
    )
  if (clientId === '') throw wrong(`${name}: { clientId } is empty`)
}

function wrong(what: string): TypeError {
  return new TypeError(`externalProviders(): ${what}.`)
}
