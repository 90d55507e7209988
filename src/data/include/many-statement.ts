import { and, eq, sql, type SQL } from 'drizzle-orm'
import { alias, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import type { ThroughRelation } from '../columns/relations.ts'
import { aliveIn, type ScopePart } from '../repository/row-session.ts'
import { listOf } from '../repository/selection.ts'
import { aliasName } from '../rows/alias-name.ts'
import { columnIn, columnOf } from '../rows/row-scope.ts'
import { place } from '../statements/compile.ts'
import type { IncludePlan } from './include-plan.ts'

/** The rows that those of a page lead to, in the page's order, behind the place of the row they belong to. */
export function manyStatement(plan: IncludePlan, scope: ScopePart): SQL {
  const as = aliasName(`include_${plan.name}`)
  const parts: Parts = { plan, scope, as, table: alias(plan.relation.table, as), page: pageOf(plan) }
  return 'between' in plan.relation ? throughStatement(parts, plan.relation) : directStatement(parts)
}

interface Parts {
  readonly plan: IncludePlan
  readonly scope: ScopePart
  readonly as: string
  /** The related table, under a name of its own. */
  readonly table: PgTable
  /** The keys of the page's rows, with their places, as a table `page`. */
  readonly page: SQL
}

/** For each row its own look into the index, which ends at the limit: it may have any number of related rows. */
function directStatement({ plan, scope, as, table, page }: Parts): SQL {
  const { relation, model, fields, sort } = plan
  const joined = relation.columns.map(({ to }, index) => sql`${columnIn(table, to)} = page.${key(index)}`)
  const where = and(...joined, aliveIn(model, table), scope.where(table)) as SQL
  const from = sql`${relation.table} ${sql.identifier(as)}`
  const order = sort.map(({ column, descending }) => direction(columnOf(table, column.key), descending))
  const keys = sort.map(({ column }, index) => sql`${columnOf(table, column.key)} as ${sortKey(index)}`)
  const found = sql`select ${listOf(fields, table)}, ${list(keys)} from ${from} where ${where} order by ${list(order)} limit ${place(':limit')}`
  const outer = sort.map(({ descending }, index) => direction(sql`related.${sortKey(index)}`, descending))
  return sql`select page.place::int, ${relatedColumns(plan)} from ${page} cross join lateral (${found}) related order by page.place, ${list(outer)}`
}

/**
 * Through a table between, the rows of all are read at once and numbered for each: their order is that of the table beyond, which no index of the
 * one between has, so that all of a row's would be read in any case. The window's sort, by the place in the page and then by the relation's
 * order, is the result's as well.
 */
function throughStatement({ plan, scope, as, table, page }: Parts, relation: ThroughRelation): SQL {
  const { model, fields, sort } = plan
  const middleName = aliasName(`${as}_between`)
  const middle = alias(relation.between, middleName)
  const ends = relation.columns.map(({ to }, index) => sql`${columnIn(middle, to)} = page.${key(index)}`)
  const onward = relation.onward.map(({ from, to }) => eq(columnIn(table, to), columnIn(middle, from)))
  const order = list(sort.map(({ column, descending }) => direction(columnOf(table, column.key), descending)))
  const keys = list(sort.map(({ column }, index) => sql`${columnOf(table, column.key)} as ${sortKey(index)}`))
  const from = sql`${page} join ${relation.between} ${sql.identifier(middleName)} on ${sql.join(ends, sql` and `)} join ${relation.table} ${sql.identifier(as)} on ${sql.join(onward, sql` and `)}`
  const numbered = sql`page.place as ${PLACE}, row_number() over (partition by page.place order by ${order}) as ${NTH}`
  const where = and(aliveIn(model, table), scope.where(table)) ?? sql`true`
  const found = sql`select ${listOf(fields, table)}, ${keys}, ${numbered} from ${from} where ${where}`
  const outer = list(sort.map(({ descending }, index) => direction(sql`related.${sortKey(index)}`, descending)))
  return sql`select related.${PLACE}::int, ${relatedColumns(plan)} from (${found}) related where related.${NTH} <= ${place(':limit')} order by related.${PLACE}, ${outer}`
}

function pageOf(plan: IncludePlan): SQL {
  const names = plan.relation.columns.map((_, index) => key(index))
  const arrays = plan.relation.columns.map(
    ({ from }, index) => sql`${place(`:keys${index}`)}::${sql.raw(from.getSQLType())}[]`,
  )
  return sql`unnest(${list(arrays)}) with ordinality page(${list(names)}, place)`
}

function relatedColumns({ fields }: IncludePlan): SQL {
  return list(fields.map(({ column }) => sql`related.${sql.identifier(column.name)}`))
}

function direction(expression: SQL | PgColumn, descending: boolean): SQL {
  return descending ? sql`${expression} desc` : sql`${expression} asc`
}

function list(parts: readonly SQL[]): SQL {
  return sql.join([...parts], sql`, `)
}

// Names with a space, which no column of the related table is likely to have.
const key = (index: number): SQL => sql`${sql.identifier(`key ${index}`)}`
const PLACE = sql.identifier('page place')
const NTH = sql.identifier('page nth')
const sortKey = (index: number): SQL => sql`${sql.identifier(`sort ${index}`)}`
