import type { RequestHead } from '../../core/request.ts'
import { isSafeMethod } from '../../core/safe-method.ts'
import type { AccountsBase } from '../core/base.ts'
import { CrossSiteRequest } from '../core/errors.ts'

/**
 * The origins whose pages may act by a cookie: the app's own, and those it trusts.
 *
 * @throws TypeError where one is none.
 */
export function cookieOrigins({ origin, options }: Pick<AccountsBase, 'origin' | 'options'>): readonly string[] {
  const trusted = options.sessions?.trustedOrigins ?? []
  for (const each of trusted) {
    if (!URL.canParse(each) || new URL(each).origin !== each || each.includes('*'))
      throw new TypeError(
        `accounts({ sessions: { trustedOrigins } }): an origin is a scheme and a host, such as "https://app.example.com"; got ${JSON.stringify(each)}.`,
      )
  }
  return [origin, ...trusted]
}

/**
 * What changes something on the strength of a cookie must come from a page of the same origin: browsers send the cookie with requests of other sites too.
 * Proof is what a page cannot write: `Sec-Fetch-Site: same-origin`, an `Origin` that is the request's own or a trusted one, or, from clients that send
 * neither, such a `Referer`. `Origin: null` belongs to nobody.
 *
 * @param origins - The app's origin and those it trusts. Those that its CORS policy lets call with cookies are so by the request.
 * @throws CrossSiteRequest where there is no such proof.
 * @see Fetch Metadata Request Headers; RFC 6454 section 7
 */
export function assertSameOrigin(request: RequestHead, origins: readonly string[]): void {
  if (!isSameOrigin(request, origins)) throw new CrossSiteRequest(whyNot(request))
}

/** As {@link assertSameOrigin}; methods that change nothing (RFC 9110 section 9.2.1) need no proof. */
export function assertSameOriginUnlessSafe(request: RequestHead, origins: readonly string[]): void {
  if (!isSafeMethod(request.method)) assertSameOrigin(request, origins)
}

/**
 * Whoever is logged in by a cookie acts in that account from then on, also where another page's form or script has sent the log-in (log-in CSRF). What a
 * browser sends says where it is from; who sends neither field is none. A way back from a provider is a safe method, and bound to its browser by itself.
 *
 * @throws CrossSiteRequest where a page of another origin asks for cookies.
 */
export function assertMaySetCookies(request: RequestHead, origins: readonly string[]): void {
  const isOfBrowser = request.header('origin') !== undefined || request.header('sec-fetch-site') !== undefined
  if (isOfBrowser) assertSameOriginUnlessSafe(request, origins)
}

function isSameOrigin(request: RequestHead, origins: readonly string[]): boolean {
  const site = request.header('sec-fetch-site')
  const origin = request.header('origin')
  if (origin !== undefined) return origin !== 'null' && (site === 'same-origin' || isOwn(request, origin, origins))
  if (site !== undefined) return site === 'same-origin'
  const referer = request.header('referer')
  return referer !== undefined && URL.canParse(referer) && isOwn(request, new URL(referer).origin, origins)
}

function isOwn({ protocol, host, trustedOrigin }: RequestHead, origin: string, origins: readonly string[]): boolean {
  return origin === `${protocol}://${host}` || origins.includes(origin) || origin === trustedOrigin
}

/** In words for those who have two origins without meaning to, such as a development server of the front end, or call with a cookie by hand. */
function whyNot(request: RequestHead): string {
  const origin = request.header('origin')
  if (origin !== undefined && origin !== 'null')
    return `Pages of ${origin} may not act by a cookie. If they are yours, name them in createApp({ cors: { origins, credentials: true } }), or in sessions.trustedOrigins of the accounts.`
  return origin === 'null' || request.header('sec-fetch-site') !== undefined
    ? 'The browser does not say that a page of this origin asks.'
    : 'It has a cookie and no Origin. What is no browser sends its token as Authorization.'
}
