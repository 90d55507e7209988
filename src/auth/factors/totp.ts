import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { base32 } from './base32.ts'

/** RFC 4226 section 4, R6, recommends as many bits as the hash has. */
const SECRET_BYTES = 20
const STEP_SECONDS = 30
const DIGITS = 6
/** Clocks differ, and people type slowly: one step to either side (RFC 6238 section 5.2). */
const STEPS_AROUND = [0, -1, 1] as const

/** A new shared secret. */
export function newTotpSecret(): Uint8Array {
  return randomBytes(SECRET_BYTES)
}

/** The time step of a moment in milliseconds since the epoch (RFC 6238 section 4.2). */
export function totpStep(milliseconds: number): number {
  return Math.floor(milliseconds / 1000 / STEP_SECONDS)
}

/** The code of a time step: HMAC-SHA-1, truncated to 6 digits (RFC 4226 section 5.3). */
export function totpCode(secret: Uint8Array, step: number, digits: number = DIGITS): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', secret).update(counter).digest()
  const offset = digest[digest.length - 1]! & 0xf
  const truncated = digest.readUInt32BE(offset) & 0x7fff_ffff
  return String(truncated % 10 ** digits).padStart(digits, '0')
}

/**
 * The step that a code belongs to, of those around `now`; `undefined` where it belongs to none.
 *
 * @param after - Steps up to this one have been used: a code is good for one use (RFC 6238 section 5.2).
 */
export function matchingStep(
  secret: Uint8Array,
  code: string,
  { now, after }: { readonly now: number; readonly after: number },
): number | undefined {
  const current = totpStep(now)
  const given = Buffer.from(code)
  let found: number | undefined
  // All of them, so that the time says nothing about which one it was.
  for (const step of STEPS_AROUND.map((distance) => current + distance)) {
    const expected = Buffer.from(totpCode(secret, step))
    if (given.length === expected.length && timingSafeEqual(given, expected) && step > after) found ??= step
  }
  return found
}

/** What authenticator apps read from a QR code: the `otpauth://` key URI format. */
export function totpUri(
  secret: Uint8Array,
  { issuer, account }: { readonly issuer: string; readonly account: string },
): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  const query = `secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}`
  return `otpauth://totp/${label}?${query}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`
}
