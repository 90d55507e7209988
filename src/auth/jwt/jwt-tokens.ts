import { createPrivateKey, randomUUID, type KeyObject } from 'node:crypto'
import { clockNow } from '../../core/clock.ts'
import type { Authenticator, Principal } from '../../core/access/authenticator.ts'
import type { Uses } from '../../core/dependency.ts'
import { joseSign } from './jose.ts'
import { jwtBearer, type JwtUserOptions } from './jwt-bearer.ts'
import { publicKey, secretKey, type JwtAlgorithm, type JwtKey, type JwtSecret } from './key.ts'
import type { JwtChecks } from './verify.ts'

type SigningKey =
  | { /** For HMAC: at least 32 bytes. */ readonly secret: JwtSecret; readonly algorithm?: JwtAlgorithm }
  | { /** PEM or `KeyObject`. */ readonly privateKey: string | KeyObject; readonly algorithm?: JwtAlgorithm }

/** How JSON Web Tokens are issued and accepted, and whose they are. */
export type JwtTokensOptions<User extends Principal, U extends Uses> = JwtUserOptions<User, U> &
  Omit<JwtChecks, 'issuer' | 'audience'> &
  SigningKey & {
    /** How long a token holds. Default 900: 15 minutes. */
    readonly expiresInSeconds?: number
    /** Written into `iss` and required of it. */
    readonly issuer?: string
    /** Written into `aud` and required of it. */
    readonly audience?: string
  }

/** What a token says besides when, by whom and for whom, which are set here. */
export interface IssuedClaims {
  /** Whom the token is about. */
  readonly sub: string
  readonly [claim: string]: unknown
}

/** Issues tokens, and knows their bearers. */
export interface JwtTokens<User extends Principal> {
  /** A signed token with these claims and `iat`, `exp`, `jti`, and `iss` and `aud` where configured. */
  issue(claims: IssuedClaims): Promise<string>
  readonly authenticator: Authenticator<User>
}

const EXPIRES_IN_SECONDS = 900
/** RFC 9068: an ID token or another service's token, signed with the same key, is no access token. */
const TYP = 'at+jwt'

/**
 * Tokens of the app's own (RFC 7519), of 15 minutes unless it says otherwise: issued and verified by one declaration.
 *
 * @example
 * export const tokens = jwtTokens({ secret: config.jwtSecret, issuer: 'blog', user: ({ sub }) => ({ id: String(sub) }) })
 * export const { authenticated } = accessFor(tokens.authenticator)
 * const token = await tokens.issue({ sub: 'ada' })
 * token.split('.').length   // => 3
 * @throws TypeError where the secret is shorter than 32 bytes or a public key, the algorithm does not go with the key, or
 * `expiresInSeconds` is not a whole number above 0.
 * @see RFC 9068, for the `typ` `at+jwt`; RFC 8725
 */
export function jwtTokens<User extends Principal, const U extends Uses = {}>(
  options: JwtTokensOptions<User, U>,
): JwtTokens<User> {
  const { sign, verification } = keysOf(options)
  const typ = options.typ ?? TYP
  const expiresIn = options.expiresInSeconds ?? EXPIRES_IN_SECONDS
  if (!Number.isInteger(expiresIn) || expiresIn <= 0)
    throw new TypeError(`"expiresInSeconds" is a whole number above 0; got ${expiresIn}.`)
  return {
    issue: async (claims) => {
      const { SignJWT } = await joseSign()
      const now = Math.floor(clockNow() / 1000)
      const jwt = new SignJWT({ ...claims, iat: now, exp: now + expiresIn, jti: randomUUID() })
      if (options.issuer !== undefined) jwt.setIssuer(options.issuer)
      if (options.audience !== undefined) jwt.setAudience(options.audience)
      return jwt.setProtectedHeader({ alg: sign.algorithms[0] ?? 'HS256', typ }).sign(sign.key)
    },
    authenticator: jwtBearer<User, U>({ ...options, typ, ...verification }),
  }
}

function keysOf(options: SigningKey): {
  readonly sign: JwtKey
  readonly verification: { readonly secret: JwtSecret } | { readonly publicKey: KeyObject }
} {
  const algorithms = options.algorithm === undefined ? undefined : [options.algorithm]
  const chosen = algorithms === undefined ? {} : { algorithms }
  if ('secret' in options)
    return { sign: secretKey(options.secret, algorithms), verification: { secret: options.secret, ...chosen } }
  const key = typeof options.privateKey === 'string' ? createPrivateKey(options.privateKey) : options.privateKey
  const verify = publicKey(key, algorithms)
  return { sign: { key, algorithms: verify.algorithms }, verification: { publicKey: verify.key, ...chosen } }
}
