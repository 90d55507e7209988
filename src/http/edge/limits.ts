/** From the first byte of a request to the end of its head. Slow heads are how connections are held for nothing (Slowloris). */
export const HEADERS_TIMEOUT_MS = 10_000
/** From the first byte of a request to the last byte of its body. */
export const REQUEST_TIMEOUT_MS = 30_000
/** From the routed request to the handler's result; then `signal` is aborted. */
export const HANDLER_TIMEOUT_MS = 30_000
/** An idle connection between two requests; longer than the 60 s after which common load balancers drop theirs. */
export const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** A connection on which nothing moves in either direction while a response is under way: a client that stopped reading. */
export const IDLE_TIMEOUT_MS = 60_000
/** How long a stop waits for what is in flight; below the 30 s after which orchestrators kill. */
export const SHUTDOWN_TIMEOUT_MS = 25_000
/** How long an app goes on serving once it is told to stop; with the limit above still below those 30 s. */
export const DRAIN_TIME_MS = 3_000
/** A body, both as received and after decompression. */
export const BODY_LIMIT_BYTES = 1_048_576
/** Objects and arrays inside each other in a JSON body. */
export const JSON_DEPTH_LIMIT = 64
/** Header lines of a request. */
export const HEADER_COUNT_LIMIT = 100
/** The whole head of a request, request line included. */
export const HEADER_BYTES_LIMIT = 16_384
/** The request target: path and query. */
export const TARGET_BYTES_LIMIT = 8_192
/** `name=value` pairs of a query. */
export const QUERY_FIELDS_LIMIT = 200
/** Fields of a form, repetitions counted. */
export const FORM_FIELDS_LIMIT = 200
/** An unread body up to this announced length is dropped and the connection kept; a longer or unannounced one ends it. */
export const UNREAD_BODY_LIMIT_BYTES = 65_536
/** What is still read and dropped after a body was refused, so that its sender can read the answer instead of a reset. */
export const LINGER_LIMIT_BYTES = 8_388_608
/** How long a refused body is read and dropped. */
export const LINGER_TIMEOUT_MS = 2_000

/** Every limit of the HTTP edge. All are on by default and none can be switched off. Names end in their unit: milliseconds, bytes. */
export interface Limits {
  /** From the first byte of a request to the end of its head. Default 10,000; then 408 `request_timeout`. */
  readonly headersTimeoutMs: number
  /** From the first byte of a request to the last of its body. Default 30,000; then 408 `request_timeout`. */
  readonly requestTimeoutMs: number
  /** From the routed request to the result of its handler. Default 30,000; then 503 `handler_timeout`, and `signal` is aborted. */
  readonly handlerTimeoutMs: number
  /** An idle connection between two requests. Default 65,000; then it is closed. */
  readonly keepAliveTimeoutMs: number
  /** A connection on which nothing moves while a response is under way. Default 60,000; then it is closed. */
  readonly idleTimeoutMs: number
  /** How long a stop waits for what is in flight. Default 25,000. */
  readonly shutdownTimeoutMs: number
  /** How long `ashlar start` in production serves on after SIGTERM, with `/readyz` failing, until nobody sends requests here. Default 3,000; 0: not at all. */
  readonly drainMs: number
  /** A body, as received and after decompression. Default 1,048,576 (1 MiB); more is 413 `content_too_large`. */
  readonly bodyBytes: number
  /** Objects and arrays inside each other in a JSON body. Default 64, at most 1,000; more is 400 `json_invalid`. */
  readonly jsonDepth: number
  /** Header lines of a request. Default 100; more is 431 `headers_too_large`. */
  readonly headerCount: number
  /** The whole head of a request, request line included. Default 16,384; more is 431 `headers_too_large`. */
  readonly headerBytes: number
  /** Path and query. Default 8,192; more is 414 `uri_too_long`. */
  readonly targetBytes: number
  /** `name=value` pairs of a query. Default 200; more is 400 `bad_request`. */
  readonly queryFields: number
  /** Fields of a form, repetitions counted. Default 200; more is 400 `body_invalid`. */
  readonly formFields: number
}

/**
 * The limits of an app that sets none.
 *
 * @example
 * createApp({ title: 'Blog', version: '1.0.0', api, limits: { bodyBytes: 4 * DEFAULT_LIMITS.bodyBytes } })
 * DEFAULT_LIMITS.bodyBytes   // => 1_048_576
 */
export const DEFAULT_LIMITS: Limits = {
  headersTimeoutMs: HEADERS_TIMEOUT_MS,
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  handlerTimeoutMs: HANDLER_TIMEOUT_MS,
  keepAliveTimeoutMs: KEEP_ALIVE_TIMEOUT_MS,
  idleTimeoutMs: IDLE_TIMEOUT_MS,
  shutdownTimeoutMs: SHUTDOWN_TIMEOUT_MS,
  drainMs: DRAIN_TIME_MS,
  bodyBytes: BODY_LIMIT_BYTES,
  jsonDepth: JSON_DEPTH_LIMIT,
  headerCount: HEADER_COUNT_LIMIT,
  headerBytes: HEADER_BYTES_LIMIT,
  targetBytes: TARGET_BYTES_LIMIT,
  queryFields: QUERY_FIELDS_LIMIT,
  formFields: FORM_FIELDS_LIMIT,
}

/** Timers of Node are 32-bit: a longer delay fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647
/** The checks of JSON recurse once per level: deeper would risk the stack. */
const DEEPEST_JSON = 1_000

/**
 * The limits of an app: the defaults, with `changes` in their place.
 *
 * @throws RangeError where a limit is unknown, not a positive whole number, or contradicts another.
 */
export function resolveLimits(changes: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(changes)) checkLimit(name, value)
  const limits = { ...DEFAULT_LIMITS, ...changes }
  if (limits.headersTimeoutMs > limits.requestTimeoutMs) {
    throw new RangeError(
      `limits.headersTimeoutMs (${limits.headersTimeoutMs}) is longer than limits.requestTimeoutMs (${limits.requestTimeoutMs}): the head is part of the request.`,
    )
  }
  if (limits.targetBytes > limits.headerBytes) {
    throw new RangeError(
      `limits.targetBytes (${limits.targetBytes}) is more than limits.headerBytes (${limits.headerBytes}), which counts the request line too.`,
    )
  }
  return limits
}

function checkLimit(name: string, value: unknown): void {
  if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
    throw new RangeError(`limits.${name} is not a limit. The limits are: ${Object.keys(DEFAULT_LIMITS).join(', ')}.`)
  }
  const least = name === 'drainMs' ? 0 : 1
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
    throw new RangeError(
      `limits.${name} must be a whole number of at least ${least}; got ${String(value)}. A limit cannot be switched off: choose a large one.`,
    )
  }
  if (name.endsWith('Ms') && value > LONGEST_TIMER_MS) {
    throw new RangeError(`limits.${name} must be at most ${LONGEST_TIMER_MS} ms, the longest timer; got ${value}.`)
  }
  if (name === 'jsonDepth' && value > DEEPEST_JSON) {
    throw new RangeError(`limits.jsonDepth must be at most ${DEEPEST_JSON}; got ${value}.`)
  }
}
