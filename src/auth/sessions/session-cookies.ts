import type { RequestHead, ResponseHead } from '../../core/request.ts'

/** The cookies that sessions are kept in. Browsers take a name with `__Host-` only with `Secure`, `Path=/` and without `Domain` (RFC 6265bis section 4.1.3.2). */
export const SESSION_COOKIE = '__Host-session'
export const ACCESS_COOKIE = '__Host-access'
export const REFRESH_COOKIE = '__Host-refresh'

const COOKIES = [SESSION_COOKIE, ACCESS_COOKIE, REFRESH_COOKIE] as const

/** `http://localhost` is secure to browsers, so that development needs no exception. */
const ATTRIBUTES = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const

export function setSessionCookie(
  response: ResponseHead,
  name: (typeof COOKIES)[number],
  { value, maxAgeSeconds }: { readonly value: string; readonly maxAgeSeconds: number },
): void {
  response.cookie(name, value, { ...ATTRIBUTES, maxAgeSeconds: Math.max(0, Math.floor(maxAgeSeconds)) })
}

/** Takes those away that the request carries, but for `kept`. */
export function clearSessionCookies(
  { request, response }: { readonly request: RequestHead; readonly response: ResponseHead },
  kept: readonly string[] = [],
): void {
  for (const name of COOKIES)
    if (!kept.includes(name) && request.cookie(name) !== undefined) response.clearCookie(name, ATTRIBUTES)
}
