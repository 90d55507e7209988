import { stringifySetCookie } from 'cookie'
import type { CookieOptions } from '../../core/request.ts'

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * Checks a header before it is written: the name is a token, the value visible ASCII, spaces and tabs. CR and LF would split the
 * response; NUL, U+2028 and other characters are read differently by different clients.
 *
 * @throws TypeError, which is a mistake of the app and not of the client.
 */
export function checkHeader(name: string, value: string): void {
  if (!TOKEN.test(name)) throw new TypeError(`${JSON.stringify(name)} is not a header name.`)
  checkHeaderValue(name, value)
}

/** As {@link checkHeader}, for a name that is known to be one. */
export function checkHeaderValue(name: string, value: string): void {
  if (typeof value !== 'string')
    throw new TypeError(`The value of the header "${name}" must be a string; got ${typeof value}.`)
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if ((code < 0x20 && code !== 0x09) || code > 0x7e) throw new TypeError(badValue(name, code, i))
  }
}

function badValue(name: string, code: number, at: number): string {
  const character = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  return `The value of the header "${name}" has the character ${character} at ${at}. Allowed is printable ASCII: encode other text, such as with encodeURIComponent.`
}

/** What browsers store of one cookie, name and value together. */
const COOKIE_LIMIT_BYTES = 4_096

export interface CookieDefaults {
  /** Whether cookies are `Secure` where their options do not say: everywhere but in development over http. */
  readonly secure: boolean
}

/**
 * The value of a Set-Cookie header. The value is percent-encoded, as {@link readCookie} expects it.
 *
 * @throws TypeError where the name, domain or path is not valid, the prefix `__Host-` or `__Secure-` or `SameSite=None` is without what
 * browsers demand for it, or the cookie is larger than browsers store.
 * @see RFC 6265bis sections 4.1 and 5.7
 */
export function serializeCookie(name: string, value: string, options: CookieOptions, defaults: CookieDefaults): string {
  if (!TOKEN.test(name)) throw new TypeError(`${JSON.stringify(name)} is not a cookie name.`)
  const path = options.path ?? '/'
  const secure = options.secure ?? defaults.secure
  const sameSite = options.sameSite ?? 'lax'
  checkCookiePrefix(name, { secure, path, domain: options.domain })
  if (sameSite === 'none' && !secure)
    throw new TypeError(`The cookie "${name}" is SameSite=None, which browsers only accept with Secure.`)
  if (!path.startsWith('/'))
    throw new TypeError(`The path of the cookie "${name}" must start with "/"; got ${JSON.stringify(path)}.`)
  const encoded = encodeURIComponent(value)
  if (name.length + encoded.length > COOKIE_LIMIT_BYTES) {
    throw new TypeError(
      `The cookie "${name}" is larger than ${COOKIE_LIMIT_BYTES} bytes, which browsers drop in silence.`,
    )
  }
  return stringifySetCookie(
    {
      name,
      value: encoded,
      path,
      secure,
      sameSite,
      httpOnly: options.httpOnly ?? true,
      ...(options.maxAgeSeconds === undefined ? {} : { maxAge: options.maxAgeSeconds }),
      ...(options.domain === undefined ? {} : { domain: options.domain }),
    },
    { encode: (encodedValue) => encodedValue },
  )
}

function checkCookiePrefix(
  name: string,
  { secure, path, domain }: { secure: boolean; path: string; domain: string | undefined },
): void {
  const prefix = /^__(?:host|secure)-/i.exec(name)?.[0].toLowerCase()
  if (prefix === undefined) return
  if (!secure) throw new TypeError(`The cookie "${name}" must be Secure because of its prefix.`)
  if (prefix === '__host-' && (path !== '/' || domain !== undefined)) {
    throw new TypeError(`The cookie "${name}" must have the path "/" and no domain because of its prefix.`)
  }
}

/**
 * The value of a Content-Disposition header with a file name of any characters: controls and path separators become `_`.
 *
 * @example
 * contentDisposition('attachment', 'Zoë.pdf')   // => `attachment; filename="Zo_.pdf"; filename*=UTF-8''Zo%C3%AB.pdf`
 * @see RFC 6266 appendix D
 */
export function contentDisposition(type: 'attachment' | 'inline', fileName: string): string {
  const name = fileName.toWellFormed().replaceAll(/[\p{Cc}\p{Zl}\p{Zp}/\\]/gu, '_')
  const fallback = name.replaceAll(/[^\x20-\x7e]/gu, '_').replaceAll(/["%]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return fallback === name
    ? `${type}; filename="${name}"`
    : `${type}; filename="${fallback}"; filename*=UTF-8''${encoded}`
}
