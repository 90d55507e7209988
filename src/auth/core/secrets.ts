import { createHash, randomBytes } from 'node:crypto'

const BYTES = 32

/** A secret to give out: 256 random bits as base64url, 43 characters. */
export function newSecret(): string {
  return randomBytes(BYTES).toString('base64url')
}

/** What is kept of a secret. Random bits of this length cannot be guessed, so that a plain SHA-256 is enough, and the row is found by it. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
