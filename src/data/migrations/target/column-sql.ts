import { is, SQL } from 'drizzle-orm'
import type { PgColumn, PgSequenceOptions } from 'drizzle-orm/pg-core'
import { enumOf } from './declared.ts'
import { expression, literal, qualified, quote } from '../../sql-text.ts'

/** A column as CREATE TABLE takes it. */
export function columnSql(column: PgColumn): string {
  return [
    quote(column.name),
    typeSql(column),
    generatedSql(column),
    identitySql(column),
    defaultSql(column),
    column.notNull ? 'NOT NULL' : '',
    column.primary ? 'PRIMARY KEY' : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/** Drizzle names an enum without its schema. */
function typeSql(column: PgColumn): string {
  const type = column.getSQLType()
  const found = enumOf(column)
  return found === undefined ? type : type.replace(found.enumName, () => qualified(found.schema, found.enumName))
}

function generatedSql({ generated }: PgColumn): string {
  if (generated === undefined) return ''
  // Drizzle's column types the value; an expression it is in fact.
  const given: unknown = generated.as
  const value: unknown = typeof given === 'function' ? (given as () => SQL)() : given
  const text = is(value, SQL) ? expression(value, { columns: 'bare' }) : String(value)
  return `GENERATED ALWAYS AS (${text}) ${generated.mode === 'virtual' ? 'VIRTUAL' : 'STORED'}`
}

function identitySql({ generatedIdentity }: PgColumn): string {
  if (generatedIdentity === undefined) return ''
  const { type, sequenceName, sequenceOptions } = generatedIdentity
  const name = sequenceName === undefined ? '' : `SEQUENCE NAME ${quote(sequenceName)} `
  return `GENERATED ${type === 'always' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY (${name}${sequenceOptionsSql(sequenceOptions) || 'INCREMENT BY 1'})`
}

export function sequenceOptionsSql(options: PgSequenceOptions | undefined): string {
  if (options === undefined) return ''
  const { increment, minValue, maxValue, startWith, cache, cycle } = options
  return [
    increment !== undefined && `INCREMENT BY ${increment}`,
    minValue !== undefined && `MINVALUE ${minValue}`,
    maxValue !== undefined && `MAXVALUE ${maxValue}`,
    startWith !== undefined && `START WITH ${startWith}`,
    cache !== undefined && `CACHE ${cache}`,
    cycle === true && 'CYCLE',
  ]
    .filter((part) => part !== false)
    .join(' ')
}

function defaultSql(column: PgColumn): string {
  const value: unknown = column.default
  if (value === undefined) return ''
  if (is(value, SQL)) return `DEFAULT ${expressionOfDefault(value)}`
  return `DEFAULT ${literalOf(value === null ? null : column.mapToDriverValue(value))}`
}

/** An operator without parentheses would end the default: `DEFAULT 1 + 1` is one, `DEFAULT a IN (b)` is none. */
function expressionOfDefault(value: SQL): string {
  return `(${expression(value, { columns: 'bare' })})`
}

function literalOf(value: unknown): string {
  if (value === null) return 'NULL'
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return literal(String(value))
  if (typeof value === 'string') return literal(value)
  if (value instanceof Date) return literal(value.toISOString())
  if (value instanceof Uint8Array) return literal(`\\x${Buffer.from(value).toString('hex')}`)
  return literal(JSON.stringify(value))
}
