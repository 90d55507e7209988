import { is, SQL } from 'drizzle-orm'
import { PgRole, type PgPolicy } from 'drizzle-orm/pg-core'
import { columnSql } from './column-sql.ts'
import { roleNames, type TableConfig } from './declared.ts'
import { expression, qualified, quote } from '../../sql-text.ts'

const list = (columns: readonly { readonly name: string }[]): string =>
  columns.map(({ name }) => quote(name)).join(', ')

/** CREATE TABLE with all that is the table's own. What names another table comes later. */
export function tableSql(table: TableConfig): string {
  const parts = [
    ...table.columns.map(columnSql),
    ...table.primaryKeys.map((key) => `CONSTRAINT ${quote(key.getName())} PRIMARY KEY (${list(key.columns)})`),
    ...table.columns
      .filter(({ isUnique }) => isUnique)
      .map((column) => uniqueSql(column.uniqueName!, column.uniqueType === 'not distinct', [column])),
    ...table.uniqueConstraints.map((given) =>
      // The constructor always gives a name; its type does not say so.
      uniqueSql(given.getName()!, given.nullsNotDistinct, given.columns),
    ),
    ...table.checks.map(
      ({ name, value }) => `CONSTRAINT ${quote(name)} CHECK (${expression(value, { columns: 'bare' })})`,
    ),
  ]
  return `CREATE TABLE ${nameOf(table)} (\n  ${parts.join(',\n  ')}\n)`
}

function uniqueSql(name: string, nullsNotDistinct: boolean, columns: readonly { readonly name: string }[]): string {
  return `CONSTRAINT ${quote(name)} UNIQUE ${nullsNotDistinct ? 'NULLS NOT DISTINCT ' : ''}(${list(columns)})`
}

function nameOf({ schema, name }: Pick<TableConfig, 'schema' | 'name'>): string {
  return qualified(schema, name)
}

export function foreignKeySql(
  table: TableConfig,
  configOf: (table: unknown) => Pick<TableConfig, 'schema' | 'name'>,
): readonly string[] {
  return table.foreignKeys.map((key) => {
    const { columns, foreignTable, foreignColumns } = key.reference()
    const actions = [
      key.onDelete !== undefined && ` ON DELETE ${key.onDelete}`,
      key.onUpdate !== undefined && ` ON UPDATE ${key.onUpdate}`,
    ]
    return `ALTER TABLE ${nameOf(table)} ADD CONSTRAINT ${quote(key.getName())} FOREIGN KEY (${list(columns)}) REFERENCES ${nameOf(
      configOf(foreignTable),
    )} (${list(foreignColumns)})${actions.filter((action) => action !== false).join('')}`
  })
}

type IndexConfig = TableConfig['indexes'][number]['config']

export function indexSql(table: TableConfig, config: IndexConfig): string {
  const { unique, method, columns, where } = config
  const settings = Object.entries((config.with ?? {}) as Record<string, unknown>).map(
    ([key, value]) => `${key} = ${String(value)}`,
  )
  return [
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quote(indexName(table, config))} ON ${nameOf(table)}`,
    ` USING ${method ?? 'btree'} (${columns.map((column) => indexColumn(column as IndexColumn, method)).join(', ')})`,
    settings.length === 0 ? '' : ` WITH (${settings.join(', ')})`,
    where === undefined ? '' : ` WHERE ${expression(where, { columns: 'bare' })}`,
  ].join('')
}

interface NamedColumn {
  readonly name: string
  readonly indexConfig?: { readonly order?: string; readonly nulls?: string; readonly opClass?: string }
}
type IndexColumn = SQL | NamedColumn

/** The name Drizzle's own tool gives. */
function indexName(table: TableConfig, { name, columns }: IndexConfig): string {
  if (name !== undefined) return name
  if (columns.some((column) => is(column, SQL))) {
    throw new Error(
      `An index of the table ${table.name} has an expression and no name. Give it one: index('${table.name}_..._idx').`,
    )
  }
  return `${table.name}_${(columns as NamedColumn[]).map((column) => column.name).join('_')}_index`
}

/** Only a b-tree has an order. */
function indexColumn(column: IndexColumn, method: string | undefined): string {
  // As it is written: it may carry an order or an operator class.
  if (is(column, SQL)) return expression(column, { columns: 'bare' })
  const { order, nulls, opClass } = column.indexConfig ?? {}
  const ordered = (method ?? 'btree') === 'btree' ? ` ${order ?? 'asc'} NULLS ${nulls ?? 'last'}` : ''
  return `${quote(column.name)}${opClass === undefined ? '' : ` ${opClass}`}${ordered}`
}

function policySql(table: TableConfig, policy: PgPolicy): string {
  const { using, withCheck } = policy
  const condition = (word: string, given: SQL | undefined): string =>
    given === undefined ? '' : ` ${word} (${expression(given, { columns: 'qualified' })})`
  const roles = roleNames(policy.to).map((name) => (isKeyWord(name, policy.to) ? name : quote(name)))
  return [
    `CREATE POLICY ${quote(policy.name)} ON ${nameOf(table)}`,
    policy.as === undefined ? '' : ` AS ${policy.as}`,
    policy.for === undefined ? '' : ` FOR ${policy.for}`,
    roles.length === 0 ? '' : ` TO ${roles.join(', ')}`,
    condition('USING', using),
    condition('WITH CHECK', withCheck),
  ].join('')
}

function isKeyWord(name: string, to: PgPolicy['to']): boolean {
  return !is(to, PgRole) && ['public', 'current_role', 'current_user', 'session_user'].includes(name)
}

export function rowSecuritySql(table: TableConfig): readonly string[] {
  if (!table.enableRLS && table.policies.length === 0) return []
  return [
    `ALTER TABLE ${nameOf(table)} ENABLE ROW LEVEL SECURITY`,
    ...table.policies.map((policy) => policySql(table, policy)),
  ]
}
