/** How answers of operations with `idempotent` are kept. */
export interface IdempotencyOptions {
  /** How long, in hours. Default and least: 24. */
  readonly keepHours?: number
  /** Bytes of an answer's body at most, default 1 MiB (1,048,576). Of a larger one only the status is kept: a retry is told 409 `idempotency_answer_too_large`. */
  readonly answerBytes?: number
}

const KEEP_HOURS = 24
/** Of what one row may hold: a year is no time in which somebody retries. */
const MOST_HOURS = 24 * 365
const ANSWER_BYTES = 1_048_576
const MOST_BYTES = 64 * 1_048_576

/** @throws RangeError for times and sizes that cannot be. */
export function idempotencyOptions(given: IdempotencyOptions = {}): Required<IdempotencyOptions> {
  const { keepHours = KEEP_HOURS, answerBytes = ANSWER_BYTES } = given
  if (!Number.isInteger(keepHours) || keepHours < KEEP_HOURS || keepHours > MOST_HOURS)
    throw new RangeError(
      `database({ idempotency: { keepHours: ${keepHours} } }): answers are kept for ${KEEP_HOURS} to ${MOST_HOURS} hours, as a whole number.`,
    )
  if (!Number.isInteger(answerBytes) || answerBytes < 0 || answerBytes > MOST_BYTES)
    throw new RangeError(
      `database({ idempotency: { answerBytes: ${answerBytes} } }): of an answer 0 to ${MOST_BYTES} bytes are kept, as a whole number.`,
    )
  return { keepHours, answerBytes }
}
