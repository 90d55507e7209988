import type { Principal } from './authenticator.ts'
import type { RuleNode } from './rule.ts'

export type GrantNode = Extract<RuleNode, { readonly type: 'role' | 'scope' | 'permission' }>

/** Whether the caller has it. Permissions and scopes may be held as `*` or `posts:*`; roles are names, and stand for themselves alone. */
export function isGranted({ type, name }: GrantNode, user: Principal): boolean {
  if (type === 'role') return user.roles?.includes(name) ?? false
  return holdsName(type === 'scope' ? user.scopes : user.permissions, name)
}

/** Whether one of the names held is this one, or a wildcard for it. */
export function holdsName(held: readonly string[] | undefined, name: string): boolean {
  return held?.some((each) => each === name || covers(each, name)) ?? false
}

/** `*` is everything, `posts:*` everything that begins with `posts:`. A star anywhere else is a letter. */
function covers(held: string, name: string): boolean {
  return held === '*' || (held.endsWith(':*') && name.startsWith(held.slice(0, -1)) && name.length >= held.length)
}
