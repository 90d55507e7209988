import { bigint, customType, integer, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { UserId } from '../identity.ts'
import type { UserTable } from './user-columns.ts'

/** A time as ISO 8601 text, as the columns of resources have it. */
export const moment = <Name extends string>(name: Name) => timestamp(name, { withTimezone: true, mode: 'string' })

/** The id of a transaction, as the server counts them. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => 'xid8' })

const asText = <Name extends string>(name: Name) => text(name)

const TYPES = {
  uuid: (name: string) => uuid(name),
  integer: (name: string) => integer(name),
  bigint: (name: string) => bigint(name, { mode: 'number' }),
  text: (name: string) => text(name),
} as const

/**
 * A column that holds a user's id, of the type of the table's key; with the user the row goes.
 *
 * @throws TypeError where the key of the users is of a type that cannot be referred to from here.
 */
export function userReference<Name extends string>(users: UserTable, name: Name) {
  const type = users.id.getSQLType().replace(/^(big)?serial$/, (_, big) => (big === undefined ? 'integer' : 'bigint'))
  const base = type.replace(/\(.*$/, '').replace('varchar', 'text')
  const make = TYPES[base as keyof typeof TYPES]
  if (make === undefined)
    throw new TypeError(`The primary key of users is a ${type}; accounts need uuid, text, varchar, integer or bigint.`)
  // Typed as text of any id: which of the types it is only the app knows.
  return (make(name) as unknown as ReturnType<typeof asText<Name>>)
    .$type<UserId>()
    .references(() => users.id, { onDelete: 'cascade' })
}
