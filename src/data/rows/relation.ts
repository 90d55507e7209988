import type { PgTable } from 'drizzle-orm/pg-core'
import { relationsOf, type TableRelation } from '../columns/relations.ts'
import type { DrizzleSchema } from '../drizzle.ts'

export interface Relation extends TableRelation {
  /** The column by which rows of the related table are deleted softly, once everything is declared. */
  readonly deletedAt?: () => string | undefined
}

/** The relations of a table by name. */
export type RelationsOf = (table: PgTable) => Readonly<Record<string, Relation>>

const NONE: Readonly<Record<string, Relation>> = {}

/** The relations that a Drizzle schema declares. Worked out when they are first asked for: tables may refer to each other. */
export function relationsIn(
  schema: DrizzleSchema | undefined,
  deletion: (table: PgTable) => string | undefined = () => undefined,
): RelationsOf {
  if (schema === undefined) return () => NONE
  const known = new WeakMap<PgTable, Readonly<Record<string, Relation>>>()
  return (table) => {
    const found = known.get(table) ?? withDeletion(relationsOf(schema, table), deletion)
    known.set(table, found)
    return found
  }
}

function withDeletion(
  relations: Readonly<Record<string, TableRelation>>,
  deletion: (table: PgTable) => string | undefined,
): Readonly<Record<string, Relation>> {
  return Object.fromEntries(
    Object.entries(relations).map(([name, relation]) => [
      name,
      { ...relation, deletedAt: () => deletion(relation.table) },
    ]),
  )
}
