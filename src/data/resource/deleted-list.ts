import { Forbidden } from '../../core/errors/index.ts'
import { DELETED } from '../query/list-schema.ts'
import { hasCode } from '../repository/check-rules.ts'
import type { RowSession } from '../repository/row-session.ts'
import type { Declared } from './declared.ts'
import type { ResourceContext } from './operations.ts'

/**
 * Whether callers can list what was deleted softly: where somebody may delete, by a rule that has no code of its own. That is asked before the
 * operation, which for a list is the rule of reading.
 */
export function offersDeleted({ definition, access }: Declared): boolean {
  return definition.model.life.deletedAt !== undefined && access.delete !== undefined && !hasCode(access.delete)
}

/** @throws Forbidden where the caller may delete nothing. */
export function asksDeleted({ query }: ResourceContext, session: RowSession): boolean {
  if (query[DELETED] !== true) return false
  if (session.scope('delete') === false) throw new Forbidden()
  return true
}
