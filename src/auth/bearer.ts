import type { Authenticator, Principal, SecurityScheme } from '../core/access/authenticator.ts'
import type { Uses } from '../core/dependency.ts'
import { authorizationOf, bearerChallenge } from './credentials.ts'
import { makeAuthenticator, type AuthenticatorOptions, type Verify } from './make-authenticator.ts'

export interface BearerScheme {
  /** The word before the token. Default `Bearer`; any other is documented as an API key in the Authorization header. */
  readonly scheme?: string
  /** A hint for readers of the documentation, such as `JWT`. */
  readonly bearerFormat?: string
}

/** How bearer tokens are verified. */
export interface BearerOptions<User extends Principal, U extends Uses> extends AuthenticatorOptions<U>, BearerScheme {
  /** Whose token this is; `undefined` where it is not valid. Look it up by a hash, or compare in constant time. */
  readonly verify: Verify<[token: string], User, U>
}

/**
 * Callers with a token: `Authorization: Bearer <token>` (RFC 6750). A token that is malformed or not valid answers 401 `unauthenticated`.
 *
 * @example
 * const token = bearer({ uses: { tokens }, verify: (token, { tokens }) => tokens.owner(token) })
 * export const { authenticated } = accessFor(token)
 * @throws TypeError where `name` is not a name for a component of OpenAPI, or `scheme` is not one token of RFC 9110.
 */
export function bearer<User extends Principal, const U extends Uses = {}>(
  options: BearerOptions<User, U>,
): Authenticator<User> {
  return bearerReading(authorizationOf, options)
}

/** As {@link bearer}, with a reader of its own for the Authorization header. */
export function bearerReading<User extends Principal, U extends Uses>(
  read: typeof authorizationOf,
  options: BearerOptions<User, U>,
): Authenticator<User> {
  const word = schemeWord(options.scheme)
  const challenge = bearerChallenge(word)
  return makeAuthenticator<string, User, U>({
    options,
    defaultName: 'bearer',
    scheme: bearerSecurity(word, options.bearerFormat),
    challenge,
    read: (request) => read(request, word, challenge),
    verify: options.verify,
  })
}

/** @throws TypeError where it is not one token of RFC 9110. */
function schemeWord(scheme = 'Bearer'): string {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(scheme))
    throw new TypeError(
      `The scheme is the one word before the token, such as "Bearer" or "Token"; got ${JSON.stringify(scheme)}.`,
    )
  return scheme
}

function bearerSecurity(word: string, bearerFormat: string | undefined): SecurityScheme {
  if (word.toLowerCase() === 'bearer')
    return { type: 'http', scheme: 'bearer', ...(bearerFormat === undefined ? {} : { bearerFormat }) }
  // OpenAPI knows only the schemes IANA registers; an unregistered one can be documented as the header it is.
  return {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: `The word \`${word}\`, a space, and the token.`,
  }
}
