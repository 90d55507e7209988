import { sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { columnKind, isArray } from '../columns/column-kind.ts'
import { arrayLiteral } from './array-literal.ts'

/** What a filter can ask of a column. */
export type Operator =
  'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'in' | 'contains' | 'startsWith' | 'has' | 'containsJson' | 'isNull'

const CHOICE = ['eq', 'ne', 'in'] as const
const ORDER = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in'] as const

/** The operators that make sense for a column, in the order in which they are documented. */
export function operatorsOf(column: PgColumn): readonly Operator[] {
  return [...comparisonsOf(column), ...(column.notNull || column.primary ? [] : (['isNull'] as const))]
}

function comparisonsOf(column: PgColumn): readonly Operator[] {
  const { ordered, sortable, like, contains } = columnKind(column)
  if ((column.enumValues?.length ?? 0) > 0 && !isArray(column)) return CHOICE
  if (contains !== undefined) return [contains === 'array' ? 'has' : 'containsJson']
  if (like) return [...ORDER, 'contains', 'startsWith']
  if (ordered) return ORDER
  return sortable ? ['eq', 'ne'] : []
}

/** How a condition has its value. */
export interface Bound {
  /** Of the placeholder. */
  readonly name: string
  /** Of `isNull`, which binds nothing: whether there is a value. */
  readonly negated?: boolean
}

/** A condition of one operator. */
export function conditionOf(operator: Operator, column: PgColumn, { name, negated = false }: Bound): SQL {
  if (operator === 'isNull') return negated ? sql`${column} is not null` : sql`${column} is null`
  return RENDER[operator](column, sql`${sql.param(sql.placeholder(name), encoderOf(operator, column))}`)
}

type Render = (column: PgColumn, value: SQL) => SQL

const RENDER: Readonly<Record<Exclude<Operator, 'isNull'>, Render>> = {
  eq: (column, value) => sql`${column} = ${value}`,
  // A row without a value is one that does not have this value.
  ne: (column, value) => sql`${column} is distinct from ${value}`,
  lt: (column, value) => sql`${column} < ${value}`,
  lte: (column, value) => sql`${column} <= ${value}`,
  gt: (column, value) => sql`${column} > ${value}`,
  gte: (column, value) => sql`${column} >= ${value}`,
  in: (column, value) => sql`${column} = any(${value})`,
  contains: (column, value) => sql`${column} ilike ${value}`,
  startsWith: (column, value) => sql`${column} ilike ${value}`,
  has: (column, value) => sql`${column} @> ${value}`,
  containsJson: (column, value) => sql`${column} @> ${value}`,
}

interface Encoder {
  mapToDriverValue(value: unknown): unknown
}

function encoderOf(operator: Operator, column: PgColumn): Encoder {
  switch (operator) {
    case 'in':
      return listOf(column)
    case 'has':
      return listOf(isArray(column) ? column.baseColumn : column)
    case 'contains':
      return { mapToDriverValue: (text) => `%${escapeLike(text as string)}%` }
    case 'startsWith':
      return { mapToDriverValue: (text) => `${escapeLike(text as string)}%` }
    case 'containsJson':
      return { mapToDriverValue: (text) => text }
    default:
      return column
  }
}

function listOf(item: Encoder): Encoder {
  return {
    mapToDriverValue: (values) =>
      arrayLiteral((values as readonly unknown[]).map((value) => item.mapToDriverValue(value))),
  }
}

/** The text itself, and nothing it would mean in a pattern. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&')
}
