import type { Authenticator, Principal } from '../../core/access/authenticator.ts'
import type { UsedValues, Uses } from '../../core/dependency.ts'
import { chain, type MaybePromise } from '../../core/maybe-promise.ts'
import { bearerReading } from '../bearer.ts'
import { bearerChallenge, uncheckedAuthorizationOf } from '../credentials.ts'
import type { AuthenticatorOptions } from '../make-authenticator.ts'
import { tokenVerifier, type JwtChecks, type JwtClaims, type JwtKeySource } from './verify.ts'

export interface JwtUserOptions<User extends Principal, U extends Uses> extends AuthenticatorOptions<U> {
  /** The word before the token. Default `Bearer`. */
  readonly scheme?: string
  /**
   * Who the claims are about; `undefined` refuses the token. Asked on every request, also where the token was verified before: look the
   * user up here where ending an account must end its tokens.
   */
  readonly user: (claims: JwtClaims, uses: UsedValues<U>) => MaybePromise<User | undefined>
}

/** Which JSON Web Tokens are accepted, and whose they are. */
export type JwtBearerOptions<User extends Principal, U extends Uses> = JwtUserOptions<User, U> &
  JwtKeySource &
  JwtChecks

/**
 * Callers with a JWT (RFC 7519, RFC 8725). The algorithm is that of the key, never the token's choice; `exp` is required; `nbf`, `crit`,
 * and `iss`, `aud`, `typ` and age as configured are checked. A token is verified once and remembered until it ends.
 * One that is not valid answers 401 `unauthenticated`; a key set that cannot be fetched, 503 `unavailable`.
 *
 * @example
 * const token = jwtBearer({ secret: config.jwtSecret, audience: 'blog', user: ({ sub }) => ({ id: String(sub) }) })
 * export const { authenticated } = accessFor(token)
 * @throws TypeError where the secret is shorter than 32 bytes or a public key, or the algorithms do not go with the key.
 * @see jwtTokens, which issues such tokens too.
 */
export function jwtBearer<User extends Principal, const U extends Uses = {}>(
  options: JwtBearerOptions<User, U>,
): Authenticator<User> {
  const { name, description, uses, scheme, user } = options
  const word = scheme ?? 'Bearer'
  const verify = tokenVerifier(options, word, bearerChallenge(word))
  return bearerReading<User, U>(uncheckedAuthorizationOf, {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(uses === undefined ? {} : { uses }),
    ...(scheme === undefined ? {} : { scheme }),
    bearerFormat: 'JWT',
    verify: (token, values) => chain(verify(token), (claims) => user(claims, values)),
  })
}
