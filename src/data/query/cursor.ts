import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'

/** The secret that seals cursors: at least 32 random bytes, the same in all processes of an app. */
export type CursorKey = Uint8Array

const MIN_KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'
/** HMAC-SHA-256 as base64url. */
const SIGNATURE_LENGTH = 43

/** What a cursor holds: only what its caller has seen, or values of private columns too. */
export type CursorContent = 'seen' | 'private'

/**
 * Makes cursors that nobody else can make. Each belongs to a context, which is not in it. What holds values of private columns, such as a key that
 * gives the order, cannot be read either; all else is only signed, which costs a quarter of it. Equal contents give equal cursors, so that a page
 * stays the same page.
 *
 * Signed: HMAC-SHA-256. Sealed: AES-256-GCM; the nonce is an HMAC of what is sealed, so no nonce is ever used for two contents.
 *
 * @see RFC 2104; NIST SP 800-38D
 */
export class CursorSeal {
  readonly #encryption: KeyObject
  readonly #nonce: KeyObject
  readonly #signature: KeyObject

  /** @throws RangeError for a key of less than 32 bytes. */
  constructor(key: CursorKey) {
    if (key.length < MIN_KEY_BYTES) throw new RangeError(`A cursor key has at least ${MIN_KEY_BYTES} random bytes.`)
    const keys = new Uint8Array(hkdfSync('sha256', key, '', 'ashlar list cursor', 96))
    this.#encryption = createSecretKey(keys.subarray(0, 32))
    this.#nonce = createSecretKey(keys.subarray(32, 64))
    this.#signature = createSecretKey(keys.subarray(64))
  }

  seal(content: string, context: string, holds: CursorContent): string {
    if (holds === 'seen') return Buffer.from(content).toString('base64url') + this.#sign(content, context)
    const nonce = createHmac('sha256', this.#nonce).update(framed(content, context)).digest().subarray(0, NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#encryption, nonce).setAAD(Buffer.from(context))
    const sealed = [nonce, cipher.update(content, 'utf8'), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat(sealed).toString('base64url')
  }

  /** What was sealed; `undefined` for anything else. */
  open(cursor: string, context: string, holds: CursorContent): string | undefined {
    return holds === 'seen' ? this.#verified(cursor, context) : this.#decrypted(cursor, context)
  }

  #sign(content: string, context: string): string {
    return createHmac('sha256', this.#signature).update(framed(content, context)).digest('base64url')
  }

  #verified(cursor: string, context: string): string | undefined {
    const body = cursor.slice(0, -SIGNATURE_LENGTH)
    const content = Buffer.from(body, 'base64url').toString('utf8')
    // Made anew and compared as a whole: the decoder skips what it does not know, so that many texts would be one cursor.
    const made = Buffer.from(body + this.#sign(content, context))
    const given = Buffer.from(cursor)
    if (given.length !== made.length || !timingSafeEqual(given, made)) return undefined
    return Buffer.from(content).toString('base64url') === body ? content : undefined
  }

  #decrypted(cursor: string, context: string): string | undefined {
    const bytes = Buffer.from(cursor, 'base64url')
    if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== cursor) return undefined
    const decipher = createDecipheriv(CIPHER, this.#encryption, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
    const content = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
    try {
      return Buffer.concat([content, decipher.final()]).toString('utf8')
    } catch {
      return undefined
    }
  }
}

/** Where one ends and the other begins is part of it. */
function framed(content: string, context: string): string {
  return `${context.length}:${context}${content}`
}

export type CursorDirection = 'next' | 'previous'

/** The values of a row's sort terms, as PostgreSQL's text of them, and on which side of the row to go on. */
export interface CursorPosition {
  readonly direction: CursorDirection
  readonly values: readonly (string | null)[]
}

export function writePosition({ direction, values }: CursorPosition): string {
  return JSON.stringify([direction === 'next' ? 1 : 0, ...values])
}

export function readPosition(content: string): CursorPosition {
  const [forward, ...values] = JSON.parse(content) as [0 | 1, ...(string | null)[]]
  return { direction: forward === 1 ? 'next' : 'previous', values }
}
