import type { AccessRule } from '../../core/access/index.ts'
import type { RowAccess } from '../repository/definition.ts'
import { checkAccess } from './check-options.ts'

/**
 * Who may do what. One rule for everything, or one for each action: what has no rule has no operation. Rules about rows (`owner`, `through`,
 * `tenant`, `rows`) become part of every statement.
 */
export type ResourceAccess = AccessRule | ActionRules

/** One rule for each action. */
export interface ActionRules {
  /** For the list and for one row. */
  readonly read?: AccessRule
  /** Besides `read`, for the list alone. Default: nothing more. */
  readonly list?: AccessRule
  readonly create?: AccessRule
  readonly update?: AccessRule
  /** Also to restore what was deleted softly, and to list it. */
  readonly delete?: AccessRule
  /** To remove rows for good, deleted softly or not. One rule for everything makes no operation of it. In a repository: default `delete`. */
  readonly purge?: AccessRule
  /**
   * For the history of a row, where the resource has `audit`. It alone decides, also for rows that are gone; so it says nothing of rows. One rule
   * for everything is none for this.
   */
  readonly audit?: AccessRule
}

/** The rules about the rows themselves. `what` declares them, for messages: `resource(tasks)`. */
export function rulesOf(what: string, access: ResourceAccess): RowAccess {
  checkAccess(what, access)
  if ('kind' in access) return { read: access, create: access, update: access, delete: access }
  const { audit: _, ...rules } = access
  return rules
}
