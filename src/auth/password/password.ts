import { Buffer } from 'node:buffer'
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { createLanes } from './lanes.ts'
import { formatPhc, parsePhc, type Argon2Cost } from './phc.ts'

/** OWASP's minimum for Argon2id: 19 MiB, two passes, one lane; about 20 ms. */
const COST: Argon2Cost = { memoryKiB: 19_456, passes: 2, parallelism: 1 }
const SALT_BYTES = 16
const HASH_BYTES = 32

// Argon2 runs on libuv's four threads, which files and name look-ups need too, and each run takes 19 MiB. Both belong to the process, so
// this bound does as well: two at a time, and no longer a queue than about three seconds' worth.
const lanes = createLanes(2, 256)

const derive = promisify(argon2)

/**
 * Hashes a password with Argon2id, for storage. Two run at a time in a process; the text is taken whole, in Unicode's NFKC form.
 *
 * @example
 * const passwordHash = await hashPassword('correct horse battery staple')
 * passwordHash.startsWith('$argon2id$v=19$m=19456,t=2,p=1$')   // => true
 * await verifyPassword('correct horse battery staple', passwordHash)   // => true
 * @throws Unavailable (503 `unavailable`) where 256 others wait already.
 * @see RFC 9106, for Argon2; OWASP's Password Storage Cheat Sheet, for the cost; NIST SP 800-63B section 3.1.1.2, for NFKC.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await lanes.run(() => digest(password, { ...COST, salt, bytes: HASH_BYTES }))
  return formatPhc({ ...COST, salt, hash })
}

/**
 * Whether this is the password that was hashed. Pass `undefined` for an account that does not exist: it takes as long as one that does,
 * so that nobody can find out which do.
 *
 * @example
 * const found = await people.byEmail(body.email)
 * const known = await verifyPassword(body.password, found?.passwordHash)
 * if (!known || found === undefined) throw new Unauthenticated('Wrong e-mail or password.')
 * @throws Unavailable (503 `unavailable`) where 256 others wait already.
 * @throws TypeError where the stored hash is no Argon2id hash in PHC form.
 */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  if (stored === undefined || stored === null) {
    await hashPassword(password)
    return false
  }
  const { hash, ...cost } = parsePhc(stored)
  const found = await lanes.run(() => digest(password, { ...cost, bytes: hash.length }))
  return timingSafeEqual(found, hash)
}

/**
 * Whether a stored hash was made with a lower cost than today's: hash the password anew where it was just verified.
 *
 * @example
 * const found = await people.byEmail(body.email)
 * if (found !== undefined && needsRehash(found.passwordHash))
 *   await people.setPasswordHash(found.id, await hashPassword(body.password))
 * @throws TypeError where the stored hash is no Argon2id hash in PHC form.
 */
export function needsRehash(stored: string): boolean {
  const { memoryKiB, passes, hash, salt } = parsePhc(stored)
  return memoryKiB < COST.memoryKiB || passes < COST.passes || hash.length < HASH_BYTES || salt.length < SALT_BYTES
}

interface Derivation extends Argon2Cost {
  readonly salt: Buffer
  readonly bytes: number
}

function digest(password: string, { salt, memoryKiB, passes, parallelism, bytes }: Derivation): Promise<Buffer> {
  // NIST SP 800-63B section 3.1.1.2: normalised, so that the same password typed on another keyboard is the same bytes.
  const message = Buffer.from(password.normalize('NFKC'), 'utf8')
  return derive('argon2id', { message, nonce: salt, memory: memoryKiB, passes, parallelism, tagLength: bytes })
}
