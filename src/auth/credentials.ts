import { Unauthenticated } from '../core/errors/index.ts'
import type { RequestHead } from '../core/request.ts'

// RFC 9110 section 11.2: a scheme, one or more spaces, and here always one token68.
const AUTHORIZATION = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +(.*))?$/
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/

/** The challenge of a scheme for a request without credentials, and for one whose credentials were refused. */
export interface Challenge {
  readonly missing: string
  readonly refused: (why: string) => string
}

/**
 * The token68 that the Authorization header carries for `scheme`, compared without case; `undefined` where there is no such header or it
 * is of another scheme.
 *
 * @throws Unauthenticated where the header stands twice, or names the scheme and carries anything but exactly one token68.
 */
export function authorizationOf(request: RequestHead, scheme: string, challenge: Challenge): string | undefined {
  const credentials = uncheckedAuthorizationOf(request, scheme, challenge)
  if (credentials !== undefined) checkToken68(credentials, scheme, challenge)
  return credentials
}

/** As {@link authorizationOf}, for a reader that looks the credentials up first, and calls {@link checkToken68} where it does not know them. */
export function uncheckedAuthorizationOf(
  request: RequestHead,
  scheme: string,
  challenge: Challenge,
): string | undefined {
  const values = request.headerValues('authorization')
  const [value] = values
  if (value === undefined) return undefined
  if (values.length > 1) throw refuse(challenge, 'The Authorization header stands more than once.')
  return credentialsAfter(value, scheme)
}

/** @throws Unauthenticated where the credentials are not one token68. */
export function checkToken68(credentials: string, scheme: string, challenge: Challenge): void {
  if (!TOKEN68.test(credentials)) throw refuse(challenge, `The credentials after "${scheme}" are malformed.`)
}

function credentialsAfter(value: string, scheme: string): string | undefined {
  // As almost every client writes it: the scheme in our spelling and one space.
  if (
    value.startsWith(scheme) &&
    value.charCodeAt(scheme.length) === 0x20 &&
    value.charCodeAt(scheme.length + 1) !== 0x20
  ) {
    return value.slice(scheme.length + 1)
  }
  const parts = AUTHORIZATION.exec(value)
  return parts?.[1]?.toLowerCase() === scheme.toLowerCase() ? (parts[2] ?? '') : undefined
}

/** The error for credentials that are there and not valid. `why` is sent: it never quotes them. */
export function refuse(challenge: Challenge, why: string, cause?: unknown): Unauthenticated {
  return new Unauthenticated(why, { cause, headers: { 'www-authenticate': challenge.refused(why) } })
}

type Unauthenticated = InstanceType<typeof Unauthenticated>

/** The bare word where nothing was sent; RFC 6750 section 3.1 parameters where what was sent is refused. */
export function bearerChallenge(scheme: string): Challenge {
  return {
    missing: scheme,
    refused: (why) => `${scheme} error="invalid_token", error_description=${quoted(why)}`,
  }
}

/** A challenge that says the same in both cases. */
export function fixedChallenge(value: string): Challenge {
  return { missing: value, refused: () => value }
}

/**
 * A quoted-string of RFC 9110.
 *
 * @throws TypeError where the text has other characters than printable ASCII: it stands in a header.
 */
export function quoted(text: string): string {
  if (!/^[ -~]*$/.test(text))
    throw new TypeError(`${JSON.stringify(text)} stands in a response header: write printable ASCII only.`)
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
