import type { Principal } from './authenticator.ts'
import { holdsName } from './grant.ts'
import type { AccessRule, RuleNode } from './rule.ts'

/** What opens an operation to restricted credentials where its rules ask for no scopes. */
const READ = 'read'
const WRITE = 'write'

/** Whether this caller may do only what rules with scopes open. */
export function isLimited({ restricted, scopes }: Principal, safe: boolean): boolean {
  return restricted === true && !holdsName(scopes, safe ? READ : WRITE)
}

/** Whether any of it asks for a scope. */
export function asksForScope({ node }: AccessRule): boolean {
  return node.type === 'scope' || ('rules' in node && node.rules.some(asksForScope))
}

/**
 * The rules of a node that count for a caller. Where one of several is enough and some ask for scopes, those that do not are no way round them for who may do
 * only what scopes open.
 */
export function rulesFor(
  node: Extract<RuleNode, { readonly type: 'anyOf' | 'allOf' }>,
  limited: boolean,
): readonly AccessRule[] {
  if (!limited || node.type === 'allOf' || !node.rules.some(asksForScope)) return node.rules
  return node.rules.filter(asksForScope)
}
