import { accessFor, type AccessRule, type Authenticator } from '../../core/access/index.ts'
import { Unauthenticated } from '../../core/errors/index.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { Identity } from '../identity.ts'

/** A user who sits at the browser with a session of their own, and so may decide for themselves. */
export type BrowserUser = Identity & { readonly sessionId: string }

/** Who sits at the browser: the authenticators of cookies alone, since a browser that is sent here carries nothing else. */
export interface BrowserRules {
  /** Whoever has ended their session is nobody, rather than a 401: they are sent to log in. */
  readonly visitor: AccessRule<Identity | undefined>
  readonly user: AccessRule<Identity>
}

export function browserRules({ access }: Pick<AccountsCore, 'access'>): BrowserRules {
  const [first, ...rest] = (access.authenticated.authenticators ?? []).filter(({ scheme }) => scheme['in'] === 'cookie')
  if (first === undefined) throw new TypeError('authorizationServer(): the accounts have no sessions in cookies.')
  // They are those of accounts, whose callers are identities.
  const cookies = [first, ...rest] as unknown as readonly [Authenticator<Identity>]
  const lenient = cookies.map(asNobodyWhereRefused) as unknown as typeof cookies
  return {
    visitor: accessFor(...lenient).optionallyAuthenticated,
    user: accessFor(...cookies).rule({ name: 'at the browser' }, ({ user }) => isAtBrowser(user)),
  }
}

/** Neither another app, nor an administrator who acts as the user: what they agree to would outlast them. */
export function isAtBrowser(user: Identity | undefined): user is BrowserUser {
  return user?.sessionId !== undefined && !user.restricted && user.impersonatedBy === undefined
}

function asNobodyWhereRefused(authenticator: Authenticator<Identity>): Authenticator<Identity> {
  return {
    ...authenticator,
    authenticate: async (request, uses) => {
      try {
        return await authenticator.authenticate(request, uses)
      } catch (error) {
        if (error instanceof Unauthenticated) return undefined
        throw error
      }
    },
  }
}
