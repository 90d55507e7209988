import { getTableColumns } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { isoTime } from '../../data/wire-times.ts'
import type { UserTable } from '../tables/user-columns.ts'
import { canonicalEmail } from './canonical-email.ts'
import type { UserRow } from '../core/user-row.ts'

/** The columns of the app's table of users, by their keys in the code. */
export function columnsOf(users: UserTable): Readonly<Record<string, PgColumn>> {
  return getTableColumns(users)
}

/** Makes rows of what Drizzle reads: times are ISO 8601, as in all answers. */
export function userRowReader(users: UserTable): (row: Readonly<Record<string, unknown>>) => UserRow {
  const times = Object.entries(columnsOf(users))
    .filter(([, { columnType }]) => columnType === 'PgTimestampString')
    .map(([key]) => key)
  return (row) => {
    const read: Record<string, unknown> = { ...row }
    for (const key of times) if (typeof read[key] === 'string') read[key] = isoTime(read[key])
    // The table has these columns: checked where the accounts were declared.
    return read as unknown as UserRow
  }
}

/** Values as they are stored: what people log in with in its canonical form. */
export function storedValues(
  values: Readonly<Record<string, unknown>>,
  logInWith: readonly string[] = [],
): Record<string, unknown> {
  const stored = { ...values }
  for (const key of logInWith) if (typeof stored[key] === 'string') stored[key] = canonicalLogin(stored[key])
  if (typeof stored['email'] === 'string') stored['email'] = canonicalEmail(stored['email'])
  return stored
}

/**
 * The columns in which a log-in is looked for. What has an @ is an address wherever people log in with addresses, so that nobody takes another's
 * address for a name.
 */
export function loginColumns(login: string, logInWith: readonly string[]): readonly string[] {
  if (!logInWith.includes('email')) return logInWith
  return login.includes('@') ? ['email'] : logInWith.filter((key) => key !== 'email')
}

/** A log-in as it is looked for and counted. */
export function canonicalLogin(login: string): string {
  return login.includes('@') ? canonicalEmail(login) : login.normalize('NFC').trim()
}
