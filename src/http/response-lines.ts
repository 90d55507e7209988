import type { Outcome, OutcomeBody } from '../core/middleware.ts'

/**
 * The secure defaults for an API (OWASP REST Security Cheat Sheet): what it answers is data, never a page to be framed, sniffed or run.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Two years, as browsers' preload lists ask. Sent over https only (RFC 6797 section 7.2). */
export const STRICT_TRANSPORT = 'max-age=63072000; includeSubDomains'
const STRICT_TRANSPORT_NAME = 'strict-transport-security'

/** What a response must know of its request. */
export interface Answered {
  readonly id: string
  readonly protocol: string
}

/** Writes the header lines of responses: the app's own on top of the secure defaults. */
export class ResponseLines {
  readonly #defaults: readonly (readonly [string, string])[]
  readonly #flat: readonly string[]
  readonly #strictTransport: string | undefined

  constructor(defaults: Readonly<Record<string, string>>) {
    this.#defaults = Object.entries(defaults).filter(([name]) => name !== STRICT_TRANSPORT_NAME)
    this.#flat = this.#defaults.flat()
    this.#strictTransport = defaults[STRICT_TRANSPORT_NAME]
  }

  /** Names and values in turn, as `writeHead` takes them. */
  of({ status, headers, cookies, body }: Outcome, { id, protocol }: Answered): string[] {
    const lines = ['x-request-id', id]
    if (headers.size === 1 && headers.has('content-type')) lines.push(...this.#flat)
    else for (const [name, value] of this.#defaults) if (!headers.has(name)) lines.push(name, value)
    if (protocol === 'https' && this.#strictTransport !== undefined)
      lines.push(STRICT_TRANSPORT_NAME, this.#strictTransport)
    for (const [name, value] of headers) lines.push(name, value)
    for (const cookie of cookies) lines.push('set-cookie', cookie)
    const length = hasNoBody(status) ? undefined : lengthOf(body)
    if (length !== undefined && !headers.has('content-length')) lines.push('content-length', String(length))
    return lines
  }
}

/** RFC 9110 section 6.4.1. */
export function hasNoBody(status: number): boolean {
  return status === 204 || status === 304 || status < 200
}

function lengthOf(body: OutcomeBody): number | undefined {
  if (body === undefined) return 0
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body instanceof Uint8Array ? body.byteLength : undefined
}
