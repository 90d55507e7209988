import type { Outcome } from '../core/middleware.ts'
import type { RequestHead } from '../core/request.ts'
import { checkHeader } from './edge/header-value.ts'
import { originList, type OriginList } from './edge/origin.ts'
import { addVary } from './edge/vary.ts'

/** Which pages of other origins may call an app, and what they may see (the Fetch standard, section 3.2). */
export interface CorsOptions {
  /**
   * The origins of those pages: `https://app.example.com`, `http://localhost:5173`, or `https://*.example.com` for every name below it. `'*'` is any page
   * of anybody, for an API without cookies.
   */
  readonly origins: readonly string[] | '*'
  /**
   * Whether they may call with cookies. Their origins then count as the app's own where a cookie of `accounts` needs the proof of one. Not with `'*'`, and
   * in production only with `https`. Default `false`.
   */
  readonly credentials?: boolean
  /** Request headers they may send besides {@link CORS_REQUEST_HEADERS}. */
  readonly headers?: readonly string[]
  /** Response headers they may read besides {@link CORS_EXPOSED_HEADERS}. */
  readonly exposeHeaders?: readonly string[]
  /** For how long a browser need not ask again, in seconds. Default 600; browsers have limits of their own. */
  readonly maxAgeSeconds?: number
}

/**
 * Request headers that pages of allowed origins may send anyway, besides those every page may.
 *
 * @example
 * CORS_REQUEST_HEADERS.includes('authorization')   // => true
 */
export const CORS_REQUEST_HEADERS: readonly string[] = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'traceparent',
  'tracestate',
  'x-api-key',
  'x-request-id',
]

/**
 * Response headers that pages of allowed origins may read anyway, besides those every page may.
 *
 * @example
 * CORS_EXPOSED_HEADERS.includes('ratelimit')   // => true
 */
export const CORS_EXPOSED_HEADERS: readonly string[] = [
  'content-disposition',
  'deprecation',
  'etag',
  'idempotency-replayed',
  'link',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'sunset',
  'www-authenticate',
  'x-request-id',
]

const DEFAULT_MAX_AGE_SECONDS = 600
/** A day; no browser keeps it longer. */
const LONGEST_MAX_AGE_SECONDS = 86_400

/** An app's policy about pages of other origins, worked out. */
export class Cors {
  readonly #allows: OriginList | undefined
  readonly #credentials: boolean
  readonly #exposed: string
  readonly #requestHeaders: string
  readonly #maxAge: string

  /** @throws RangeError, TypeError for what cannot be, such as credentials for any origin. */
  constructor({ origins, credentials = false, headers = [], exposeHeaders = [], maxAgeSeconds }: CorsOptions) {
    if (origins === '*' && credentials)
      throw new RangeError(
        "credentials with origins: '*' would let every page of the internet act as whoever is logged in; name the origins",
      )
    for (const name of [...headers, ...exposeHeaders]) checkHeader(name, '')
    this.#allows = origins === '*' ? undefined : originList(origins)
    this.#credentials = credentials
    this.#exposed = listed(CORS_EXPOSED_HEADERS, exposeHeaders)
    this.#requestHeaders = listed(CORS_REQUEST_HEADERS, headers)
    this.#maxAge = String(checkedAge(maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS))
  }

  /** The origin of the request where its pages may act with cookies, as the app's own may. */
  trustedOrigin(head: RequestHead): string | undefined {
    if (!this.#credentials) return undefined
    const origin = head.header('origin')
    return origin !== undefined && this.#isAllowed(origin) ? origin : undefined
  }

  /**
   * Whether a browser asks, on behalf of an allowed page, if it may call. What comes from elsewhere is an OPTIONS as any other, behind the guard of its path.
   *
   * @see Fetch standard, section 3.2.2
   */
  isPreflight(head: Pick<RequestHead, 'method' | 'header'>): boolean {
    if (head.method !== 'OPTIONS' || head.header('access-control-request-method') === undefined) return false
    const origin = head.header('origin')
    return origin !== undefined && this.#isAllowed(origin)
  }

  /** The answer to a browser that asks: the path's own methods, as its 405 names them, and the headers of the app. */
  preflight(head: RequestHead, methods: string): Outcome {
    const headers = new Map([
      ['access-control-allow-methods', methods],
      ['access-control-allow-headers', this.#requestHeaders],
      ['access-control-max-age', this.#maxAge],
    ])
    this.#permit(head, headers)
    return { status: 204, headers, cookies: [], body: undefined }
  }

  /** What every answer says of who may read it, a failure's too. */
  mark(head: Pick<RequestHead, 'header'>, { headers }: Pick<Outcome, 'headers'>): void {
    if (this.#permit(head, headers)) headers.set('access-control-expose-headers', this.#exposed)
  }

  #permit(head: Pick<RequestHead, 'header'>, headers: Map<string, string>): boolean {
    if (this.#allows === undefined) {
      headers.set('access-control-allow-origin', '*')
      return true
    }
    // Also without an Origin: a cache must not give what it has kept of such a request to a page of another origin.
    addVary(headers, 'origin')
    const origin = head.header('origin')
    if (origin === undefined || !this.#isAllowed(origin)) return false
    headers.set('access-control-allow-origin', origin)
    if (this.#credentials) headers.set('access-control-allow-credentials', 'true')
    return true
  }

  #isAllowed(origin: string): boolean {
    return this.#allows === undefined || this.#allows(origin)
  }
}

function listed(own: readonly string[], added: readonly string[]): string {
  return [...new Set([...own, ...added.map((name) => name.toLowerCase())])].join(', ')
}

function checkedAge(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= LONGEST_MAX_AGE_SECONDS) return seconds
  throw new RangeError(`maxAgeSeconds must be a whole number from 0 to ${LONGEST_MAX_AGE_SECONDS}; it is ${seconds}`)
}
