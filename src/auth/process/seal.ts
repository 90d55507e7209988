import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { AccountsProcess } from '../core/services.ts'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
/** So that another way to seal can be told from this one. */
const VERSION = 'v1.'

/**
 * Seals values with AES-256-GCM under a key derived of the database's (HKDF, RFC 5869). The context is authenticated with the value: what was sealed for one
 * purpose cannot be put in the place of another.
 */
export function sealing(signingKey: () => Promise<Uint8Array>): Pick<AccountsProcess, 'seal' | 'open'> {
  const keyOf = async (): Promise<Uint8Array> =>
    new Uint8Array(hkdfSync('sha256', await signingKey(), '', 'ashlar accounts seal', KEY_BYTES))
  return {
    seal: async (plain, context) => {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(ALGORITHM, await keyOf(), iv).setAAD(Buffer.from(context))
      const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return VERSION + sealed.toString('base64url')
    },
    open: async (sealed, context) => {
      const bytes = sealed.startsWith(VERSION)
        ? Buffer.from(sealed.slice(VERSION.length), 'base64url')
        : Buffer.alloc(0)
      if (bytes.length < IV_BYTES + TAG_BYTES) throw new Error(UNREADABLE)
      const decipher = createDecipheriv(ALGORITHM, await keyOf(), bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new Error(UNREADABLE, { cause })
      }
    },
  }
}

const UNREADABLE =
  'What was sealed cannot be opened: it was changed, is meant for something else, or the secret of the app (ASHLAR_SECRET, or public.ashlar_keys) is another one.'
