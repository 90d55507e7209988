import { randomInt, timingSafeEqual } from 'node:crypto'
import { newSecret, secretHash } from './secrets.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const PREFIX_LENGTH = 12
const FORMAT = /^ak_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/

/** What every key begins with: scanners of repositories find it by this. */
export const API_KEY_START = 'ak_'

/** A new API key, `ak_<prefix>_<secret>`: shown once, found by its prefix, and kept as the hash of its secret. */
export function newApiKey(): { readonly key: string; readonly prefix: string; readonly secretHash: string } {
  const prefix = Array.from({ length: PREFIX_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  const secret = newSecret()
  return { key: `${API_KEY_START}${prefix}_${secret}`, prefix, secretHash: secretHash(secret) }
}

/** The parts of a key; `undefined` where it is none. */
export function parseApiKey(key: string): { readonly prefix: string; readonly secret: string } | undefined {
  const [, prefix, secret] = FORMAT.exec(key) ?? []
  return prefix === undefined || secret === undefined ? undefined : { prefix, secret }
}

/** In a time that tells nothing. */
export function isSecretOf(hash: string, secret: string): boolean {
  const [known, given] = [Buffer.from(hash), Buffer.from(secretHash(secret))]
  return known.length === given.length && timingSafeEqual(known, given)
}
