import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * A refresh token sealed with the one it takes the place of. Who has the spent token can open it, within the grace; who has the database
 * cannot, since only hashes stand there.
 */
export function sealSuccessor(spent: string, successor: string): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, keyOf(spent), nonce)
  const sealed = Buffer.concat([cipher.update(successor, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url')
}

/** @throws Error where it was sealed with another token, or has been changed. */
export function openSuccessor(spent: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv(ALGORITHM, keyOf(spent), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
}

/** The token is 256 random bits: a key of its own is derived, so that its hash in the database says nothing about it. */
function keyOf(spent: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', spent, '', 'ashlar refresh successor', KEY_BYTES))
}
