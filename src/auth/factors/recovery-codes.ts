import { randomBytes } from 'node:crypto'
import { secretHash } from '../core/secrets.ts'
import type { UserId } from '../identity.ts'
import { base32 } from './base32.ts'

const CODES = 10
/** 80 bits: too many to be guessed from a plain hash. */
const CODE_BYTES = 10
/** Crockford's: no letter that looks like a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Ten codes of 80 random bits, in four groups of four. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: CODES }, () => base32(randomBytes(CODE_BYTES), ALPHABET).replace(/(.{4})(?!$)/g, '$1-'))
}

/** What is kept of a code. It is the user's: the same code of somebody else has another hash. */
export function recoveryHash(userId: UserId, code: string): string {
  return secretHash(`recovery ${userId} ${canonicalCode(code)}`)
}

/** As it was shown, however it was copied: in any case, with any spaces, and with letters that were taken for digits. */
function canonicalCode(code: string): string {
  return code.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1')
}
