import type { ExtractTablesWithRelations } from 'drizzle-orm'
import { createTableRelationsHelpers, extractTablesRelationalConfig } from 'drizzle-orm'
import type { RelationalSchemaConfig, TablesRelationalConfig } from 'drizzle-orm'
import { NodePgDatabase, NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { Pool, PoolClient } from 'pg'

/** Drizzle's tables and relations, as in `import * as schema from './tables.ts'`. */
export type DrizzleSchema = Record<string, unknown>

/** A Drizzle handle: what a repository takes, in a transaction or outside one. */
export type Drizzle<Schema extends DrizzleSchema = Record<string, never>> = NodePgDatabase<Schema>

/** A Drizzle handle in a transaction; its own `transaction()` makes a savepoint. */
export type Transaction<Schema extends DrizzleSchema = Record<string, never>> = NodePgTransaction<
  Schema,
  ExtractTablesWithRelations<Schema>
>

/** Makes handles of one schema. What Drizzle reads out of the schema is read once, and not for each transaction. */
export interface Handles<Schema extends DrizzleSchema> {
  on(pool: Pool): Drizzle<Schema>
  inTransaction(client: PoolClient): Transaction<Schema>
}

export function handlesFor<Schema extends DrizzleSchema>(schema: Schema | undefined): Handles<Schema> {
  const dialect = new PgDialect()
  const config = relationsOf(schema) as RelationalSchemaConfig<ExtractTablesWithRelations<Schema>> | undefined
  return {
    on: (pool) => new NodePgDatabase(dialect, new NodePgSession(pool, dialect, config), config),
    inTransaction: (client) => new NodePgTransaction(dialect, new NodePgSession(client, dialect, config), config),
  }
}

function relationsOf(schema: DrizzleSchema | undefined): RelationalSchemaConfig<TablesRelationalConfig> | undefined {
  if (schema === undefined) return undefined
  const { tables, tableNamesMap } = extractTablesRelationalConfig(schema, createTableRelationsHelpers)
  return { fullSchema: schema, schema: tables, tableNamesMap }
}
