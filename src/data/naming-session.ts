import type { RelationalSchemaConfig, TablesRelationalConfig } from 'drizzle-orm'
import { NodePgSession } from 'drizzle-orm/node-postgres'
import type { PgDialect } from 'drizzle-orm/pg-core'
import { DatabaseError, type Pool, type PoolClient } from 'pg'
import type { ToldChanges } from './changes/change-teller.ts'
import { writtenTables, type Written } from './changes/written-tables.ts'
import { isStale } from './stale-plan.ts'
import type { StatementNames } from './statement-names.ts'
import type { CommitHooks } from './transactions/commit-hooks.ts'

export interface SessionParts<Tables> {
  readonly client: Pool | PoolClient
  readonly dialect: PgDialect
  readonly tables: Tables
  readonly changes: ToldChanges | undefined
  /** Of the transaction. */
  readonly hooks: CommitHooks | undefined
}

interface Prepared {
  execute(values?: Record<string, unknown>): Promise<unknown>
}

/** What Drizzle hands to `pg` with each run, and keeps to itself: with its columns as arrays, and for `execute` as objects. */
interface Configured {
  readonly queryConfig: { name: string | undefined }
  readonly rawQueryConfig: { name: string | undefined }
}

/** Prepares what comes again and again, named or not; without names, nothing at all: another connection may run it the next time. */
export class NamingSession<
  Schema extends Record<string, unknown>,
  Config extends TablesRelationalConfig,
> extends NodePgSession<Schema, Config> {
  readonly #names: StatementNames | undefined
  readonly #changes: ToldChanges | undefined
  readonly #hooks: CommitHooks | undefined

  constructor(
    { client, dialect, tables, changes, hooks }: SessionParts<RelationalSchemaConfig<Config> | undefined>,
    names: StatementNames | undefined,
  ) {
    super(client, dialect, tables)
    this.#names = names
    this.#changes = changes
    this.#hooks = hooks
  }

  override prepareQuery: NodePgSession<Schema, Config>['prepareQuery'] = (query, fields, name, ...rest) => {
    const named = this.#names === undefined ? undefined : (name ?? this.#names.nameOf(query.sql))
    const prepared = NodePgSession.prototype.prepareQuery.call(this, query, fields, named, ...rest)
    if (named !== undefined && name === undefined) this.#renewWhenStale(prepared, query.sql)
    // One that is prepared by name may be run when somebody listens who does not yet.
    if (this.#changes !== undefined && (name !== undefined || this.#changes.announcer.isHeard))
      this.#tellWhenRun(prepared, this.#changes, changedBy(query.sql, rest[2]))
    return prepared as never
  }

  #tellWhenRun(prepared: Prepared, { announcer, tables }: ToldChanges, written: () => Written | undefined): void {
    const hooks = this.#hooks
    const execute = prepared.execute.bind(prepared)
    prepared.execute = (values) => {
      const changed = announcer.isHeard ? written() : undefined
      if (changed === undefined) return execute(values)
      const tags = changed.tables.flatMap((name) => tables.of(name, changed))
      if (hooks === undefined) return settled(execute(values), () => announcer.announce(tags))
      hooks.changed(tags)
      return execute(values)
    }
  }

  /**
   * After a migration the columns of a prepared statement may have other types. The server says so before it runs anything: outside of
   * transactions it is prepared anew and run again. A transaction is lost by then, and only the next one has the new name.
   */
  #renewWhenStale(prepared: Prepared, text: string): void {
    const execute = prepared.execute.bind(prepared)
    const renewed = (error: unknown, values: Record<string, unknown> | undefined): Promise<unknown> => {
      if (!isStalePlan(error)) throw error
      const { queryConfig, rawQueryConfig } = prepared as unknown as Configured
      queryConfig.name = rawQueryConfig.name = this.#names?.renew(text, queryConfig.name)
      if (this.#hooks !== undefined) throw error
      return execute(values)
    }
    prepared.execute = (values) => execute(values).catch((error: unknown) => renewed(error, values))
  }
}

/** What a statement changes: as Drizzle says of those that it builds, else as it is written. */
function changedBy(
  text: string,
  built: { readonly type: string; readonly tables: readonly string[] } | undefined,
): () => Written | undefined {
  if (built === undefined) return () => writtenTables(text)
  return () => (built.type === 'select' ? undefined : { tables: built.tables, deletes: built.type === 'delete' })
}

/** The result, once `then` is done: also where it failed, since nobody knows whether it was saved. */
async function settled<T>(result: Promise<T>, then: () => Promise<void>): Promise<T> {
  try {
    return await result
  } finally {
    await then()
  }
}

function isStalePlan(error: unknown): boolean {
  const { cause } = error as { readonly cause?: unknown }
  return cause instanceof DatabaseError && isStale(cause)
}
