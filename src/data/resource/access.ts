import type { AccessRule } from '../../core/access/index.ts'
import type { RowAccess } from '../repository/definition.ts'

/**
 * Who may do what. One rule for everything, or one for each action: what has no rule has no operation. Rules about rows (`owner`, `through`,
 * `tenant`, `rows`) become part of every statement.
 */
export type ResourceAccess = AccessRule | ActionRules

export interface ActionRules {
  /** For the list and for one row. */
  readonly read?: AccessRule
  readonly create?: AccessRule
  readonly update?: AccessRule
  /** Also to restore what was deleted softly. */
  readonly delete?: AccessRule
}

export function rulesOf(access: ResourceAccess): RowAccess {
  return 'kind' in access ? { read: access, create: access, update: access, delete: access } : access
}
