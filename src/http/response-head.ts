import type { Outcome } from '../core/middleware.ts'
import type { CookieOptions, ResponseHead } from '../core/request.ts'
import { checkHeader, serializeCookie } from './edge/header-value.ts'

/** Names that browsers accept on secure cookies only; they take localhost for secure. */
const PREFIXED = /^__(?:host|secure)-/i

/** Headers and cookies set on the side, while the handler returns its value as usual. */
export class SideHead implements ResponseHead {
  readonly headers = new Map<string, string>()
  readonly cookies: string[] = []
  readonly #secureCookies: boolean

  constructor(secureCookies: boolean) {
    this.#secureCookies = secureCookies
  }

  header(name: string, value: string): void {
    const key = name.toLowerCase()
    checkHeader(key, value)
    if (key === 'set-cookie') throw new TypeError('Set a cookie with response.cookie(name, value, options).')
    this.headers.set(key, value)
  }

  cookie(name: string, value: string, options: CookieOptions = {}): void {
    this.cookies.push(serializeCookie(name, value, options, { secure: this.#secureCookies || PREFIXED.test(name) }))
  }

  /** Adds what was set here to a response that is there already. */
  addTo(outcome: Outcome): void {
    for (const [name, value] of this.headers) outcome.headers.set(name, value)
    outcome.cookies.push(...this.cookies)
  }

  /** The same, where the response says nothing else. */
  addBeneath(outcome: Outcome): void {
    for (const [name, value] of this.headers) if (!outcome.headers.has(name)) outcome.headers.set(name, value)
    outcome.cookies.unshift(...this.cookies)
  }

  clearCookie(name: string, options: CookieOptions = {}): void {
    this.cookie(name, '', { ...options, maxAgeSeconds: 0 })
  }
}
