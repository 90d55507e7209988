import type { Outcome, OutcomeBody } from '../core/middleware.ts'
import { HOP_BY_HOP } from './hop-by-hop.ts'

/**
 * The secure defaults for an API (OWASP REST Security Cheat Sheet): what it answers is data, never a page to be framed, sniffed, run or loaded into a page of
 * another origin.
 *
 * @example
 * createApp({ title: 'Blog', version: '1.0.0', api, securityHeaders: { 'x-frame-options': false } })
 * SECURITY_HEADERS['x-frame-options']   // => 'DENY'
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/**
 * What is said of pages besides: they share no window with pages of other origins, and use nothing of the machine. Not said of data, which it means nothing for,
 * and of redirects, where it would part a page from the window that it has opened for a log-in.
 *
 * @example
 * PAGE_HEADERS['cross-origin-opener-policy']   // => 'same-origin'
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy':
    'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()',
}

/** Two years, as browsers' preload lists ask. Sent over https only (RFC 6797 section 7.2). */
export const STRICT_TRANSPORT = 'max-age=63072000; includeSubDomains'
const STRICT_TRANSPORT_NAME = 'strict-transport-security'

/**
 * Said by the server alone. What the app says of the connection and of the end of the message could contradict what is sent, and a client
 * that believes it takes part of one response for the next.
 */
const OWN_NAMES = new Set([...HOP_BY_HOP, 'content-length', 'x-request-id'])

/** What a response must know of its request. */
export interface Answered {
  readonly id: string
  readonly protocol: string
  readonly method: string
}

/** Writes the header lines of responses: the app's own on top of the secure defaults. */
export class ResponseLines {
  readonly #defaults: readonly (readonly [string, string])[]
  readonly #flat: readonly string[]
  readonly #ofPages: readonly (readonly [string, string])[]
  readonly #strictTransport: string | undefined

  constructor(defaults: Readonly<Record<string, string>>, ofPages: Readonly<Record<string, string>> = {}) {
    this.#defaults = Object.entries(defaults).filter(([name]) => name !== STRICT_TRANSPORT_NAME)
    this.#flat = this.#defaults.flat()
    this.#ofPages = Object.entries(ofPages)
    this.#strictTransport = defaults[STRICT_TRANSPORT_NAME]
  }

  /** What a server that writes its own responses starts from. */
  defaultsFor(protocol: string): readonly (readonly [name: string, value: string])[] {
    if (protocol !== 'https' || this.#strictTransport === undefined) return this.#defaults
    return [...this.#defaults, [STRICT_TRANSPORT_NAME, this.#strictTransport]]
  }

  /** Names and values in turn, as `writeHead` takes them. */
  of(outcome: Outcome, { id, protocol, method }: Answered): string[] {
    const { headers } = outcome
    const lines = ['x-request-id', id]
    if (headers.size === 1 && headers.has('content-type')) lines.push(...this.#flat)
    else for (const [name, value] of this.#defaults) if (!headers.has(name)) lines.push(name, value)
    if (isPage(headers)) for (const [name, value] of this.#ofPages) if (!headers.has(name)) lines.push(name, value)
    if (protocol === 'https' && this.#strictTransport !== undefined && !headers.has(STRICT_TRANSPORT_NAME))
      lines.push(STRICT_TRANSPORT_NAME, this.#strictTransport)
    for (const [name, value] of headers) if (!OWN_NAMES.has(name)) lines.push(name, value)
    for (const cookie of outcome.cookies) lines.push('set-cookie', cookie)
    const length = contentLength(outcome, method === 'HEAD')
    if (length !== undefined) lines.push('content-length', String(length))
    return lines
  }
}

function isPage(headers: ReadonlyMap<string, string>): boolean {
  return headers.get('content-type')?.startsWith('text/html') === true
}

export function isStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599
}

/** RFC 9110 section 6.4.1. */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 304 || status < 200
}

/** What is sent has the length it has; where nothing is sent, the app may say what would be. */
function contentLength({ status, headers, body }: Outcome, headOnly: boolean): number | undefined {
  if (status === 204) return undefined
  if (status === 304 || (headOnly && body === undefined)) return declaredLength(headers)
  return body instanceof ReadableStream ? declaredLength(headers) : lengthOf(body)
}

/** The length the app says, where it is one. */
export function declaredLength(headers: ReadonlyMap<string, string>): number | undefined {
  const declared = headers.get('content-length')
  return declared !== undefined && /^\d{1,15}$/.test(declared) ? Number(declared) : undefined
}

function lengthOf(body: Exclude<OutcomeBody, ReadableStream>): number {
  if (body === undefined) return 0
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body.byteLength
}
