import type { MaybePromise } from '../../core/maybe-promise.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { Definition } from './definition.ts'
import { readRow, type Key } from './read-rows.ts'
import type { RowSession } from './row-session.ts'
import { deleteRow, insertRow, restoreRow, updateRow, type Fields, type Versions } from './write-rows.ts'

// Changes that are seen: by code, which has the row before and after, and by the audit trail. They are several statements, saved together in
// a transaction. A change that nobody sees is one statement, and made by the functions of write-rows.ts themselves.

/** A row with all its columns, as the code has it. */
export type SeenRow = Readonly<Record<string, unknown>>

/** Keeps what changes, in the transaction of the change. */
export interface Journal {
  /** Keys of columns whose values it does not keep. */
  readonly hidden: ReadonlySet<string>
  record(session: RowSession, change: JournalChange): Promise<void>
}

/** The images are rows of all columns; rows of one place in both sets are the same row, before and after. */
export interface JournalChange {
  readonly action: 'create' | 'update' | 'delete' | 'restore' | 'purge'
  readonly before?: RowSet
  readonly after?: RowSet
}

/** A row as it was written: for code, and as the server sent it. */
export interface Written {
  readonly row: SeenRow
  readonly rows: RowSet
}

export type Outcome = (Written & { readonly before: SeenRow }) | 'missing' | 'stale'

export async function insertSeen(session: RowSession, fields: Fields): Promise<Written> {
  const { all, journal } = session.definition
  const after = await insertRow(session, fields, all)
  await journal?.record(session, { action: 'create', after })
  return { row: all.object(after, 0), rows: after }
}

interface SeenUpdate {
  /** One of which it must have. */
  readonly versions?: Versions | undefined
  /** What is to change, once the row is locked and known. */
  readonly fields: (before: SeenRow) => MaybePromise<Fields>
}

export async function updateSeen(session: RowSession, key: Key, { versions, fields }: SeenUpdate): Promise<Outcome> {
  const { all, journal } = session.definition
  const before = await readRow(session, key, all, { action: 'update', lock: 'update' })
  if (before.length === 0) return 'missing'
  if (isStale(session.definition, before, versions)) return 'stale'
  const row = all.object(before, 0)
  const changes = await fields(row)
  const after = await updateRow(session, key, { fields: changes, selection: all })
  // A hook of the user's may have taken it away meanwhile.
  if (after.length === 0) return 'missing'
  await journal?.record(session, { action: 'update', before, after })
  return { before: row, row: all.object(after, 0), rows: after }
}

interface SeenDelete {
  readonly versions?: Versions | undefined
  readonly purge?: boolean
  /** Called once the row is locked and known. */
  readonly first?: (row: SeenRow) => MaybePromise<void>
}

export async function deleteSeen(
  session: RowSession,
  key: Key,
  { versions, purge = false, first }: SeenDelete,
): Promise<SeenRow | 'missing' | 'stale'> {
  const { all, journal } = session.definition
  const before = await readRow(session, key, all, {
    action: purge ? 'purge' : 'delete',
    lock: 'update',
    deleted: purge ? 'any' : false,
  })
  if (before.length === 0) return 'missing'
  if (isStale(session.definition, before, versions)) return 'stale'
  const row = all.object(before, 0)
  await first?.(row)
  const after = await deleteRow(session, key, { selection: all, purge })
  if (after.length === 0) return 'missing'
  await journal?.record(session, { action: purge ? 'purge' : 'delete', before })
  return row
}

export async function restoreSeen(session: RowSession, key: Key): Promise<Written | 'missing'> {
  const { all, journal } = session.definition
  const before = await readRow(session, key, all, { action: 'delete', lock: 'update', deleted: true })
  if (before.length === 0) return 'missing'
  const after = await restoreRow(session, key, all)
  await journal?.record(session, { action: 'restore', before, after })
  return { row: all.object(after, 0), rows: after }
}

function isStale({ model, all }: Definition, rows: RowSet, versions: Versions | undefined): boolean {
  if (versions === undefined || model.life.version === undefined) return false
  const index = all.columns.findIndex(({ key }) => key === model.life.version)
  return !versions.includes(rows.text(0, index) ?? '')
}
