import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from 'jose'
import * as errors from 'jose/errors'
import type { KeyObject } from 'node:crypto'
import { clockNow } from '../../core/clock.ts'
import { Unavailable, type Unauthenticated } from '../../core/errors/index.ts'
import type { MaybePromise } from '../../core/maybe-promise.ts'
import { checkToken68, refuse, type Challenge } from '../credentials.ts'
import { onFirstUse } from '../core/on-first-use.ts'
import { createClaimsCache } from './claims-cache.ts'
import { joseVerify } from './jose.ts'
import { keySetAlgorithms, publicKey, secretKey, type JwtAlgorithm, type JwtSecret } from './key.ts'

/** The claims of a verified token. Shared by all requests with that token, and therefore frozen. */
export interface JwtClaims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  readonly jti?: string
  readonly nbf?: number
  readonly iat?: number
  /** Seconds since the epoch. Always there: a token that never ends is refused. */
  readonly exp: number
  readonly [claim: string]: unknown
}

/** What tokens are signed with. What a token itself names (`jku`, `jwk`, `x5u`) is never fetched or used. */
export type JwtKeySource =
  | {
      /** For HMAC: at least 32 bytes for HS256, 48 for HS384, 64 for HS512. */
      readonly secret: JwtSecret
      /** Default `['HS256']`. */
      readonly algorithms?: readonly JwtAlgorithm[]
    }
  | {
      /** PEM or `KeyObject`. */
      readonly publicKey: string | KeyObject
      /** Default: the one of the key's curve; `RS256` for RSA. */
      readonly algorithms?: readonly JwtAlgorithm[]
    }
  | {
      /** The issuer's keys: themselves, or the URL they are fetched from, kept 10 minutes and asked at most every 30 s for an unknown `kid`. */
      readonly jwks: JSONWebKeySet | URL
      readonly algorithms: readonly JwtAlgorithm[]
    }

export interface JwtChecks {
  /** Required of `iss` where given. */
  readonly issuer?: string | readonly string[]
  /** Required of `aud` where given. Where not, a token that names an audience is refused: it is meant for somebody else. */
  readonly audience?: string | readonly string[]
  /** Required of the header's `typ` where given, such as `at+jwt`: keeps other tokens of the same issuer out. */
  readonly typ?: string
  /** How far the clocks may differ. Default 0, at most 300. */
  readonly clockToleranceSeconds?: number
  /** Refuses older tokens by `iat`, whatever their `exp`. */
  readonly maxAgeSeconds?: number
  /** Verified tokens remembered. Default 10,000; 0 verifies each time. */
  readonly cacheEntries?: number
}

const CACHE_ENTRIES = 10_000
const MAX_TOLERANCE_SECONDS = 300

/** Gives what a token says: at once where it was verified before. Throws Unauthenticated, or Unavailable where the key set cannot be had. */
export type VerifyToken<Said = JwtClaims> = (token: string) => MaybePromise<Said>

/** @throws TypeError where the key does not go with the algorithms, or is too weak. */
export function tokenVerifier(options: JwtKeySource & JwtChecks, scheme: string, challenge: Challenge): VerifyToken {
  return rememberingVerifier(signatureVerifier(options), options, { scheme, challenge, read: (claims) => claims })
}

interface Reading<Said> {
  readonly scheme: string
  readonly challenge: Challenge
  /** What is remembered of the claims. What it throws refuses the token. */
  readonly read: (claims: JwtClaims) => Said
}

/** A verifier that remembers what it has verified, for as long as that holds. */
export function rememberingVerifier<Said>(
  verify: (token: string) => Promise<JWTPayload>,
  options: JwtChecks,
  { scheme, challenge, read }: Reading<Said>,
): VerifyToken<Said> {
  const cache = createClaimsCache<Said>(options.cacheEntries ?? CACHE_ENTRIES)
  const tolerance = toleranceOf(options)
  const slow = async (token: string): Promise<Said> => {
    // Only here: what the cache knows has been checked, and the check costs as much as the look-up.
    checkToken68(token, scheme, challenge)
    const claims = await verify(token).catch((error: unknown) => {
      throw failure(error, challenge)
    })
    if (options.audience === undefined && claims.aud !== undefined)
      throw refuse(challenge, 'The token is meant for another audience.')
    const frozen = deepFreeze(claims as JwtClaims)
    const said = read(frozen)
    const verified = Math.floor(clockNow() / 1000)
    if ((claims.iat ?? 0) > verified + MAX_TOLERANCE_SECONDS)
      throw refuse(challenge, 'The token was issued at a time that has not come yet.')
    cache.set(token, said, { verified, expires: endOf(frozen, options.maxAgeSeconds) + tolerance })
    return said
  }
  return (token) => cache.get(token, Math.floor(clockNow() / 1000)) ?? slow(token)
}

function endOf({ exp, iat }: JwtClaims, maxAgeSeconds = Infinity): number {
  return Math.min(exp, (iat ?? exp) + maxAgeSeconds)
}

function toleranceOf({ clockToleranceSeconds = 0 }: JwtChecks): number {
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= MAX_TOLERANCE_SECONDS))
    throw new TypeError(`"clockToleranceSeconds" is 0 to ${MAX_TOLERANCE_SECONDS}; got ${clockToleranceSeconds}.`)
  return clockToleranceSeconds
}

function signatureVerifier(options: JwtKeySource & JwtChecks): (token: string) => Promise<JWTPayload> {
  const checks = {
    requiredClaims: ['exp'],
    clockTolerance: toleranceOf(options),
    ...(options.issuer === undefined ? {} : { issuer: listOf(options.issuer) }),
    ...(options.audience === undefined ? {} : { audience: listOf(options.audience) }),
    ...(options.typ === undefined ? {} : { typ: options.typ }),
    ...(options.maxAgeSeconds === undefined ? {} : { maxTokenAge: options.maxAgeSeconds }),
  }
  if ('jwks' in options) {
    const algorithms = [...keySetAlgorithms(options.algorithms)]
    const keys = keySet(options.jwks)
    return async (token) =>
      (await (await joseVerify()).jwtVerify(token, await keys(), { ...checks, algorithms, currentDate: now() })).payload
  }
  const { key, algorithms } =
    'secret' in options
      ? secretKey(options.secret, options.algorithms)
      : publicKey(options.publicKey, options.algorithms)
  const accepted = { ...checks, algorithms: [...algorithms] }
  return async (token) =>
    (await (await joseVerify()).jwtVerify(token, key, { ...accepted, currentDate: now() })).payload
}

function now(): Date {
  return new Date(clockNow())
}

/** @throws TypeError where it is neither a set nor the URL of one. */
function keySet(jwks: JSONWebKeySet | URL): () => Promise<JWTVerifyGetKey> {
  if (jwks instanceof URL) return onFirstUse(async () => (await import('jose/jwks/remote')).createRemoteJWKSet(jwks))
  if (!Array.isArray(jwks.keys) || !jwks.keys.every((key) => typeof key === 'object'))
    throw new TypeError('"jwks" is a JWK Set (RFC 7517), as { keys: [...] }, or the URL of one.')
  return onFirstUse(async () => (await import('jose/jwks/local')).createLocalJWKSet(jwks))
}

function listOf(value: string | readonly string[]): string[] {
  return typeof value === 'string' ? [value] : [...value]
}

type Refusal = InstanceType<typeof Unauthenticated> | InstanceType<typeof Unavailable>

/** Errors about the token are the caller's; that its key set could not be fetched or read is not. */
function failure(error: unknown, challenge: Challenge): Refusal {
  if (error instanceof errors.JWTExpired) return refuse(challenge, 'The token has expired.', error)
  const ofKeySet = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || isGeneric(error)
  if (ofKeySet)
    return new Unavailable('The keys that verify tokens cannot be had.', {
      cause: error,
      headers: { 'retry-after': '5' },
    })
  return refuse(challenge, 'The token is not valid.', error)
}

/** jose throws its base class for a key set that did not answer 200, and `fetch` a TypeError. */
function isGeneric(error: unknown): boolean {
  return !(error instanceof errors.JOSEError) || error.constructor === errors.JOSEError
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
