import { ApiError } from './api-error.ts'

/** Most attempts follow a short trouble; whoever wants more is told the error and knows what to do. */
export const RETRIES = 2
const MAX_RETRIES = 10
const FIRST_DELAY_MS = 200
const LONGEST_DELAY_MS = 5_000
/** A server that asks for more is not waited for: the caller gets the error, with its headers. */
const LONGEST_RETRY_AFTER_MS = 10_000

/** Answers after which the same request may succeed: nothing was done, or a key says what was. */
const PASSING = new Set([429, 502, 503, 504])
const PASSING_CODES = new Set(['network_error', 'idempotency_in_flight'])
/** With a key the next attempt finds out what nobody else knows. */
const SETTLED_BY_KEY = new Set(['commit_outcome_unknown'])

/** @throws RangeError where it is no whole number from 0 to {@link MAX_RETRIES}. */
export function retriesOf(retries: number): number {
  if (Number.isInteger(retries) && retries >= 0 && retries <= MAX_RETRIES) return retries
  throw new RangeError(`retries is how often a call is sent again: 0 to ${MAX_RETRIES}, not ${retries}.`)
}

interface Repeated {
  readonly retries: number
  readonly signal: AbortSignal | undefined
  /** Whether the request carries a key that makes it safe to repeat. */
  readonly keyed: boolean
}

/** Runs `attempt`, and again after failures that pass. */
export async function repeated<T>({ retries, signal, keyed }: Repeated, attempt: () => Promise<T>): Promise<T> {
  for (let sent = 1; ; sent += 1) {
    try {
      return await attempt()
    } catch (error) {
      const waitMs = sent > retries || !passes(error, keyed) ? undefined : delayMs(error, sent)
      if (waitMs === undefined) throw error
      await pause(waitMs, signal)
    }
  }
}

function passes(error: unknown, keyed: boolean): error is ApiError {
  if (!(error instanceof ApiError)) return false
  const { status, code } = error
  return PASSING.has(status) || PASSING_CODES.has(code) || (keyed && SETTLED_BY_KEY.has(code))
}

/** At least what the server asks for; `undefined` where that is too long. Clients that failed together do not come back together. */
function delayMs({ headers }: ApiError, sent: number): number | undefined {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (sent - 1))
  const asked = retryAfterMs(headers?.get('retry-after') ?? undefined)
  if (asked === undefined) return longest * (0.5 + Math.random() / 2)
  return asked > LONGEST_RETRY_AFTER_MS ? undefined : asked + longest * 0.25 * Math.random()
}

/** Seconds, or a date (RFC 9110 section 10.2.3). */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return 1000 * Number(value)
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}

function pause(forMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      reject(signal!.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end)
      resolve()
    }, forMs)
    if (signal?.aborted === true) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}
