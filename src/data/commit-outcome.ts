import { DatabaseError } from 'pg'
import { DatabaseUnavailable } from './errors.ts'
import { translateDatabaseError } from './translate-error.ts'

/** Whether the database itself refused to commit, as a deferred constraint makes it. Anything else may have come after the commit. */
export function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && !(translateDatabaseError(error) instanceof DatabaseUnavailable)
}
