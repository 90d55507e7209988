import type { PgTable } from 'drizzle-orm/pg-core'
import { relationsOf, type TableRelation } from '../columns/relations.ts'
import type { DrizzleSchema } from '../drizzle.ts'

export type Relation = TableRelation

/** The relations of a table by name. */
export type RelationsOf = (table: PgTable) => Readonly<Record<string, Relation>>

const NONE: Readonly<Record<string, Relation>> = {}

/** The relations that a Drizzle schema declares. Worked out when they are first asked for: tables may refer to each other. */
export function relationsIn(schema: DrizzleSchema | undefined): RelationsOf {
  if (schema === undefined) return () => NONE
  const known = new WeakMap<PgTable, Readonly<Record<string, Relation>>>()
  return (table) => {
    const found = known.get(table) ?? relationsOf(schema, table)
    known.set(table, found)
    return found
  }
}
