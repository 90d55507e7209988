import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'

/** The secret that seals cursors: at least 32 random bytes, the same in all processes of an app. */
export type CursorKey = Uint8Array

const MIN_KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'

/**
 * Seals what a cursor says, so that nobody can read or make one: it holds values of a row, the key among them, which may be private. The
 * context is not in the cursor, but it opens in that context only. Equal contents give equal cursors, so that a page stays the same page.
 *
 * AES-256-GCM; the nonce is an HMAC of what is sealed, so no nonce is ever used for two contents.
 *
 * @see NIST SP 800-38D
 */
export class CursorSeal {
  readonly #encryption: Uint8Array
  readonly #nonce: Uint8Array

  /** @throws RangeError for a key of less than 32 bytes. */
  constructor(key: CursorKey) {
    if (key.length < MIN_KEY_BYTES) throw new RangeError(`A cursor key has at least ${MIN_KEY_BYTES} random bytes.`)
    const keys = new Uint8Array(hkdfSync('sha256', key, '', 'ashlar list cursor', 64))
    this.#encryption = keys.subarray(0, 32)
    this.#nonce = keys.subarray(32)
  }

  seal(content: string, context: string): string {
    const nonce = createHmac('sha256', this.#nonce)
      .update(`${Buffer.byteLength(context)}:${context}${content}`)
      .digest()
      .subarray(0, NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#encryption, nonce).setAAD(Buffer.from(context))
    const sealed = [nonce, cipher.update(content, 'utf8'), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat(sealed).toString('base64url')
  }

  /** What was sealed; `undefined` for anything else. */
  open(cursor: string, context: string): string | undefined {
    const bytes = Buffer.from(cursor, 'base64url')
    // The decoder skips what it does not know, so that many texts would be one cursor.
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
