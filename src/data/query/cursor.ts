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
  /** Of what was signed here: a client shows the cursor it was given, and many ask for the same page. */
  readonly #signed = new Remembered()
  readonly #verifiedContents = new Remembered()

  /** @throws RangeError for a key of less than 32 bytes. */
  constructor(key: CursorKey) {
    if (key.length < MIN_KEY_BYTES) throw new RangeError(`A cursor key has at least ${MIN_KEY_BYTES} random bytes.`)
    const keys = new Uint8Array(hkdfSync('sha256', key, '', 'ashlar list cursor', 96))
    this.#encryption = createSecretKey(keys.subarray(0, 32))
    this.#nonce = createSecretKey(keys.subarray(32, 64))
    this.#signature = createSecretKey(keys.subarray(64))
  }

  seal(content: string, context: string, holds: CursorContent): string {
    if (holds === 'seen') return this.#signedCursor(content, context)
    const nonce = createHmac('sha256', this.#nonce).update(framed(content, context)).digest().subarray(0, NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#encryption, nonce).setAAD(Buffer.from(context))
    const sealed = [nonce, cipher.update(content, 'utf8'), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat(sealed).toString('base64url')
  }

  /** What was sealed; `undefined` for anything else. */
  open(cursor: string, context: string, holds: CursorContent): string | undefined {
    return holds === 'seen' ? this.#verified(cursor, context) : this.#decrypted(cursor, context)
  }

  #signedCursor(content: string, context: string): string {
    const signed = framed(content, context)
    const known = this.#signed.get(signed)
    if (known !== undefined) return known
    const cursor = Buffer.from(content).toString('base64url') + this.#sign(content, context)
    this.#signed.set(signed, cursor)
    this.#verifiedContents.set(framed(cursor, context), content)
    return cursor
  }

  #sign(content: string, context: string): string {
    return createHmac('sha256', this.#signature).update(framed(content, context)).digest('base64url')
  }

  #verified(cursor: string, context: string): string | undefined {
    const shown = framed(cursor, context)
    const known = this.#verifiedContents.get(shown)
    if (known !== undefined) return known
    const content = this.#checked(cursor, context)
    if (content !== undefined) this.#verifiedContents.set(shown, content)
    return content
  }

  #checked(cursor: string, context: string): string | undefined {
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

/** How many cursors of each kind a process remembers: some 2 MB. */
const MOST_REMEMBERED = 4_096
/** A longer one is rare, and would take the place of many. */
const LONGEST_REMEMBERED = 1_000

/** The texts of late, the oldest of which make room. A text that a client made up is never among them. */
class Remembered {
  readonly #texts = new Map<string, string>()

  get(key: string): string | undefined {
    return this.#texts.get(key)
  }

  set(key: string, text: string): void {
    if (key.length > LONGEST_REMEMBERED) return
    if (this.#texts.size >= MOST_REMEMBERED) this.#texts.delete(this.#texts.keys().next().value!)
    this.#texts.set(key, text)
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
