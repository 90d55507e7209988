import {
  createTableRelationsHelpers,
  extractTablesRelationalConfig,
  getTableName,
  getTableUniqueName,
  is,
  normalizeRelation,
  One,
  type Relation,
  type Table,
  type TableRelationalConfig,
  type TablesRelationalConfig,
} from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { DrizzleSchema } from '../drizzle.ts'

/** A column of one table, and the column of another that has the same value. */
export interface ColumnPair {
  readonly from: PgColumn
  readonly to: PgColumn
}

/** A relation of a table, as Drizzle's `relations()` declares it. */
export interface TableRelation {
  readonly name: string
  readonly kind: 'one' | 'many'
  /** Where it leads. */
  readonly table: PgTable
  /** Whether its columns are this table's: a foreign key, mostly. */
  readonly owned: boolean
  /** Whether a row may have none: a `one` whose own columns may be null, or whose columns are on the other side. */
  readonly optional: boolean
  readonly columns: readonly ColumnPair[]
}

/** The way of a many-to-many relation: a relation to the table between, and one of that table's own that leads on. */
export interface Through {
  readonly through: string
  readonly to: string
}

/** A many-to-many relation: `columns` lead to the table between, `onward` from there to `table`. */
export interface ThroughRelation extends TableRelation {
  readonly kind: 'many'
  readonly between: PgTable
  readonly onward: readonly ColumnPair[]
}

/** The relations of `table`, by name. None where `schema` declares none. */
export function relationsOf(schema: DrizzleSchema, table: PgTable): Readonly<Record<string, TableRelation>> {
  const config = configOf(schema)
  const { relations } = tableIn(config, table)
  return Object.fromEntries(
    Object.entries(relations).map(([name, relation]) => [name, described(config, name, relation)]),
  )
}

/**
 * The many-to-many relation that goes through a table between: `{ through: 'itemTags', to: 'tag' }`.
 *
 * @throws TypeError where one of the two relations is not declared
 */
export function throughRelation(schema: DrizzleSchema, table: PgTable, { through, to }: Through): ThroughRelation {
  const first = named(relationsOf(schema, table), through, table)
  const second = named(relationsOf(schema, first.table), to, first.table)
  return {
    name: to,
    kind: 'many',
    table: second.table,
    owned: false,
    optional: false,
    columns: first.columns,
    between: first.table,
    onward: second.columns,
  }
}

interface Config {
  readonly tables: TablesRelationalConfig
  readonly tableNamesMap: Record<string, string>
}

function configOf(schema: DrizzleSchema): Config {
  return extractTablesRelationalConfig(schema, createTableRelationsHelpers)
}

function tableIn({ tables, tableNamesMap }: Config, table: Table): TableRelationalConfig {
  const found = tables[tableNamesMap[getTableUniqueName(table)] ?? '']
  if (found !== undefined) return found
  throw new TypeError(
    `The table "${getTableName(table)}" is not in the schema of the database: export it from the module given as database({ schema }).`,
  )
}

function described(config: Config, name: string, relation: Relation): TableRelation {
  const { fields, references } = normalizeRelation(config.tables, config.tableNamesMap, relation)
  const owned = is(relation, One) && relation.config !== undefined
  return {
    name,
    kind: is(relation, One) ? 'one' : 'many',
    table: relation.referencedTable,
    owned,
    optional: is(relation, One) && !(owned && fields.every(({ notNull }) => notNull)),
    columns: fields.map((from, index) => ({ from: from as PgColumn, to: references[index] as PgColumn })),
  }
}

function named(relations: Readonly<Record<string, TableRelation>>, name: string, table: PgTable): TableRelation {
  const found = relations[name]
  if (found !== undefined) return found
  const known = Object.keys(relations)
  throw new TypeError(
    `The table "${getTableName(table)}" has no relation "${name}". ` +
      (known.length === 0
        ? `It has none: declare them with Drizzle's relations(), and export that beside the table.`
        : `It has ${known.join(', ')}.`),
  )
}
