import { getTableColumns } from 'drizzle-orm'
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import { checkSchema } from '../../data/resource/check-options.ts'
import type { AccountsOptions } from '../core/options.ts'

/**
 * Whether migrations make the tables of accounts.
 *
 * @throws TypeError that names one that is not in the schema of the database.
 */
export function checkTables({ database, users, tables }: AccountsOptions): void {
  for (const table of [users, ...Object.values(tables)])
    checkSchema(database.options.schema, { table, name: getTableConfig(table).name })
}

/** The columns that accounts keep themselves. */
export const OWN_COLUMNS = ['id', 'email', 'emailVerifiedAt', 'roles', 'disabledAt'] as const

/**
 * Whether accounts can work with the app's table of users, and the options with it.
 *
 * @throws TypeError that says what is missing.
 */
export function checkUsers({ users, profile = [], logInWith = ['email'] }: AccountsOptions): void {
  const { name } = getTableConfig(users)
  const columns: Readonly<Record<string, PgColumn>> = getTableColumns(users)
  const wrong = (what: string): never => {
    throw new TypeError(`accounts({ users: ${name} }): ${what}`)
  }
  const missing = OWN_COLUMNS.filter((key) => columns[key] === undefined)
  if (missing.length > 0) wrong(`the table has no ${missing.join(', ')}. Spread ...userColumns() into it.`)
  if (!columns.id!.primary) wrong('the column "id" must be the primary key.')
  for (const key of ['emailVerifiedAt', 'disabledAt'])
    if (columns[key]!.columnType !== 'PgTimestampString')
      wrong(`"${key}" must be a timestamp with time zone of mode 'string', as userColumns() has it.`)
  if (columns.roles!.columnType !== 'PgArray') wrong('"roles" must be an array of text, as userColumns() has it.')
  for (const key of profile) checkProfile(key, columns, wrong)
  if (logInWith.length === 0) wrong('logInWith names no column.')
  for (const key of logInWith) {
    if (columns[key] === undefined) wrong(`logInWith names "${key}", which is no column of the table.`)
    if (!isUnique(users, columns[key]!))
      wrong(`people log in with "${key}", so no two may have the same: make the column .unique().`)
  }
  if (!isUnique(users, columns.email!)) wrong('no two users may have the same address: make "email" .unique().')
}

function checkProfile(key: string, columns: Readonly<Record<string, PgColumn>>, wrong: (what: string) => never): void {
  if (columns[key] === undefined) wrong(`profile names "${key}", which is no column of the table.`)
  if ((OWN_COLUMNS as readonly string[]).includes(key))
    wrong(`"${key}" is kept by accounts themselves: users cannot set it as part of their profile.`)
}

function isUnique(users: PgTable, column: PgColumn): boolean {
  const { uniqueConstraints, indexes } = getTableConfig(users)
  const isOnlyThis = (columns: readonly unknown[]): boolean =>
    columns.length === 1 && (columns[0] as { readonly name?: string }).name === column.name
  return (
    column.isUnique ||
    column.primary ||
    uniqueConstraints.some(({ columns }) => isOnlyThis(columns)) ||
    indexes.some(({ config }) => config.unique && config.where === undefined && isOnlyThis(config.columns))
  )
}
