import type { Authenticator, Principal } from '../core/access/authenticator.ts'
import type { Uses } from '../core/dependency.ts'
import { cookieValues, single } from './api-key.ts'
import { fixedChallenge, quoted } from './credentials.ts'
import { makeAuthenticator, type AuthenticatorOptions, type Verify } from './make-authenticator.ts'

/** How sessions in a cookie are found and verified. */
export interface CookieSessionOptions<User extends Principal, U extends Uses> extends AuthenticatorOptions<U> {
  /** The cookie's name. Default `__Host-session`: browsers then insist on `Secure`, `Path=/` and no `Domain`. */
  readonly cookie?: string
  /** Whose session this is; `undefined` where it is unknown, ended or expired. Store and look up a hash of the id. */
  readonly find: Verify<[id: string], User, U>
}

/**
 * Callers with a session, known by the id in a cookie. A session that is not found answers 401 `unauthenticated`, even where the caller is optional:
 * let the operation that signs out be open to `anyone` and clear the cookie.
 *
 * @example
 * const session = cookieSession({ uses: { sessions }, find: (id, { sessions }) => sessions.owner(id) })
 * export const { authenticated } = accessFor(session)
 * @see RFC 6265bis section 4.1.3, for the prefix `__Host-`.
 * @throws TypeError where `name` is not a name for a component of OpenAPI.
 */
export function cookieSession<User extends Principal, const U extends Uses = {}>(
  options: CookieSessionOptions<User, U>,
): Authenticator<User> {
  const cookie = options.cookie ?? '__Host-session'
  // RFC 9110 wants a challenge with every 401; browsers leave one they do not know to the page.
  const challenge = fixedChallenge(`Cookie cookie-name=${quoted(cookie)}`)
  return makeAuthenticator<string, User, U>({
    options,
    defaultName: 'session',
    scheme: { type: 'apiKey', in: 'cookie', name: cookie },
    challenge,
    read: (request) => single(cookieValues(request, cookie), challenge),
    verify: options.find,
  })
}
