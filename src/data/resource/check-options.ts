import type { PgTable } from 'drizzle-orm/pg-core'
import type { DrizzleSchema } from '../drizzle.ts'
import type { Model } from '../model/model.ts'
import type { ActionRules } from './access.ts'
import type { ResourceOptions } from './options.ts'

/** Every name there is: the types see to it that none is forgotten. */
type All<Names extends string> = Readonly<Record<Names, true>>

const OPTIONS: All<keyof ResourceOptions<PgTable> | 'refine'> = {
  database: true,
  access: true,
  name: true,
  path: true,
  parent: true,
  private: true,
  fields: true,
  readOnly: true,
  writeOnce: true,
  writable: true,
  refine: true,
  list: true,
  rules: true,
  bulk: true,
  put: true,
  idempotent: true,
  cache: true,
  softDelete: true,
  version: true,
  audit: true,
  rls: true,
  tags: true,
  deprecated: true,
  middleware: true,
  hidden: true,
  errors: true,
  uses: true,
}

const ACTIONS: All<keyof ActionRules> = {
  read: true,
  list: true,
  create: true,
  update: true,
  delete: true,
  purge: true,
  audit: true,
}

const COLUMN_LISTS = ['readOnly', 'writeOnce', 'writable'] as const

/**
 * A misspelt option would be none, in silence: with `privat: ['notes']` the notes would be sent.
 *
 * @throws TypeError where there is no such option, or one names a column that the table does not have.
 */
export function checkOptions(what: string, options: object, model: Model): void {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(OPTIONS, name))
      throw new TypeError(`${what} has no option "${name}". There are ${Object.keys(OPTIONS).join(', ')}.`)
  const { refine = {}, ...given } = options as Partial<ResourceOptions<PgTable>> & { readonly refine?: object }
  if (given.database === undefined)
    throw new TypeError(
      `${what} needs the database its rows are in: write ${what.replace(')', '')}, { database, ... }).`,
    )
  checkSchema(given.database.options.schema, model)
  for (const option of COLUMN_LISTS)
    for (const key of given[option] ?? []) checkColumn(`${what}: ${option}`, key, model)
  for (const key of Object.keys(refine)) checkColumn(`${what}: refine`, key, model)
}

/** Migrations are made of the schema's tables: one that is not among them is never made. */
export function checkSchema(schema: DrizzleSchema | undefined, { table, name }: Pick<Model, 'table' | 'name'>): void {
  if (schema === undefined || Object.values(schema).includes(table)) return
  throw new TypeError(
    `The table "${name}" is not in the schema of its database: export it from the module given as database({ schema }), so that migrations know it.`,
  )
}

/** @throws TypeError where nobody has said who may do what, or it is said of what cannot be done. */
export function checkAccess(what: string, access: unknown): void {
  if (typeof access !== 'object' || access === null)
    throw new TypeError(
      `${what} needs to know who may do what. Write a rule for everything, access: authenticated, or one for each action: ` +
        'access: { read: anyone, create: authenticated }. Rules are in ashlar/access.',
    )
  if ('kind' in access) return
  for (const action of Object.keys(access))
    if (!Object.hasOwn(ACTIONS, action))
      throw new TypeError(`${what}: access names "${action}". There are ${Object.keys(ACTIONS).join(', ')}.`)
}

function checkColumn(option: string, key: string, { byKey, name }: Model): void {
  if (byKey.has(key)) return
  throw new TypeError(
    `${option} names the column "${key}", which the table "${name}" does not have. It has ${[...byKey.keys()].join(', ')}.`,
  )
}
