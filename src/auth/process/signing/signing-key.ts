import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { JwtAlgorithm } from '../../jwt/key.ts'

/** A key that signs tokens, or has signed some that still hold. */
export interface SigningKey {
  /** Names it in a token; a shared secret has none. */
  readonly kid: string | undefined
  readonly algorithm: JwtAlgorithm
  readonly sign: KeyObject
  readonly verify: KeyObject
  /** Its public half, as in a JWK Set; a shared secret has none. */
  readonly jwk: PublicJwk | undefined
}

export type PublicJwk = Readonly<Record<string, unknown>>

/** A new key for an algorithm of curves. */
export function generateSigningKey(algorithm: 'EdDSA' | 'ES256'): KeyObject {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519').privateKey
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

/** A private key with its public half, under its thumbprint (RFC 7638) where it has no other name. */
export async function asymmetricKey(privateKey: KeyObject, algorithm: JwtAlgorithm): Promise<SigningKey> {
  const verify = createPublicKey(privateKey)
  const bare = verify.export({ format: 'jwk' })
  const { calculateJwkThumbprint } = await import('jose/jwk/thumbprint')
  const kid = await calculateJwkThumbprint(bare)
  return { kid, algorithm, sign: privateKey, verify, jwk: { ...bare, kid, alg: algorithm, use: 'sig' } }
}

export function privateKeyText(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' })
}

export function privateKeyOf(text: string): KeyObject {
  return createPrivateKey(text)
}
