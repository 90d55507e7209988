import { and, eq, exists, getTableColumns, getTableName, isNull, sql, type SQL } from 'drizzle-orm'
import { alias, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import type { RowCondition } from '../../core/access/row-rule.ts'
import type { CallerScope } from '../../core/builtin.ts'
import { aliasName } from './alias-name.ts'
import { columnEquals, everyOf, sized, someOf, type Scope } from './condition.ts'
import { fitsColumn } from './fits-column.ts'
import { predicateScope } from './predicate.ts'
import type { ThroughRelation } from '../columns/relations.ts'
import type { Relation, RelationsOf } from './relation.ts'

type RowScope = ReturnType<CallerScope['scopeOf']>

/** Makes conditions of what rules leave one caller. */
interface ScopeContext {
  readonly caller: Pick<CallerScope, 'scopeOf'>
  readonly relationsOf: RelationsOf
}

/** The rows of `table` that a rule leaves a caller, as a condition for SQL. */
export function rowScope(scope: RowScope, table: PgTable, context: ScopeContext): Scope {
  if (typeof scope === 'boolean') return scope
  if (scope.type !== 'row') {
    const scopes = scope.of.map((each) => rowScope(each, table, context))
    return scope.type === 'anyOf' ? someOf(scopes) : everyOf(scopes)
  }
  const { node, user } = scope
  const { condition } = node
  // What a predicate and a value are called with is what its rule's authenticator gave.
  if (condition.type === 'column') return columnScope(condition, condition.value(user as never), table)
  if (condition.type === 'predicate')
    return predicateScope((each) => condition.predicate({ user, table: each } as never), table, node.name)
  return throughScope(condition, table, context)
}

function columnScope(
  { column: key }: Extract<RowCondition, { type: 'column' }>,
  value: unknown,
  table: PgTable,
): Scope {
  // A caller without the value has no rows: NULL equals nothing.
  if (value === undefined || value === null) return false
  const column = columnOf(table, key)
  if (!fitsColumn(value, column)) return false
  return columnEquals(key, column.mapToDriverValue(value), (aliased) => columnOf(aliased, key))
}

function throughScope(
  { relation: name, rule }: Extract<RowCondition, { type: 'through' }>,
  table: PgTable,
  context: ScopeContext,
): Scope {
  const relation = relationNamed(table, name, context.relationsOf)
  const inner = rowScope(context.caller.scopeOf(rule, false), relation.table, context)
  if (inner === false) return false
  return {
    shape: `${sized(name)}{${inner === true ? '' : inner.shape}}`,
    values: inner === true ? [] : inner.values,
    sql: (from, slots) =>
      relatedExists(relation, from, (target) =>
        and(alive(relation, target), inner === true ? undefined : inner.sql(target, slots)),
      ),
  }
}

/** What is deleted softly leads nobody anywhere. */
function alive({ deletedAt }: Relation, target: PgTable): SQL | undefined {
  const key = deletedAt?.()
  return key === undefined ? undefined : isNull(columnOf(target, key))
}

/** That a row of `from` has, by this relation, at least one related row for which the condition holds. */
export function relatedExists(
  relation: Relation | ThroughRelation,
  from: PgTable,
  condition: (target: PgTable) => SQL | undefined,
): SQL {
  const name = aliasName(`${getTableName(from)}_${relation.name}`)
  const between = aliasName(`${name}_between`)
  const target = alias(relation.table, name)
  const first = 'between' in relation ? alias(relation.between, between) : target
  const parts = relation.columns.map((pair) => eq(columnIn(first, pair.to), columnIn(from, pair.from)))
  const more = condition(target)
  if (more !== undefined) parts.push(more)
  const where = sql.join(parts, sql` and `)
  const source = sql`${relation.table} ${sql.identifier(name)}`
  if (!('between' in relation)) return exists(sql`(select from ${source} where ${where})`)
  const onward = relation.onward.map((pair) => eq(columnIn(target, pair.to), columnIn(first, pair.from)))
  const middle = sql`${relation.between} ${sql.identifier(between)}`
  return exists(sql`(select from ${middle} join ${source} on ${sql.join(onward, sql` and `)} where ${where})`)
}

/** The column of an alias that is `column` in the table itself. */
export function columnIn(aliased: PgTable, column: PgColumn): PgColumn {
  const found = Object.values(getTableColumns(aliased)).find((each) => each.name === column.name)
  if (found !== undefined) return found
  throw new TypeError(`"${getTableName(aliased)}" has no column "${column.name}".`)
}

export function columnOf(table: PgTable, key: string): PgColumn {
  const column = (getTableColumns(table) as Readonly<Record<string, PgColumn>>)[key]
  if (column !== undefined) return column
  throw new TypeError(
    `A row rule names the column "${key}", which the table "${getTableName(table)}" does not have. It has ${Object.keys(getTableColumns(table)).join(', ')}.`,
  )
}

/** @throws TypeError where the table has no such relation. */
export function relationNamed(table: PgTable, name: string, relationsOf: RelationsOf): Relation {
  const relations = relationsOf(table)
  const relation = relations[name]
  if (relation !== undefined) return relation
  const known = Object.keys(relations)
  throw new TypeError(
    `The row rule through(${name}) names no relation of "${getTableName(table)}"; ` +
      (known.length === 0
        ? 'it has none in the schema of its database: declare relations(...) and give them to database({ schema }).'
        : `it has ${known.join(', ')}.`),
  )
}
