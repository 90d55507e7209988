import { clockNow } from '../../core/clock.ts'
import type { Principal } from '../../core/access/index.ts'
import type { AccountsOptions } from '../core/options.ts'
import type { AccessTokenSubject } from '../core/services.ts'
import type { CredentialKind, Identity, UserId } from '../identity.ts'

/** What an identity is made of, whatever the credentials were. */
export interface IdentityParts extends Omit<AccessTokenSubject, 'epoch' | 'audience' | 'isClient'> {
  readonly via: CredentialKind
}

/** Makes identities, with the permissions of their roles. */
export type IdentityMaker = (parts: IdentityParts) => Identity

export function identityMaker({ roles, organisations }: AccountsOptions): IdentityMaker {
  return ({ userId, scopes, organisation, impersonatorId, ...rest }) => {
    return Object.freeze({
      id: userId,
      roles: Object.freeze([...new Set(rest.roles)]),
      permissions: Object.freeze(permissionsOf(roles, rest.roles)),
      scopes: Object.freeze([...(scopes ?? ['*'])]),
      restricted: scopes !== undefined,
      via: rest.via,
      sessionId: rest.sessionId,
      authenticatedAt: rest.authenticatedAt,
      methods: Object.freeze([...rest.methods]),
      clientId: rest.clientId,
      keyId: rest.keyId,
      impersonatedBy: impersonatorId satisfies UserId | undefined,
      organisation:
        organisation &&
        Object.freeze({
          id: organisation.id,
          roles: Object.freeze([...organisation.roles]),
          permissions: Object.freeze(permissionsOf(organisations?.roles, organisation.roles)),
        }),
    })
  }
}

/**
 * The identity of a caller whom a test names by no more than an id: as if they had just logged in by their password. What the test says stands; scopes other than
 * `*` make it restricted, as they do those of keys and tokens.
 */
export function namedIdentity(options: AccountsOptions): (caller: Principal & Partial<Identity>) => Identity {
  const identityOf = identityMaker(options)
  return (caller) => {
    const { organisation, ...said } = Object.fromEntries(
      Object.entries(caller).filter(([, value]) => value !== undefined),
    ) as typeof caller
    const made = identityOf({
      userId: caller.id,
      roles: said.roles ?? [],
      scopes: undefined,
      via: 'session',
      methods: ['pwd'],
      authenticatedAt: Math.floor(clockNow() / 1000),
      organisation: organisation && { ...organisation, roles: organisation.roles ?? [] },
    })
    const restricted = said.scopes !== undefined && !said.scopes.includes('*')
    const chosen = made.organisation && { organisation: { ...made.organisation, ...organisation } }
    return { ...made, restricted, ...said, ...chosen }
  }
}

/** What roles may, each permission once. */
export function permissionsOf(
  roles: Readonly<Record<string, readonly string[]>> = {},
  held: readonly string[],
): readonly string[] {
  return [...new Set(held.flatMap((role) => (Object.hasOwn(roles, role) ? (roles[role] ?? []) : [])))]
}
