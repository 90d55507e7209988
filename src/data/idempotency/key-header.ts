import type { RequestHead } from '../../core/request.ts'
import { IdempotencyKeyInvalid, IdempotencyKeyRequired } from './errors.ts'

/** Of the standard to be (draft-ietf-httpapi-idempotency-key-header). */
export const KEY_HEADER = 'idempotency-key'

const BARE = /^[\x21\x23-\x7e][\x21-\x7e]{0,254}$/
/** A string of structured fields (RFC 8941 section 3.3.3), without spaces: quotes and backslashes in it are escaped. */
const QUOTED = /^"(?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,255}"$/

/**
 * The key of a request; `undefined` where it has none. The standard has it in quotes and many clients send it without them: both are the same key.
 *
 * @throws IdempotencyKeyInvalid for what is no key, and for two of them.
 * @throws IdempotencyKeyRequired where there is none and there must be.
 */
export function readKey(head: Pick<RequestHead, 'headerValues'>, required: boolean): string | undefined {
  const values = head.headerValues(KEY_HEADER)
  if (values.length === 0) {
    if (required) throw new IdempotencyKeyRequired()
    return undefined
  }
  const [value = '', another] = values
  if (another !== undefined) throw new IdempotencyKeyInvalid('The request has several Idempotency-Key headers.')
  if (QUOTED.test(value)) return value.slice(1, -1).replaceAll(/\\(["\\])/g, '$1')
  if (BARE.test(value)) return value
  throw new IdempotencyKeyInvalid()
}
