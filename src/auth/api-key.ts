import type { Authenticator, Principal } from '../core/access/authenticator.ts'
import type { Uses } from '../core/dependency.ts'
import type { RequestHead } from '../core/request.ts'
import { fixedChallenge, refuse, type Challenge } from './credentials.ts'
import { makeAuthenticator, type AuthenticatorOptions, type Verify } from './make-authenticator.ts'

/** How API keys are found and verified. */
export interface ApiKeyOptions<User extends Principal, U extends Uses> extends Omit<AuthenticatorOptions<U>, 'name'> {
  /** Its name under `components.securitySchemes`. Default `apiKey`. */
  readonly schemeName?: string
  /** Where the key stands. A query ends up in logs and histories: choose it only where a client can do nothing else. */
  readonly in: 'header' | 'query' | 'cookie'
  /** The name of the header, query parameter or cookie. */
  readonly name: string
  /** Whose key this is; `undefined` where it is not valid. Look it up by a hash, or compare in constant time. */
  readonly verify: Verify<[key: string], User, U>
}

const CHALLENGE = fixedChallenge('APIKey')

/**
 * Callers with a key in a header, a query parameter or a cookie. A key that is empty, not valid, or there twice answers 401 `unauthenticated`.
 *
 * @example
 * const key = apiKey({ in: 'header', name: 'X-API-Key', uses: { keys }, verify: (key, { keys }) => keys.owner(key) })
 * @throws TypeError where `schemeName` is not a name for a component of OpenAPI.
 * @see OpenAPI Specification 3.1.1 section 4.8.27, the Security Scheme Object
 */
export function apiKey<User extends Principal, const U extends Uses = {}>(
  options: ApiKeyOptions<User, U>,
): Authenticator<User> {
  const { schemeName, in: place, name, ...rest } = options
  return makeAuthenticator<string, User, U>({
    options: schemeName === undefined ? rest : { ...rest, name: schemeName },
    defaultName: 'apiKey',
    scheme: { type: 'apiKey', in: place, name },
    challenge: CHALLENGE,
    read: readerOf(place, name),
    verify: options.verify,
  })
}

function readerOf(place: 'header' | 'query' | 'cookie', name: string): (request: RequestHead) => string | undefined {
  if (place === 'cookie') return (request) => single(cookieValues(request, name))
  if (place === 'query') return (request) => single(request.queryValues(name))
  const lowerCase = name.toLowerCase()
  return (request) => single(request.headerValues(lowerCase))
}

/** Exactly one key: of two, no two readers would choose the same. */
export function single(values: readonly string[], challenge: Challenge = CHALLENGE): string | undefined {
  if (values.length > 1) throw refuse(challenge, 'The key stands more than once.')
  if (values[0] === '') throw refuse(challenge, 'The key is empty.')
  return values[0]
}

export function cookieValues(request: RequestHead, name: string): readonly string[] {
  const value = request.cookie(name)
  return value === undefined ? [] : [value]
}
