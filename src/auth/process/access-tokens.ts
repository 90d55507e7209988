import { randomUUID } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { JWKSNoMatchingKey } from 'jose/errors'
import { clockNow } from '../../core/clock.ts'
import { isPromise, type MaybePromise } from '../../core/maybe-promise.ts'
import type { AccountsBase } from '../core/base.ts'
import type { AccessTokens, AccessTokenSubject, Issued } from '../core/services.ts'
import { bearerChallenge, refuse } from '../credentials.ts'
import type { Identity } from '../identity.ts'
import { joseSign, joseVerify } from '../jwt/jose.ts'
import { rememberingVerifier, type JwtClaims, type VerifyToken } from '../jwt/verify.ts'
import { claimsOf, subjectOf } from './access-token-claims.ts'
import type { IdentityMaker } from './identity-of.ts'
import type { KnownRevocations } from './revocations/known-revocations.ts'
import type { RevocationFeed } from './revocations/revocation-feed.ts'
import type { KeyRing } from './signing/key-ring.ts'

export interface AccessTokenParts {
  readonly base: AccountsBase
  readonly ring: KeyRing
  readonly known: KnownRevocations
  readonly feed: RevocationFeed
  readonly identityOf: IdentityMaker
}

const EXPIRES_IN_SECONDS = 900
const TYP = 'at+jwt'
const CHALLENGE = bearerChallenge('Bearer')
/** All of them must be there, whoever is asked about: a token without them is none of ours. */
const REQUIRED = ['iss', 'aud', 'sub', 'exp', 'nbf', 'iat', 'jti', 'epo']

/** How long access tokens hold, in seconds. @throws TypeError where it is no whole number above 0. */
export function accessTokenSeconds({ options: { tokens } }: Pick<AccountsBase, 'options'>): number {
  const { expiresInSeconds = EXPIRES_IN_SECONDS } = tokens ?? {}
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds <= 0)
    throw new TypeError(`accounts({ tokens: { expiresInSeconds } }): a whole number above 0; got ${expiresInSeconds}.`)
  return expiresInSeconds
}

/** What is remembered of a token. */
interface Known {
  readonly identity: Identity
  readonly issued: Issued
}

/** Access tokens as JWT (RFC 9068): verified once, and asked on each use whether they have expired or were ended. */
export class JwtAccessTokens implements AccessTokens {
  readonly expiresInSeconds: number
  readonly #parts: AccessTokenParts
  readonly #issuer: string
  readonly #audience: string
  readonly #verify: VerifyToken<Known>

  constructor(parts: AccessTokenParts) {
    const { origin, options } = parts.base
    const { issuer = origin, audience = origin, cacheEntries } = options.tokens ?? {}
    this.#parts = parts
    this.expiresInSeconds = accessTokenSeconds(parts.base)
    this.#issuer = issuer
    this.#audience = audience
    const checks = { issuer, audience, typ: TYP, ...(cacheEntries === undefined ? {} : { cacheEntries }) }
    this.#verify = rememberingVerifier((token) => this.#verified(token), checks, {
      scheme: 'Bearer',
      challenge: CHALLENGE,
      read: (claims) => this.#known(claims),
    })
  }

  get algorithm(): string {
    return this.#parts.ring.algorithm
  }

  jwks(): ReturnType<AccessTokens['jwks']> {
    return { keys: this.#parts.ring.published().flatMap(({ jwk }) => (jwk === undefined ? [] : [jwk])) }
  }

  async issue(subject: AccessTokenSubject): Promise<string> {
    const { SignJWT } = await joseSign()
    const { kid, algorithm, sign } = this.#parts.ring.current()
    const now = Math.floor(clockNow() / 1000)
    const claims = {
      ...claimsOf(subject),
      iss: this.#issuer,
      aud: subject.audience ?? this.#audience,
      iat: now,
      nbf: now,
      exp: now + this.expiresInSeconds,
      jti: randomUUID(),
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, typ: TYP, ...(kid === undefined ? {} : { kid }) })
      .sign(sign)
  }

  identify(token: string): MaybePromise<Identity> {
    const known = this.#verify(token)
    if (!isPromise(known) && this.#parts.feed.current) return this.#admitted(known)
    return this.#identifySlowly(known)
  }

  async #identifySlowly(verified: MaybePromise<Known>): Promise<Identity> {
    const known = await verified
    await this.#parts.feed.ensureCurrent()
    return this.#admitted(known)
  }

  /** @throws Unauthenticated where it was ended. */
  #admitted({ identity, issued }: Known): Identity {
    if (this.#parts.known.isRevoked(issued)) throw refuse(CHALLENGE, 'The token was ended.')
    return identity
  }

  /** @throws Unauthenticated where the claims are none that were issued here. */
  #known(claims: JwtClaims): Known {
    const subject = subjectOf(claims, this.#parts.base.users)
    if (subject === undefined) throw refuse(CHALLENGE, 'The token is not valid.')
    const via = subject.isClient === true ? 'client' : subject.clientId === undefined ? 'token' : 'oauth'
    return { identity: this.#parts.identityOf({ ...subject, via }), issued: subject }
  }

  /** The key is one of ours, looked up by its name; nothing else of the header has a say in it, but that its algorithm is the key's. */
  async #verified(token: string): Promise<JWTPayload> {
    const { ring } = this.#parts
    const keyOf = async ({ alg, kid }: { readonly alg?: string; readonly kid?: string }) => {
      const key = await ring.find(kid)
      if (key === undefined || key.algorithm !== alg) throw new JWKSNoMatchingKey()
      return key.verify
    }
    const { jwtVerify } = await joseVerify()
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms: [...ring.algorithms],
      issuer: this.#issuer,
      audience: this.#audience,
      typ: TYP,
      requiredClaims: REQUIRED,
      currentDate: new Date(clockNow()),
    })
    return payload
  }
}
