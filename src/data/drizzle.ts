import type { ExtractTablesWithRelations } from 'drizzle-orm'
import { createTableRelationsHelpers, extractTablesRelationalConfig } from 'drizzle-orm'
import type { RelationalSchemaConfig, TablesRelationalConfig } from 'drizzle-orm'
import { NodePgDatabase, NodePgTransaction, type NodePgSession } from 'drizzle-orm/node-postgres'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { Pool, PoolClient } from 'pg'
import type { ToldChanges } from './changes/change-teller.ts'
import { NamingSession } from './naming-session.ts'
import { StatementNames } from './statement-names.ts'
import { CommitHooks } from './transactions/commit-hooks.ts'
import { OpenState } from './transactions/open-state.ts'

/** Drizzle's tables and relations, as in `import * as schema from './tables.ts'`. */
export type DrizzleSchema = Record<string, unknown>

/** A Drizzle handle: what a repository takes, in a transaction or outside one. `Drizzle` alone is one of any schema; with yours it has `query`. */
export type Drizzle<Schema extends DrizzleSchema = DrizzleSchema> = NodePgDatabase<Schema>

/** A Drizzle handle in a transaction; its own `transaction()` makes a savepoint. */
export type Transaction<Schema extends DrizzleSchema = DrizzleSchema> = NodePgTransaction<
  Schema,
  ExtractTablesWithRelations<Schema>
>

/** Makes handles of one schema. What Drizzle reads out of the schema is read once, and not for each transaction. */
export interface Handles<Schema extends DrizzleSchema> {
  on(pool: Pool): Drizzle<Schema>
  inTransaction(client: PoolClient): ScopedTransaction<Schema>
}

type Tables<Schema extends DrizzleSchema> = RelationalSchemaConfig<ExtractTablesWithRelations<Schema>>

interface HandleOptions {
  /** `false`: statements have no names, since another connection may run them the next time. Default `true`. */
  readonly prepared?: boolean
  /** What Drizzle sends its statements to in the place of a pool or a connection. */
  readonly observed?: <T extends Pool | PoolClient>(client: T) => T
  /** Told of the tables that its statements change. */
  readonly changes?: ToldChanges
}

export function handlesFor<Schema extends DrizzleSchema>(
  schema: Schema | undefined,
  { prepared = true, observed = (client) => client, changes }: HandleOptions = {},
): Handles<Schema> {
  const dialect = new PgDialect()
  const tables = relationsOf(schema) as Tables<Schema> | undefined
  const names = prepared ? new StatementNames() : undefined
  const sessionOn = (client: Pool | PoolClient, hooks?: CommitHooks): Session<Schema> =>
    new NamingSession({ client: observed(client), dialect, tables, changes, hooks }, names)
  return {
    on: (pool) => new NodePgDatabase(dialect, sessionOn(pool), tables),
    inTransaction: (client) =>
      new ScopedTransaction(
        { dialect, sessionOn, tables, client, hooks: new CommitHooks(), state: new OpenState() },
        0,
      ),
  }
}

type Session<Schema extends DrizzleSchema> = NodePgSession<Schema, ExtractTablesWithRelations<Schema>>

interface TransactionParts<Schema extends DrizzleSchema> {
  readonly dialect: PgDialect
  readonly sessionOn: (client: PoolClient, hooks: CommitHooks) => Session<Schema>
  readonly tables: Tables<Schema> | undefined
  readonly client: PoolClient
  readonly hooks: CommitHooks
  readonly state: OpenState
}

/** The connection as Drizzle uses it, until the transaction ends. */
function whileOpen({ client, state }: { readonly client: PoolClient; readonly state: OpenState }): PoolClient {
  const query = (...args: unknown[]): unknown => {
    state.check()
    return (client.query as (...given: unknown[]) => unknown).apply(client, args)
  }
  return { query } as unknown as PoolClient
}

/** Drizzle's transaction, which knows what waits for its commit. */
export class ScopedTransaction<Schema extends DrizzleSchema> extends NodePgTransaction<
  Schema,
  ExtractTablesWithRelations<Schema>
> {
  readonly #parts: TransactionParts<Schema>
  readonly #depth: number

  constructor(parts: TransactionParts<Schema>, depth: number) {
    super(parts.dialect, parts.sessionOn(whileOpen(parts), parts.hooks), parts.tables, depth)
    this.#parts = parts
    this.#depth = depth
  }

  /** The connection it has to itself. */
  get client(): PoolClient {
    return this.#parts.client
  }

  /** Whether it still takes statements. */
  get state(): OpenState {
    return this.#parts.state
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
    const { client, hooks, state } = this.#parts
    state.check()
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
