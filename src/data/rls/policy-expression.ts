import { sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { describeRule } from '../../core/access/decision.ts'
import type { AccessRule, Principal } from '../../core/access/index.ts'
import type { RowCondition } from '../../core/access/row-rule.ts'
import type { CallerScope } from '../../core/builtin.ts'
import { columnOf } from '../rows/row-scope.ts'
import type { RelationsOf } from '../rows/relation.ts'
import { literal } from '../sql-text.ts'
import { parameterOf } from '../wire/values.ts'
import { namesOf, type ClaimSet } from './claim-set.ts'
import type { ThroughFunctions } from './through-function.ts'
import { symbolicPredicate } from './symbolic-predicate.ts'

/** Where an expression stands, and what it adds to. */
export interface ExpressionContext {
  /** The table's name in claims and functions. */
  readonly name: string
  /** The table, or the alias whose columns are meant. */
  readonly table: PgTable
  /** The table itself, by which relations know it. */
  readonly original: PgTable
  readonly relationsOf: RelationsOf
  readonly claims: ClaimSet
  readonly functions: ThroughFunctions
  /** The text of a claim where the expression stands. */
  readonly claim: (name: string) => SQL
  /** All claims there, to be passed on. */
  readonly all: SQL
}

type RowsRule = Extract<AccessRule['node'], { type: 'rows' }>

/** The rows a rule leaves a caller, as a condition that looks at the caller's claims. */
export function policyExpression(rule: AccessRule, context: ExpressionContext): SQL {
  const { node } = rule
  if (node.type === 'anyone') return sql`true`
  if ('rules' in node) {
    const parts = node.rules.map((each) => policyExpression(each, context))
    return sql`(${sql.join(parts, node.type === 'anyOf' ? sql` or ` : sql` and `)})`
  }
  if (node.type === 'rows') return rowsExpression(rule, node, context)
  if (node.type === 'custom')
    throw new TypeError(
      `The rule "${node.name}" of the table "${context.name}" has code of its own, which the database cannot run. For rls: true write it as a ` +
        `rule about rows, rows('${node.name}', ...), or the policy by hand: rls: { read: sql\`...\` }.`,
    )
  return holds(rule, context)
}

/** A yes or no about the caller, whatever the row. */
function holds(rule: AccessRule, { claims, claim }: ExpressionContext): SQL {
  const name = describeRule(rule.node) + namesOf(rule)
  claims.add({ name, value: (caller) => (caller.scopeOf(rule, false) === true ? 'true' : undefined) }, [])
  return sql`${claim(name)} = 'true'`
}

function rowsExpression(rule: AccessRule, node: RowsRule, context: ExpressionContext): SQL {
  const { condition } = node
  if (condition.type === 'column') return columnExpression(rule, condition, context)
  if (condition.type === 'through') return throughExpression(condition, context)
  return predicateExpression(rule, node, context)
}

function columnExpression(
  rule: AccessRule,
  { column: key, value }: Extract<RowCondition, { type: 'column' }>,
  { name: table, table: target, claims, claim }: ExpressionContext,
): SQL {
  const column = columnOf(target, key)
  const name = `${table}.${describeRule(rule.node)}${namesOf(rule)}`
  claims.add({ name, value: (caller) => about(rule, caller, (user) => textOf(column, value(user as never))) }, [
    value,
    rule.authenticators,
  ])
  return sql`${column} = ${cast(claim(name), column)}`
}

function throughExpression(
  { relation, rule }: Extract<RowCondition, { type: 'through' }>,
  context: ExpressionContext,
): SQL {
  const found = context.relationsOf(context.original)[relation]
  if (found === undefined)
    throw new TypeError(`The row rule through(${relation}) names no relation of "${context.name}".`)
  return context.functions.call({ from: context, relation: found, rule })
}

function predicateExpression(rule: AccessRule, node: RowsRule, context: ExpressionContext): SQL {
  const { table, claims, claim } = context
  const { predicate } = node.condition as Extract<RowCondition, { type: 'predicate' }>
  const name = `${context.name}.${node.name}${namesOf(rule)}`
  const identity = [predicate, rule.authenticators]
  claims.add({ name, value: (caller) => about(rule, caller, () => 'true') }, identity)
  const declared = { name: node.name, predicate }
  const known = symbolicPredicate(declared, table, ({ property, column, isList }) => {
    const own = `${name}.${property}${isList ? '[]' : ''}${column === undefined ? '' : `:${column.getSQLType()}`}`
    const text = isList ? listOf : textOf
    const value = (user: unknown): string | undefined => text(column, (user as Record<string, unknown>)[property])
    claims.add({ name: own, value: (caller) => about(rule, caller, value) }, identity)
    if (!isList) return cast(claim(own), column)
    return sql`(select ${cast(sql`element`, column)} from jsonb_array_elements_text(${claim(own)}::jsonb) as element)`
  })
  const isKnown = sql`${claim(name)} = 'true'`
  const forKnown = sql`(${isKnown} and ${sqlOf(known)})`
  if (!node.anonymous) return forKnown
  const forNobody = symbolicPredicate(declared, table, 'nobody')
  return sql`(${forKnown} or (${claim(name)} is null and ${sqlOf(forNobody)}))`
}

function sqlOf(condition: SQL | boolean): SQL {
  return typeof condition === 'boolean' ? sql.raw(String(condition)) : sql`(${condition})`
}

/** What a rule's own caller gives, where there is one it is about. */
function about(
  rule: AccessRule,
  caller: CallerScope,
  value: (user: Principal) => string | undefined,
): string | undefined {
  const scope = caller.scopeOf(rule, false)
  if (typeof scope === 'boolean' || scope.type !== 'row' || scope.user === undefined) return undefined
  return value(scope.user)
}

function cast(text: SQL, column: PgColumn | undefined): SQL {
  return column === undefined ? text : sql`(${text})::${sql.raw(column.getSQLType())}`
}

/** A value as the column's type reads it. */
function textOf(column: PgColumn | undefined, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = parameterOf(column === undefined ? value : column.mapToDriverValue(value))
  if (text === null) return undefined
  return typeof text === 'string' ? text : `\\x${Buffer.from(text).toString('hex')}`
}

function listOf(column: PgColumn | undefined, value: unknown): string | undefined {
  return Array.isArray(value) ? JSON.stringify(value.map((each) => textOf(column, each))) : undefined
}

/** A claim in a policy: looked up once for the statement, not for each row. */
export function policyClaim(name: string): SQL {
  return sql`(select ashlar.claim(${sql.raw(literal(name))}))`
}
