import { z } from 'zod'
import { defineError } from '../../core/errors/index.ts'

/** 400: the operation takes no request without a key. */
export const IdempotencyKeyRequired = defineError({
  code: 'idempotency_key_required',
  status: 400,
  title: 'An Idempotency-Key is required',
  fix: 'Send the header Idempotency-Key with a value that nobody else uses, such as a random UUID, and the same one with each retry.',
})

/** 400: the header is there, and is no key. */
export const IdempotencyKeyInvalid = defineError({
  code: 'idempotency_key_invalid',
  status: 400,
  title: 'The Idempotency-Key is not valid',
  fix: 'Send one Idempotency-Key of 1 to 255 visible ASCII characters, with or without double quotes around it.',
})

/** 422: the key belongs to another request. */
export const IdempotencyKeyReused = defineError({
  code: 'idempotency_key_reused',
  status: 422,
  title: 'The Idempotency-Key was used for another request',
  fix: 'Send a new key for a new request; a retry sends exactly what the first attempt sent.',
})

/** 409: the first request with the key has not ended. */
export const IdempotencyInFlight = defineError({
  code: 'idempotency_in_flight',
  status: 409,
  title: 'A request with this Idempotency-Key is under way',
  fix: 'Send the same request with the same key again after the seconds in the Retry-After header.',
})

/** 409: carried out before, with an answer that was too large to keep. */
export const IdempotencyAnswerTooLarge = defineError({
  code: 'idempotency_answer_too_large',
  status: 409,
  title: 'The request was carried out before, and its answer was too large to keep',
  fix: 'Do not send it again: it has had its effect, with the status under data. Read what it has made.',
  data: z.object({ status: z.int() }),
})

export const IDEMPOTENCY_ERRORS = [
  IdempotencyKeyRequired,
  IdempotencyKeyInvalid,
  IdempotencyKeyReused,
  IdempotencyInFlight,
  IdempotencyAnswerTooLarge,
] as const

const RETRY_SOON = { 'retry-after': '1' }

export function inFlight(cause?: unknown): Error {
  return new IdempotencyInFlight(undefined, { headers: RETRY_SOON, ...(cause !== undefined && { cause }) })
}
