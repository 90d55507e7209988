import type { ExtractTablesWithRelations } from 'drizzle-orm'
import { createTableRelationsHelpers, extractTablesRelationalConfig } from 'drizzle-orm'
import type { RelationalSchemaConfig, TablesRelationalConfig } from 'drizzle-orm'
import { NodePgDatabase, NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { Pool, PoolClient } from 'pg'
import { CommitHooks } from './transactions/commit-hooks.ts'

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
  inTransaction(client: PoolClient): ScopedTransaction<Schema>
}

type Tables<Schema extends DrizzleSchema> = RelationalSchemaConfig<ExtractTablesWithRelations<Schema>>

export interface HandleOptions {
  /** `false`: statements have no names, since another connection may run them the next time. Default `true`. */
  readonly prepared?: boolean
  /** What Drizzle sends its statements to in the place of a pool or a connection. */
  readonly observed?: <T extends Pool | PoolClient>(client: T) => T
}

export function handlesFor<Schema extends DrizzleSchema>(
  schema: Schema | undefined,
  { prepared = true, observed = (client) => client }: HandleOptions = {},
): Handles<Schema> {
  const dialect = new PgDialect()
  const tables = relationsOf(schema) as Tables<Schema> | undefined
  const Session = prepared ? NodePgSession : UnnamedSession
  const sessionOn = (client: Pool | PoolClient): Session<Schema> => new Session(observed(client), dialect, tables)
  return {
    on: (pool) => new NodePgDatabase(dialect, sessionOn(pool), tables),
    inTransaction: (client) =>
      new ScopedTransaction({ dialect, sessionOn, tables, client, hooks: new CommitHooks() }, 0),
  }
}

type Session<Schema extends DrizzleSchema> = NodePgSession<Schema, ExtractTablesWithRelations<Schema>>

/** Runs what was prepared with a name as if it had none. */
class UnnamedSession<Schema extends DrizzleSchema, Config extends TablesRelationalConfig> extends NodePgSession<
  Schema,
  Config
> {
  override prepareQuery: NodePgSession<Schema, Config>['prepareQuery'] = (query, fields, _name, ...rest) =>
    NodePgSession.prototype.prepareQuery.call(this, query, fields, undefined, ...rest) as never
}

interface TransactionParts<Schema extends DrizzleSchema> {
  readonly dialect: PgDialect
  readonly sessionOn: (client: PoolClient) => Session<Schema>
  readonly tables: Tables<Schema> | undefined
  readonly client: PoolClient
  readonly hooks: CommitHooks
}

/** Drizzle's transaction, which knows what waits for its commit. */
export class ScopedTransaction<Schema extends DrizzleSchema> extends NodePgTransaction<
  Schema,
  ExtractTablesWithRelations<Schema>
> {
  readonly #parts: TransactionParts<Schema>
  readonly #depth: number

  constructor(parts: TransactionParts<Schema>, depth: number) {
    super(parts.dialect, parts.sessionOn(parts.client), parts.tables, depth)
    this.#parts = parts
    this.#depth = depth
  }

  /** The connection it has to itself. */
  get client(): PoolClient {
    return this.#parts.client
  }

  get hooks(): CommitHooks {
    return this.#parts.hooks
  }

  /** The same transaction, with its statements sent to what `wrap` makes of its connection. */
  over(wrap: (client: PoolClient) => PoolClient): ScopedTransaction<Schema> {
    return new ScopedTransaction({ ...this.#parts, client: wrap(this.#parts.client) }, this.#depth)
  }

  /** As Drizzle's own; and what `work` left for the commit is forgotten where its savepoint is undone. */
  override async transaction<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T> {
    const { client, hooks } = this.#parts
    const savepoint = `sp${this.#depth + 1}`
    const mark = hooks.mark()
    // Not awaited, as BEGIN: it travels with the first statement, and where it fails all that follows does.
    client.query(`SAVEPOINT ${savepoint}`).catch(() => {})
    try {
      const result = await work(new ScopedTransaction(this.#parts, this.#depth + 1))
      await client.query(`RELEASE SAVEPOINT ${savepoint}`)
      return result
    } catch (error) {
      hooks.dropSince(mark)
      // A connection that cannot undo a savepoint is lost, which the next statement tells; this error is the cause.
      await client.query(`ROLLBACK TO SAVEPOINT ${savepoint}`).catch(() => {})
      throw error
    }
  }
}

function relationsOf(schema: DrizzleSchema | undefined): RelationalSchemaConfig<TablesRelationalConfig> | undefined {
  if (schema === undefined) return undefined
  const { tables, tableNamesMap } = extractTablesRelationalConfig(schema, createTableRelationsHelpers)
  return { fullSchema: schema, schema: tables, tableNamesMap }
}
