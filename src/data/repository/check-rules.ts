import { getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccessRule } from '../../core/access/index.ts'
import type { RowCondition } from '../../core/access/row-rule.ts'
import { columnOf, relationNamed } from '../rows/row-scope.ts'
import type { RelationsOf } from '../rows/relation.ts'

/** What a rule about rows can name. */
export interface RuleContext {
  readonly table: PgTable
  readonly relationsOf: RelationsOf
}

/**
 * Checks a rule where it is declared, so that no request has to.
 *
 * @throws TypeError for code as an alternative to rows, or about related rows, and for columns and relations that are not there.
 */
export function checkRule({ node }: AccessRule, context: RuleContext): void {
  if ('rules' in node) {
    if (node.type === 'anyOf') checkAlternatives(node.rules)
    for (const rule of node.rules) checkRule(rule, context)
  } else if (node.type === 'rows') checkCondition(node.condition, context)
}

/**
 * A rule with code of its own is asked before any row is known, and says yes or no. As an alternative to a condition on rows its yes could
 * not be told from "somebody is known, the rows decide".
 */
function checkAlternatives(rules: readonly AccessRule[]): void {
  const custom = firstOf(rules, 'custom')
  const rows = firstOf(rules, 'rows')
  if (custom === undefined || rows === undefined) return
  throw new TypeError(
    `anyOf(...) holds the rule "${custom}", which has code of its own, beside "${rows}", which is about rows. ` +
      `Write "${custom}" as a rule about rows too: rows('${custom}', ({ table, user }) => ...).`,
  )
}

function checkCondition(condition: RowCondition, { table, relationsOf }: RuleContext): void {
  if (condition.type === 'column') columnOf(table, condition.column)
  if (condition.type !== 'through') return
  const { relation: name, rule } = condition
  const relation = relationNamed(table, name, relationsOf)
  checkWithoutCode(rule, `through(${name}) of "${getTableName(table)}"`)
  checkRule(rule, { table: relation.table, relationsOf })
}

/**
 * Code is asked before any row is known, and only for the operation's own rows: for related ones it would never hold.
 *
 * @throws TypeError for a rule with code of its own in it.
 */
export function checkWithoutCode(rule: AccessRule, place: string): void {
  const custom = firstOf([rule], 'custom')
  if (custom === undefined) return
  throw new TypeError(
    `${place}: the rule "${custom}" has code of its own, and is never asked about related rows, so that nobody would have them. ` +
      `Write it as a rule about rows: rows('${custom}', ({ table, user }) => ...).`,
  )
}

/** Whether a rule has code of its own in it, which is asked before any row is known. */
export function hasCode(rule: AccessRule): boolean {
  return firstOf([rule], 'custom') !== undefined
}

function firstOf(rules: readonly AccessRule[], type: 'custom' | 'rows'): string | undefined {
  for (const { node } of rules) {
    const found =
      'rules' in node ? firstOf(node.rules, type) : node.type === type ? (node as { name: string }).name : undefined
    if (found !== undefined) return found
  }
  return undefined
}
