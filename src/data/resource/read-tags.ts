import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccessRule } from '../../core/access/index.ts'
import { ANY_TABLE, tableTag } from '../changes/table-tags.ts'
import type { RelationsOf } from '../rows/relation.ts'
import type { Declared } from './declared.ts'

/** Tags of the tables that rows of a resource, and the rules about them, are read of. Where that cannot be told, any table's. */
export function readTags({ definition, includes, parent }: Declared): readonly string[] {
  const tables = new Set<PgTable>()
  const about = (table: PgTable, rules: readonly (AccessRule | undefined)[]): boolean => {
    tables.add(table)
    return rules.every(
      (rule) => rule === undefined || isToldBy(rule, table, { relationsOf: definition.relationsOf, tables }),
    )
  }
  const plans = includes.names.map(includes.find)
  for (const { relation } of plans) if ('between' in relation) tables.add(relation.between)
  const told =
    parent === undefined &&
    about(definition.model.table, Object.values(definition.access)) &&
    plans.every(({ model, access, above }) => above === undefined && about(model.table, [access]))
  return told ? [...tables].map(tableTag) : [ANY_TABLE]
}

interface Reached {
  readonly relationsOf: RelationsOf
  readonly tables: Set<PgTable>
}

/** Whether it is known which tables the rule's conditions look at. Those of code may look at any. */
function isToldBy({ node }: AccessRule, table: PgTable, reached: Reached): boolean {
  if ('rules' in node) return node.rules.every((rule) => isToldBy(rule, table, reached))
  if (node.type !== 'rows') return true
  const { condition } = node
  if (condition.type === 'column') return true
  if (condition.type === 'predicate') return false
  const related = reached.relationsOf(table)[condition.relation]?.table
  if (related === undefined) return false
  reached.tables.add(related)
  return isToldBy(condition.rule, related, reached)
}
