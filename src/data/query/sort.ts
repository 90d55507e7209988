import { sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { columnKind } from '../columns/column-kind.ts'
import type { Model, ModelColumn } from '../model/model.ts'
import { columnIn } from './filters.ts'

/** What rows are sorted by, and how. */
export interface SortTerm {
  /** As it is asked for, all said: `-dueAt.nullsLast`. */
  readonly name: string
  /** Short, made of indexes; equal terms of one table have equal ones. */
  readonly shape: string
  /** The column's key; `undefined` for the relevance of a search. */
  readonly key: string | undefined
  readonly descending: boolean
  readonly nullsFirst: boolean
  readonly nullable: boolean
  expression(table: PgTable): SQL | PgColumn
}

/** The word for the order of a search: best first. */
export const RELEVANCE = 'relevance'

/** Whether rows can be sorted by the column. */
export function isSortable({ column }: ModelColumn): boolean {
  return columnKind(column).sortable
}

/** All that can be asked for of a column: `dueAt`, `-dueAt`, and where it may be null also `dueAt.nullsFirst` and so on. */
export function sortNames(model: Model, column: ModelColumn): readonly string[] {
  const { key } = column
  const plain = [key, `-${key}`]
  return isNullable(model, column) ? plain.flatMap((name) => [name, `${name}.nullsFirst`, `${name}.nullsLast`]) : plain
}

/** The column that an order as it is asked for, `-dueAt.nullsLast`, is by. */
export function sortedBy(name: string): string {
  return name.replace(/^-/, '').replace(/\.nulls(?:First|Last)$/, '')
}

/** The terms of a table's visible columns, by the names they are asked for. */
export function sortTerms(model: Model): ReadonlyMap<string, SortTerm> {
  const terms = new Map<string, SortTerm>()
  for (const column of model.visible.filter(isSortable))
    for (const name of sortNames(model, column)) terms.set(name, columnTerm(model, column, readName(name)))
  return terms
}

/** Completes terms with the primary key, in the last one's direction, so that one index serves both, and every order is total. */
export function totalOrder(model: Model, terms: readonly SortTerm[]): readonly SortTerm[] {
  const descending = terms.at(-1)?.descending ?? false
  const ends = model.primaryKey.map((column) => columnTerm(model, column, { descending }))
  const order: SortTerm[] = []
  const missing = new Set(model.primaryKey.map(({ key }) => key))
  for (const term of [...terms, ...ends]) {
    if (missing.size === 0) break
    if (order.some(({ key }) => key === term.key)) continue
    order.push(term)
    if (term.key !== undefined) missing.delete(term.key)
  }
  return order
}

export function relevanceTerm(expression: (table: PgTable) => SQL): SortTerm {
  return {
    name: RELEVANCE,
    shape: 'r',
    key: undefined,
    descending: true,
    nullsFirst: true,
    nullable: false,
    expression,
  }
}

/** The same order from its end. */
export function reversed(term: SortTerm): SortTerm {
  return { ...term, descending: !term.descending, nullsFirst: !term.nullsFirst }
}

/** For ORDER BY. What is PostgreSQL's default is left out, as in the definition of an index. */
export function orderOf(term: SortTerm, table: PgTable): SQL {
  const { descending, nullsFirst, nullable } = term
  const direction = sql.raw(descending ? ' desc' : ' asc')
  const nulls = nullable && nullsFirst !== descending ? sql.raw(nullsFirst ? ' nulls first' : ' nulls last') : undefined
  return sql`${term.expression(table)}${direction}${nulls}`
}

interface Direction {
  readonly descending: boolean
  /** PostgreSQL's default: last, and first in a descending order. */
  readonly nullsFirst?: boolean
}

function columnTerm(model: Model, column: ModelColumn, { descending, nullsFirst = descending }: Direction): SortTerm {
  const { key } = column
  return {
    name: `${descending ? '-' : ''}${key}.${nullsFirst ? 'nullsFirst' : 'nullsLast'}`,
    shape: `${model.columns.indexOf(column)}${descending ? '-' : '+'}${nullsFirst === descending ? '' : 'n'}`,
    key,
    descending,
    nullsFirst,
    nullable: isNullable(model, column),
    expression: (table) => columnIn(table, key),
  }
}

/** Drizzle does not say that the columns of a composite primary key are not null. */
function isNullable(model: Model, { key, column }: ModelColumn): boolean {
  return !column.notNull && !model.primaryKey.some((part) => part.key === key)
}

function readName(name: string): Direction {
  const descending = name.startsWith('-')
  if (name.endsWith('.nullsFirst')) return { descending, nullsFirst: true }
  return name.endsWith('.nullsLast') ? { descending, nullsFirst: false } : { descending }
}
