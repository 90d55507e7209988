import type { Authenticator, SecurityScheme } from '../../core/access/index.ts'
import type { RequestHead } from '../../core/request.ts'
import { cookieValues, single } from '../api-key.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { API_KEY_START } from '../core/api-key-format.ts'
import type { AccountsBase } from '../core/base.ts'
import { bearerChallenge, fixedChallenge, quoted, uncheckedAuthorizationOf, type Challenge } from '../credentials.ts'
import type { Identity } from '../identity.ts'
import { makeAuthenticator } from '../make-authenticator.ts'
import { namedIdentity } from './identity-of.ts'
import { ACCESS_COOKIE, SESSION_COOKIE } from '../sessions/session-cookies.ts'
import { assertSameOriginUnlessSafe, cookieOrigins } from './same-origin.ts'

/** The security scheme of access tokens. */
export const BEARER_SCHEME = 'bearer'
export const API_KEY_HEADER = 'X-API-Key'

type Base = AccountsBase & Pick<AccountsCore, 'process'>

interface Parts extends Base {
  readonly completed: ReturnType<typeof namedIdentity>
}

/**
 * Who finds out who calls, in the order in which they are asked: what a client writes into a header goes before what a browser sends by itself.
 *
 * @throws TypeError where a trusted origin is none.
 */
export function identityAuthenticators(base: Base): readonly [Authenticator<Identity>, ...Authenticator<Identity>[]] {
  const parts: Parts = { ...base, completed: namedIdentity(base.options) }
  return [
    bearerAuthenticator(parts),
    keyAuthenticator(parts),
    sessionAuthenticator(parts),
    accessCookieAuthenticator(parts),
  ]
}

function bearerAuthenticator({ process, completed }: Parts): Authenticator<Identity> {
  const challenge = bearerChallenge('Bearer')
  return makeAuthenticator({
    options: {
      uses: { process },
      description: 'An access token, or an API key, as `Authorization: Bearer ...`.',
    },
    defaultName: BEARER_SCHEME,
    // Its flows are those of the operations that give the tokens.
    scheme: { type: 'oauth2', flows: {} },
    challenge,
    // Unchecked: what is remembered was checked, and what is not is checked where it is verified.
    read: (request) => uncheckedAuthorizationOf(request, 'Bearer', challenge),
    verify: (token: string, { process: accounts }) =>
      token.startsWith(API_KEY_START) ? accounts.identifyKey(token) : accounts.accessTokens.identify(token),
    completed,
  })
}

function keyAuthenticator({ process, completed }: Parts): Authenticator<Identity> {
  const header = API_KEY_HEADER.toLowerCase()
  const challenge = fixedChallenge('APIKey')
  return makeAuthenticator({
    options: { uses: { process }, description: 'An API key.' },
    defaultName: 'apiKey',
    scheme: { type: 'apiKey', in: 'header', name: API_KEY_HEADER },
    challenge,
    read: (request) => single(request.headerValues(header), challenge),
    verify: (key: string, { process: accounts }) => accounts.identifyKey(key),
    completed,
  })
}

function sessionAuthenticator(parts: Parts): Authenticator<Identity> {
  return makeAuthenticator({
    options: { uses: { process: parts.process }, description: 'A session, known by a cookie.' },
    defaultName: 'session',
    ...cookieParts(SESSION_COOKIE, parts),
    verify: (secret: string, { process: accounts }) => accounts.identifySession(secret),
    completed: parts.completed,
  })
}

function accessCookieAuthenticator(parts: Parts): Authenticator<Identity> {
  return makeAuthenticator({
    options: { uses: { process: parts.process }, description: 'An access token in a cookie.' },
    defaultName: 'accessCookie',
    ...cookieParts(ACCESS_COOKIE, parts),
    verify: (token: string, { process: accounts }) => accounts.accessTokens.identify(token),
    completed: parts.completed,
  })
}

/** A browser sends a cookie whoever wrote the page: what changes something must come from one of ours. */
function cookieParts(
  cookie: string,
  parts: Parts,
): {
  readonly scheme: SecurityScheme
  readonly challenge: Challenge
  readonly read: (request: RequestHead) => string | undefined
} {
  const origins = cookieOrigins(parts)
  const challenge = fixedChallenge(`Cookie cookie-name=${quoted(cookie)}`)
  return {
    scheme: { type: 'apiKey', in: 'cookie', name: cookie },
    challenge,
    read: (request) => {
      const value = single(cookieValues(request, cookie), challenge)
      if (value !== undefined) assertSameOriginUnlessSafe(request, origins)
      return value
    },
  }
}
