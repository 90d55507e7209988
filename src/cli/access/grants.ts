import type { App } from '../../app/app.ts'
import type { Principal } from '../../core/access/index.ts'
import { scopeOf } from '../../core/access/decision.ts'
import { permission } from '../../core/access/index.ts'
import type { RuleNode } from '../../core/access/rule.ts'
import type { Demand } from './demands.ts'

/** Which permissions each role carries. */
export type RolePermissions = ReadonlyMap<string, readonly string[]>

/** What accounts say of roles, by their shape: the command knows no part of `ashlar/auth`. */
interface WithRoles {
  readonly core?: { readonly options?: { readonly roles?: Readonly<Record<string, readonly string[]>> } }
}

/** Those of the app's accounts, with what is given besides. */
export function rolePermissions(app: App, given: RolePermissions = new Map()): RolePermissions {
  const { auth } = app.definition as { readonly auth?: unknown }
  const ofAccounts = (auth as WithRoles | undefined)?.core?.options?.roles ?? {}
  return new Map([...Object.entries(ofAccounts), ...given])
}

/** A principal with these roles and what they carry. A role limits no credentials: it has every scope, unless some are named. */
export function principalWith(
  user: Principal,
  { permissions, scopes }: { readonly permissions: RolePermissions; readonly scopes?: readonly string[] | undefined },
): Principal {
  const carried = (user.roles ?? []).flatMap((role) => permissions.get(role) ?? [])
  return {
    ...user,
    permissions: [...new Set([...(user.permissions ?? []), ...carried])],
    ...(scopes !== undefined && { scopes }),
  }
}

/** What rules name. */
export interface NamedGrants {
  readonly role: readonly string[]
  readonly scope: readonly string[]
  readonly permission: readonly string[]
}

export function namedGrants(demands: readonly Demand[]): NamedGrants {
  const found = { role: new Set<string>(), scope: new Set<string>(), permission: new Set<string>() }
  const visit = (node: RuleNode): void => {
    if (node.type === 'role' || node.type === 'scope' || node.type === 'permission') found[node.type].add(node.name)
    else if ('rules' in node) node.rules.forEach((rule) => visit(rule.node))
    else if (node.type === 'rows' && node.condition.type === 'through') visit(node.condition.rule.node)
  }
  demands.forEach(({ rule }) => visit(rule.node))
  return { role: [...found.role].sort(), scope: [...found.scope].sort(), permission: [...found.permission].sort() }
}

/** Whether what this principal has includes the permission: decided as a request's would be. */
export function hasPermission(user: Principal, name: string): boolean {
  const caller = { user, by: undefined }
  return scopeOf(permission(name), { caller, custom: false, askedBy: undefined }) === true
}
