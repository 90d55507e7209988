import { Buffer } from 'node:buffer'
import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { Secret } from '../../core/secret.ts'

/** Signature algorithms (RFC 7518, RFC 8037). `none` is not among them. */
export type JwtAlgorithm =
  (typeof HMAC)[number] | 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | CurveAlgorithm
type CurveAlgorithm = 'ES256' | 'ES384' | 'ES512' | 'EdDSA'

const HMAC = ['HS256', 'HS384', 'HS512'] as const
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const
const CURVES: Readonly<Record<string, CurveAlgorithm>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }
/** RFC 7518 section 3.2: a key at least as long as the hash. */
const HMAC_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 }
/** RFC 7518 section 3.3. */
const RSA_BITS = 2048

/** A secret for HMAC, also as settings have it. */
export type JwtSecret = string | Uint8Array | Secret

/**
 * The key for an HMAC secret, and the algorithms it may be used with.
 *
 * @throws TypeError where it is too short, or is a public key: who verifies with a public key as a secret lets everyone sign.
 */
export function secretKey(given: JwtSecret, algorithms: readonly JwtAlgorithm[] = ['HS256']): JwtKey {
  const secret = given instanceof Secret ? given.reveal() : given
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : Buffer.from(secret)
  if (isAsymmetric(bytes)) {
    throw new TypeError(
      'The JWT secret is a key or certificate of public-key cryptography. Pass it as "publicKey", or make a secret: openssl rand -base64 32',
    )
  }
  checkAlgorithms(algorithms, HMAC, 'a secret')
  const needed = Math.max(...algorithms.map((algorithm) => HMAC_BYTES[algorithm] ?? 0))
  // White space at the ends is an accident of a file or a variable, not strength.
  const length = typeof secret === 'string' ? Buffer.byteLength(secret.trim()) : bytes.length
  if (length < needed)
    throw new TypeError(
      `The JWT secret has ${length} bytes; ${algorithms.join(', ')} needs at least ${needed}. Make one: openssl rand -base64 ${needed}`,
    )
  return { key: createSecretKey(bytes), algorithms }
}

/** A key, and the only algorithms a token may name with it. */
export interface JwtKey {
  readonly key: KeyObject
  readonly algorithms: readonly JwtAlgorithm[]
}

/**
 * A public key in PEM (SPKI, PKCS #1 or a certificate) or as a `KeyObject`, and the algorithms it may be used with: those of its type.
 *
 * @throws TypeError where it is a secret, too small, or does not go with the algorithms.
 */
export function publicKey(key: string | KeyObject, algorithms?: readonly JwtAlgorithm[]): JwtKey {
  const object = typeof key === 'string' || key.type === 'private' ? createPublicKey(key) : key
  if (object.type !== 'public') throw new TypeError('The JWT "publicKey" is a secret: pass it as "secret".')
  const possible = algorithmsOf(object)
  const chosen = algorithms ?? [possible[0]]
  checkAlgorithms(chosen, possible, `this ${object.asymmetricKeyType} key`)
  return { key: object, algorithms: chosen }
}

function algorithmsOf(key: KeyObject): readonly [JwtAlgorithm, ...JwtAlgorithm[]] {
  if (key.asymmetricKeyType === 'rsa') {
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    if (bits < RSA_BITS) throw new TypeError(`The JWT key has ${bits} bits; RSA needs at least ${RSA_BITS}.`)
    return RSA
  }
  if (key.asymmetricKeyType === 'ed25519') return ['EdDSA']
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (key.asymmetricKeyType === 'ec' && curve !== undefined) return [curve]
  throw new TypeError(`A ${key.asymmetricKeyType} key cannot verify a JWT: use Ed25519, P-256, P-384, P-521 or RSA.`)
}

/** For keys that come later, from a key set: anything but HMAC, and it must be said. */
export function keySetAlgorithms(algorithms: readonly JwtAlgorithm[]): readonly JwtAlgorithm[] {
  checkAlgorithms(algorithms, [...RSA, 'ES256', 'ES384', 'ES512', 'EdDSA'], 'a key set')
  return algorithms
}

function checkAlgorithms(chosen: readonly JwtAlgorithm[], possible: readonly JwtAlgorithm[], what: string): void {
  const wrong = chosen.find((algorithm) => !possible.includes(algorithm))
  if (wrong !== undefined || chosen.length === 0)
    throw new TypeError(`"algorithms": ${what} goes with ${possible.join(', ')}; got ${wrong ?? 'none of them'}.`)
}

/** PEM in any dressing, an OpenSSH key, a JWK, or bare SPKI, be it DER or base64. */
function isAsymmetric(bytes: Buffer): boolean {
  const text = bytes.toString('latin1')
  if (/-----\s*(BEGIN|END)\s/i.test(text) || /(ssh-(rsa|ed25519)|ecdsa-sha2-)/.test(text) || /"kty"\s*:/.test(text))
    return true
  return isDer(bytes) || isDer(Buffer.from(text.replace(/\s+/g, ''), 'base64'))
}

function isDer(bytes: Buffer): boolean {
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      createPublicKey({ key: bytes, format: 'der', type })
      return true
    } catch {
      // Not this form.
    }
  }
  return false
}
