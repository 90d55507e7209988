import type { Authenticator, Principal } from '../core/access/authenticator.ts'
import type { Uses } from '../core/dependency.ts'
import { authorizationOf, bearerChallenge } from './credentials.ts'
import { makeAuthenticator, type AuthenticatorOptions, type Verify } from './make-authenticator.ts'

interface Flow {
  /** Scope names and what each allows. Default: none. */
  readonly scopes?: Readonly<Record<string, string>>
  readonly refreshUrl?: string
}

/** The flows of OAuth 2.0 by which a client gets its token, as OpenAPI names them. The implicit flow is not among them: RFC 9700 forbids it. */
export interface OAuth2Flows {
  /** Username and password for a token; for first-party clients only. */
  readonly password?: Flow & { readonly tokenUrl: string }
  readonly authorizationCode?: Flow & { readonly authorizationUrl: string; readonly tokenUrl: string }
  readonly clientCredentials?: Flow & { readonly tokenUrl: string }
}

/** The OAuth2 flows to document, and how their tokens are verified. */
export interface OAuth2Options<User extends Principal, U extends Uses> extends AuthenticatorOptions<U> {
  readonly flows: OAuth2Flows
  /** Whose access token this is; `undefined` where it is not valid. Give the token's scopes as `scopes`, for `scope()` to check. */
  readonly verify: Verify<[token: string], User, U>
}

/**
 * Callers with an OAuth 2.0 access token, sent as a bearer token. The flows are what the documentation says and what its Authorize
 * button uses; issuing tokens is up to the operation or server at `tokenUrl`.
 *
 * @example
 * oauth2({
 *   flows: { password: { tokenUrl: '/token', scopes: { 'posts:write': 'Write posts' } } },
 *   uses: { tokens },
 *   verify: (token, { tokens }) => tokens.owner(token),
 * })
 * @throws TypeError where there is no flow.
 */
export function oauth2<User extends Principal, const U extends Uses = {}>(
  options: OAuth2Options<User, U>,
): Authenticator<User> {
  const entries = Object.entries(options.flows).filter(([, flow]) => flow !== undefined)
  if (entries.length === 0)
    throw new TypeError(
      'oauth2({ flows }): there is no flow; write for example flows: { password: { tokenUrl: "/token" } }.',
    )
  // OpenAPI requires `scopes`, even where there are none.
  const flows = Object.fromEntries(entries.map(([name, flow]) => [name, { ...flow, scopes: flow?.scopes ?? {} }]))
  return accessToken(options, 'oauth2', { type: 'oauth2', flows })
}

/** The OpenID Connect provider to document, and how its tokens are verified. */
export interface OpenIdConnectOptions<User extends Principal, U extends Uses> extends AuthenticatorOptions<U> {
  /** The provider's discovery document, `https://.../.well-known/openid-configuration`. For the documentation: it is not fetched. */
  readonly url: string
  /** Whose access token this is; `undefined` where it is not valid. */
  readonly verify: Verify<[token: string], User, U>
}

/**
 * Callers with an access token of an OpenID Connect provider, sent as a bearer token.
 *
 * @example
 * const url = 'https://id.example.com/.well-known/openid-configuration'
 * const member = openIdConnect({ url, uses: { tokens }, verify: (token, { tokens }) => tokens.owner(token) })
 * @see OpenID Connect Discovery 1.0 section 4; RFC 6750
 */
export function openIdConnect<User extends Principal, const U extends Uses = {}>(
  options: OpenIdConnectOptions<User, U>,
): Authenticator<User> {
  return accessToken(options, 'openIdConnect', { type: 'openIdConnect', openIdConnectUrl: options.url })
}

function accessToken<User extends Principal, U extends Uses>(
  options: AuthenticatorOptions<U> & { readonly verify: Verify<[token: string], User, U> },
  defaultName: string,
  scheme: Authenticator['scheme'],
): Authenticator<User> {
  const challenge = bearerChallenge('Bearer')
  return makeAuthenticator<string, User, U>({
    options,
    defaultName,
    scheme,
    challenge,
    read: (request) => authorizationOf(request, 'Bearer', challenge),
    verify: options.verify,
  })
}
