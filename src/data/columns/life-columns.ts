import { sql } from 'drizzle-orm'
import { integer, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import { createUuidV7 } from './uuid-v7.ts'

const moment = <Name extends string>(name: Name) => timestamp(name, { withTimezone: true, mode: 'string' })

/**
 * The primary key of most tables: a UUID of version 7, made in the process when a row is inserted. Ids ascend in the order of their making,
 * so they sort by age and keep indexes compact, and they tell nobody how many rows there are; they do tell when a row was made.
 *
 * Rows inserted without Drizzle need `DEFAULT uuidv7()` in the migration, which PostgreSQL has since version 18.
 *
 * @example
 * const projects = pgTable('projects', { id: id(), name: varchar().notNull(), ...timestamps() })
 * @see RFC 9562, section 5.7
 */
export function id() {
  return uuid().primaryKey().$defaultFn(createUuidV7())
}

/**
 * The columns `created_at` and `updated_at`, in the code `createdAt` and `updatedAt`: ISO 8601 strings in UTC, with the microseconds
 * PostgreSQL keeps. Both are the time the transaction began; every update through Drizzle sets `updatedAt`.
 *
 * @example
 * const projects = pgTable('projects', { id: id(), name: varchar().notNull(), ...timestamps() })
 */
export function timestamps() {
  return {
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at')
      .notNull()
      .defaultNow()
      .$onUpdateFn(() => sql`now()`),
  }
}

/**
 * The columns `created_by` and `updated_by`, in the code `createdBy` and `updatedBy`: who made a row and who changed it last, null where
 * that was nobody's request. They are of the type that
 * the ids of users have: `text` by default, `uuid` or `integer`.
 *
 * @example
 * const projects = pgTable('projects', { id: id(), name: varchar().notNull(), ...authorship('uuid') })
 */
export function authorship<Type extends keyof typeof AUTHORS = 'text'>(
  type?: Type,
): ReturnType<(typeof AUTHORS)[Type]> {
  // The default of the type is that of the value.
  return AUTHORS[type ?? 'text']() as ReturnType<(typeof AUTHORS)[Type]>
}

const AUTHORS = {
  text: () => ({ createdBy: text('created_by'), updatedBy: text('updated_by') }),
  uuid: () => ({ createdBy: uuid('created_by'), updatedBy: uuid('updated_by') }),
  integer: () => ({ createdBy: integer('created_by'), updatedBy: integer('updated_by') }),
}

/**
 * The column `deleted_at`, in the code `deletedAt`: when a row was deleted that can be restored, null where it was not. ISO 8601 in UTC.
 *
 * @example
 * const projects = pgTable('projects', { id: id(), name: varchar().notNull(), ...softDeletion() })
 */
export function softDeletion() {
  return { deletedAt: moment('deleted_at') }
}

/**
 * The column `version`: 1 when a row is made, and one more with each change. Whoever writes it compares it first, so that nobody overwrites
 * what they have not seen.
 *
 * @example
 * const projects = pgTable('projects', { id: id(), name: varchar().notNull(), ...version() })
 */
export function version() {
  return { version: integer('version').notNull().default(1) }
}
