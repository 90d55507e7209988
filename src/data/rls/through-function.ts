import { createHash } from 'node:crypto'
import { getTableName, sql, type SQL } from 'drizzle-orm'
import { alias, getTableConfig } from 'drizzle-orm/pg-core'
import type { AccessRule } from '../../core/access/index.ts'
import { expression, literal, nameWithSuffix, qualified, quote } from '../sql-text.ts'
import { columnIn } from '../rows/row-scope.ts'
import type { Relation } from '../rows/relation.ts'
import { SYSTEM_CLAIMS } from './claim-set.ts'
import { policyExpression, type ExpressionContext } from './policy-expression.ts'

interface ThroughCall {
  readonly from: ExpressionContext
  readonly relation: Relation
  readonly rule: AccessRule
}

/**
 * Functions that say whether a row has a related one for which a rule holds. In a policy the related table's own policies would be asked too:
 * they could say no where the rule says yes, and two tables that lead to each other would ask forever. The function reads as the system does, with
 * the caller's claims as an argument, and gives nothing but yes or no.
 */
export class ThroughFunctions {
  readonly #statements = new Map<string, string>()

  /** Those that are called by others come first. */
  get statements(): readonly string[] {
    return [...this.#statements.values()]
  }

  /** @returns A call of it for the row the expression is about. */
  call({ from, relation, rule }: ThroughCall): SQL {
    const target = alias(relation.table, 'related')
    // By their places: a name could be that of a column.
    const claims = sql.raw(`$${relation.columns.length + 1}`)
    const inner = policyExpression(rule, {
      ...from,
      name: getTableName(relation.table),
      table: target,
      original: relation.table,
      claim: (name) => sql`(${claims} ->> ${sql.raw(literal(name))})`,
      all: claims,
    })
    const where = [
      ...relation.columns.map(({ to }, index) => sql`${columnIn(target, to)} = ${sql.raw(`$${index + 1}`)}`),
      inner,
    ]
    const config = getTableConfig(relation.table)
    const body = `select exists (select from ${qualified(config.schema, config.name)} as related where ${expression(
      sql.join(where, sql` and `),
      { columns: 'qualified' },
    )})`
    const types = [...relation.columns.map(({ from: own }) => own.getSQLType()), 'jsonb']
    const name = this.#add(`${from.name}_through_${relation.name}`, body, types)
    const own = relation.columns.map((pair) => columnIn(from.table, pair.from))
    return sql`ashlar.${sql.identifier(name)}(${sql.join(own, sql`, `)}, ${from.all})`
  }

  #add(base: string, body: string, types: readonly string[]): string {
    // Another rule through the same relation is another function.
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 8)
    const name = nameWithSuffix(base, `_${hash}`)
    this.#statements.set(
      name,
      `CREATE OR REPLACE FUNCTION ashlar.${quote(name)}(${types.join(', ')}) RETURNS boolean LANGUAGE plpgsql STABLE AS ${literal(asSystem(body))}`,
    )
    return name
  }
}

/**
 * A setting of the function's own would take a superuser to declare. Where the query fails, so does the transaction, or its savepoint, and the setting is
 * what it was before.
 */
function asSystem(query: string): string {
  const set = (value: string): string => `perform set_config('ashlar.claims', ${value}, true);`
  return (
    "declare carried text := current_setting('ashlar.claims', true); found boolean; " +
    `begin ${set(literal(SYSTEM_CLAIMS))} found := (${query}); ${set('carried')} return found; end`
  )
}
