import type { Column, Constraint, Table } from '../catalog/catalog.ts'

const SERIAL: Readonly<Record<string, string>> = { smallint: 'smallserial', integer: 'serial', bigint: 'bigserial' }

/** A column as ADD COLUMN and CREATE TABLE take it. */
export function columnText(column: Column, { notNull = column.notNull, primaryKey = false } = {}): string {
  const { sql, type, serial, generated, identity } = column
  const parts = [sql, (serial ? SERIAL[type] : undefined) ?? type]
  if (generated !== undefined) parts.push(`GENERATED ALWAYS AS (${generated.expression}) ${generated.kind}`)
  if (identity !== undefined) parts.push(`GENERATED ${shortIdentity(identity)}`)
  if (column.default !== undefined) parts.push(`DEFAULT ${column.default}`)
  if (primaryKey) parts.push('PRIMARY KEY')
  else if (notNull && !serial) parts.push('NOT NULL')
  return parts.join(' ')
}

const USUAL =
  /\b(?:INCREMENT BY 1|MINVALUE 1|MAXVALUE (?:32767|2147483647|9223372036854775807)|START WITH 1|CACHE 1|NO CYCLE)(?= |\)|$)/g

/** Without the options that every sequence has. */
export function shortOptions(options: string): string {
  return options.replaceAll(USUAL, '').replaceAll(/ +/g, ' ').replace('( ', '(').replace(' )', ')').trim()
}

function shortIdentity(identity: string): string {
  return shortOptions(identity).replace(' ()', '')
}

/** CREATE TABLE with what is the table's own, and with the foreign keys that can stand in it. */
export function tableText(table: Table, foreignKeys: readonly Constraint[]): string {
  const inline = table.constraints.find((constraint) => isPlainPrimaryKey(table, constraint))
  const lines = [
    ...table.columns.map((column) => columnText(column, { primaryKey: inline?.columns[0] === column.name })),
    ...table.constraints
      .filter(
        (constraint) =>
          constraint !== inline && (constraint.kind !== 'foreign key' || foreignKeys.includes(constraint)),
      )
      .map(({ sql, definition }) => `CONSTRAINT ${sql} ${definition}`),
  ]
  return `CREATE TABLE ${table.sql} (${lines.length === 0 ? '' : `\n  ${lines.join(',\n  ')}\n`})`
}

function isPlainPrimaryKey(table: Table, { kind, columns, name, definition }: Constraint): boolean {
  return kind === 'primary key' && columns.length === 1 && name === `${table.name}_pkey` && definition.endsWith(')')
}
