import { Forbidden, PreconditionFailed } from '../../core/errors/index.ts'
import type { Action } from '../repository/definition.ts'
import { mayDo } from '../repository/may-do.ts'
import type { Deleted, Key } from '../repository/read-rows.ts'
import type { RowSession } from '../repository/row-session.ts'
import type { Declared } from './declared.ts'
import { notFound } from './not-found.ts'

export interface Refused {
  readonly action: Action
  readonly versions?: readonly string[] | undefined
  readonly deleted?: Deleted
}

/**
 * Why a change found no row: it is not there for the caller (404), readable and not theirs to change (403), or of another version (412).
 * Asked only then, so that a change that succeeds is one statement.
 */
export async function refusal(declared: Declared, session: RowSession, key: Key, of: Refused): Promise<Error> {
  const may = await mayDo(session, key, of)
  if (may === undefined) return notFound(declared)
  if (!may) return new Forbidden()
  // It was found with everything but its version; or it has changed in between, which is the same to the caller.
  return of.versions === undefined ? notFound(declared) : new PreconditionFailed()
}
