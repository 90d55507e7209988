import type { Authenticator, Principal, SecurityScheme } from '../core/access/authenticator.ts'
import type { UsedValues, Uses } from '../core/dependency.ts'
import { chain, type MaybePromise } from '../core/maybe-promise.ts'
import type { RequestHead } from '../core/request.ts'
import { refuse, type Challenge } from './credentials.ts'

/** What every authenticator can be told. */
export interface AuthenticatorOptions<U extends Uses> {
  /** Its name under `components.securitySchemes`. Each in an app needs its own. */
  readonly name?: string
  /** Markdown, for the documentation. */
  readonly description?: string
  /** Dependencies that `verify` needs, by the name under which it receives them. */
  readonly uses?: U
}

/** Who these credentials belong to; `undefined` where they are not valid, which answers 401. */
export type Verify<Credentials extends readonly unknown[], User extends Principal, U extends Uses> = (
  ...args: [...credentials: Credentials, uses: UsedValues<U>]
) => MaybePromise<User | undefined>

interface Parts<Credentials, User extends Principal, U extends Uses> {
  readonly options: AuthenticatorOptions<U>
  readonly defaultName: string
  readonly scheme: SecurityScheme
  readonly challenge: Challenge
  /** `undefined` where the request carries none of this kind; throws where what it carries is malformed. */
  readonly read: (request: RequestHead) => Credentials | undefined
  readonly verify: (credentials: Credentials, uses: UsedValues<U>) => MaybePromise<User | undefined>
  readonly completed?: (caller: Principal) => User
}

/** Credentials read, verified, and refused where they are not valid: synchronous where `verify` is. */
export function makeAuthenticator<Credentials, User extends Principal, U extends Uses>(
  parts: Parts<Credentials, User, U>,
): Authenticator<User> {
  const { options, challenge, read, verify } = parts
  const name = options.name ?? parts.defaultName
  if (!/^[A-Za-z0-9._-]+$/.test(name))
    throw new TypeError(
      `An authenticator's name is a component's name in OpenAPI: letters, digits, ".", "_" and "-"; got ${JSON.stringify(name)}.`,
    )
  const known = (user: User | undefined): User => {
    if (user === undefined) throw refuse(challenge, 'The credentials are not valid.')
    return user
  }
  return {
    kind: 'authenticator',
    name,
    scheme: options.description === undefined ? parts.scheme : { ...parts.scheme, description: options.description },
    challenge: challenge.missing,
    uses: options.uses ?? {},
    authenticate: (request: RequestHead, uses: UsedValues<U>) => {
      const credentials = read(request)
      return credentials === undefined ? undefined : chain(verify(credentials, uses), known)
    },
    ...(parts.completed && { completed: parts.completed }),
  }
}
