import { and, eq, sql, type SQL } from 'drizzle-orm'
import { alias, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import type { ThroughRelation } from '../columns/relations.ts'
import { aliasName } from '../rows/alias-name.ts'
import { columnIn, columnOf } from '../rows/row-scope.ts'
import { place } from '../statements/compile.ts'
import { aliveIn, type RowSession, type ScopePart } from '../repository/row-session.ts'
import { listOf, type Selection } from '../repository/selection.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { IncludePlan } from './include-plan.ts'

/** The related rows of a page, of one relation: those of row `i` are from `starts[i]` to `starts[i + 1]`. */
export interface LoadedMany {
  readonly rows: RowSet
  readonly starts: readonly number[]
  readonly selection: Selection
}

/** The columns of the page's table that lead to the related rows. */
export function keyColumns({ relation }: IncludePlan): readonly PgColumn[] {
  return relation.columns.map(({ from }) => from)
}

/** Loads the related rows of all rows of a page in one statement, for each row at most as many as the relation's limit. */
export async function loadMany(
  session: RowSession,
  plan: IncludePlan,
  { keys, scope }: { readonly keys: readonly (readonly (string | null)[])[]; readonly scope: ScopePart },
): Promise<LoadedMany> {
  const values: Record<string, unknown> = { ':limit': plan.limit }
  plan.relation.columns.forEach((_, index) => {
    values[`:keys${index}`] = arrayText(keys, index)
  })
  scope.put(values)
  const rows = await session.run(`include ${plan.name} ${scope.shape}`, () => manyStatement(plan, scope), values)
  return { rows, starts: startsOf(rows, keys.length), selection: plan.selection }
}

/** Texts that PostgreSQL itself wrote, as the text of an array. */
function arrayText(keys: readonly (readonly (string | null)[])[], index: number): string {
  return `{${keys.map((key) => elementText(key[index] ?? null)).join()}}`
}

function elementText(text: string | null): string {
  if (text === null) return 'NULL'
  return /^[\w-]+$/.test(text) && text.toLowerCase() !== 'null' ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

function manyStatement(plan: IncludePlan, scope: ScopePart): SQL {
  const { relation, model, fields, sort, name } = plan
  const as = aliasName(`include_${name}`)
  const table = alias(relation.table, as)
  const keyNames = relation.columns.map((_, index) => sql.identifier(`k${index}`))
  const arrays = relation.columns.map(
    ({ from }, index) => sql`${place(`:keys${index}`)}::${sql.raw(from.getSQLType())}[]`,
  )
  const parents = sql`unnest(${sql.join(arrays, sql`, `)}) with ordinality page(${sql.join(keyNames, sql`, `)}, place)`
  const { from, where } = 'between' in relation ? between(relation, table, as) : direct(relation.columns, table, as)
  const condition = and(where, aliveIn(model, table), scope.where(table)) as SQL
  const inner = sort.map(({ column, descending }) => direction(columnOf(table, column.key), descending))
  const keys = sort.map(({ column }, index) => sql`${columnOf(table, column.key)} as ${sortKey(index)}`)
  const found = sql`select ${listOf(fields, table)}, ${sql.join(keys, sql`, `)} from ${from} where ${condition} order by ${sql.join(inner, sql`, `)} limit ${place(':limit')}`
  const columns = fields.map(({ column }) => sql`related.${sql.identifier(column.name)}`)
  const outer = sort.map(({ descending }, index) => direction(sql`related.${sortKey(index)}`, descending))
  return sql`select page.place::int, ${sql.join(columns, sql`, `)} from ${parents} cross join lateral (${found}) related order by page.place, ${sql.join(outer, sql`, `)}`
}

function direction(expression: SQL | PgColumn, descending: boolean): SQL {
  return descending ? sql`${expression} desc` : sql`${expression} asc`
}

function sortKey(index: number): SQL {
  return sql.identifier(`sort ${index}`) as unknown as SQL
}

type Source = { readonly from: SQL; readonly where: SQL }

function direct(columns: ThroughRelation['columns'], table: PgTable, as: string): Source {
  const pairs = columns.map(({ to }, index) => sql`${columnIn(table, to)} = page.${sql.identifier(`k${index}`)}`)
  return {
    from: sql`${sqlTable(columns[0]!.to.table)} ${sql.identifier(as)}`,
    where: sql.join(pairs, sql` and `),
  }
}

function between(
  { columns, onward, between: join, table: target }: ThroughRelation,
  table: PgTable,
  as: string,
): Source {
  const middleName = aliasName(`${as}_between`)
  const middle = alias(join, middleName)
  const onwards = onward.map(({ from, to }) => eq(columnIn(table, to), columnIn(middle, from)))
  const pairs = columns.map(({ to }, index) => sql`${columnIn(middle, to)} = page.${sql.identifier(`k${index}`)}`)
  return {
    from: sql`${join} ${sql.identifier(middleName)} join ${target} ${sql.identifier(as)} on ${sql.join(onwards, sql` and `)}`,
    where: sql.join(pairs, sql` and `),
  }
}

function sqlTable(table: PgTable): SQL {
  return sql`${table}`
}

/** Rows come in the order of the page's. */
function startsOf(rows: RowSet, count: number): readonly number[] {
  const starts: number[] = []
  let row = 0
  for (let parent = 0; parent < count; parent += 1) {
    starts.push(row)
    while (row < rows.length && Number(rows.text(row, 0)) === parent + 1) row += 1
  }
  starts.push(row)
  return starts
}
