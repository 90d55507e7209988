import { Buffer } from 'node:buffer'
import type { Authenticator, Principal } from '../core/access/authenticator.ts'
import type { Uses } from '../core/dependency.ts'
import { authorizationOf, fixedChallenge, quoted, refuse, type Challenge } from './credentials.ts'
import { makeAuthenticator, type AuthenticatorOptions, type Verify } from './make-authenticator.ts'

/** How names and passwords are verified. */
export interface BasicOptions<User extends Principal, U extends Uses> extends AuthenticatorOptions<U> {
  /** What the username and password are for; browsers show it. Printable ASCII. */
  readonly realm: string
  /** Whose they are; `undefined` where they are not valid. See `verifyPassword`. */
  readonly verify: Verify<[username: string, password: string], User, U>
}

/**
 * Callers with a username and a password: `Authorization: Basic ...` in UTF-8 (RFC 7617). The password may hold colons.
 * Credentials that are malformed or not valid answer 401 `unauthenticated`.
 *
 * @example
 * basic({
 *   realm: 'Metrics',
 *   uses: { users },
 *   verify: async (username, password, { users }) => {
 *     const user = await users.byName(username)
 *     return (await verifyPassword(password, user?.passwordHash)) ? user : undefined
 *   },
 * })
 * @throws TypeError where `name` is not a name for a component of OpenAPI, or the realm is not printable ASCII.
 */
export function basic<User extends Principal, const U extends Uses = {}>(
  options: BasicOptions<User, U>,
): Authenticator<User> {
  const challenge = fixedChallenge(`Basic realm=${quoted(options.realm)}, charset="UTF-8"`)
  return makeAuthenticator<UserPass, User, U>({
    options,
    defaultName: 'basic',
    scheme: { type: 'http', scheme: 'basic' },
    challenge,
    read: (request) => {
      const credentials = authorizationOf(request, 'Basic', challenge)
      return credentials === undefined ? undefined : decode(credentials, challenge)
    },
    verify: ({ username, password }, uses) => options.verify(username, password, uses),
  })
}

interface UserPass {
  readonly username: string
  readonly password: string
}

function decode(credentials: string, challenge: Challenge): UserPass {
  const bytes = Buffer.from(credentials, 'base64')
  // Node skips what is not base64; only text that comes back the same has one meaning.
  if (bytes.toString('base64') !== credentials) throw refuse(challenge, 'The Basic credentials are not base64.')
  const text = utf8(bytes)
  const colon = text?.indexOf(':') ?? -1
  // RFC 7617 section 2: neither part may hold control characters.
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (text === undefined || colon === -1 || /[\u0000-\u001f\u007f]/.test(text))
    throw refuse(challenge, 'The Basic credentials are not a username, a colon and a password in UTF-8.')
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
