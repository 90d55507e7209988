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

/** What roles may, each permission once. */
export function permissionsOf(
  roles: Readonly<Record<string, readonly string[]>> = {},
  held: readonly string[],
): readonly string[] {
  return [...new Set(held.flatMap((role) => (Object.hasOwn(roles, role) ? (roles[role] ?? []) : [])))]
}
