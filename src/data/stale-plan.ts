import type { DatabaseError } from 'pg'

/** By its place in PostgreSQL's source, as messages are translated. */
const STALE_PLAN = 'RevalidateCachedQuery'
const FEATURE_NOT_SUPPORTED = '0A000'

/** Whether a prepared statement's columns have other types than when it was prepared, as after a migration. */
export function isStale({ code, routine }: Pick<DatabaseError, 'code' | 'routine'>): boolean {
  return code === FEATURE_NOT_SUPPORTED && routine === STALE_PLAN
}
