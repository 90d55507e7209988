import type { AccessTokenSubject } from '../core/services.ts'
import type { CredentialKind, Identity, UserId } from '../identity.ts'

/** What an identity is made of, whatever the credentials were. */
export interface IdentityParts extends Omit<AccessTokenSubject, 'epoch' | 'audience' | 'isClient'> {
  readonly via: CredentialKind
}

/** Makes identities, with the permissions of their roles. */
export type IdentityMaker = (parts: IdentityParts) => Identity

export function identityMaker(roles: Readonly<Record<string, readonly string[]>> = {}): IdentityMaker {
  const permissionsOf = (held: readonly string[]): readonly string[] => [
    ...new Set(held.flatMap((role) => (Object.hasOwn(roles, role) ? (roles[role] ?? []) : []))),
  ]
  return ({ userId, scopes, organisation, impersonatorId, ...rest }) => {
    const held = [...new Set([...rest.roles, ...(organisation?.roles ?? [])])]
    return Object.freeze({
      id: userId,
      roles: Object.freeze(held),
      permissions: Object.freeze(permissionsOf(held)),
      scopes: Object.freeze([...(scopes ?? ['*'])]),
      restricted: scopes !== undefined,
      via: rest.via,
      sessionId: rest.sessionId,
      authenticatedAt: rest.authenticatedAt,
      methods: Object.freeze([...rest.methods]),
      clientId: rest.clientId,
      keyId: rest.keyId,
      impersonatedBy: impersonatorId satisfies UserId | undefined,
      organisation,
    })
  }
}
