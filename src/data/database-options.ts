import type { Database } from './database.ts'
import type { DrizzleSchema } from './drizzle.ts'
import type { InstanceOptions } from './embedded/instance.ts'
import type { IdempotencyOptions } from './idempotency/options.ts'
import type { RepeatedStatementsOptions } from './n-plus-one/repeated-statements.ts'
import type { DatabaseEnvironment } from './observe/observer.ts'
import type { RowSecurityOptions } from './rls/row-security-options.ts'
import type { PoolOptions } from './pool.ts'

/** Where a database is, what is in it, and how it is used. */
export interface DatabaseOptions<Schema extends DrizzleSchema = Record<string, never>> {
  /** A PostgreSQL server. Default: the environment's `DATABASE_URL`, else the embedded server. */
  readonly url?: string
  /** Drizzle's tables and relations, for `tx.query`. */
  readonly schema?: Schema
  /** The folder of the SQL files `0001_name.sql`: a URL, or a path from the project's folder. */
  readonly migrations?: string | URL
  /**
   * When migrations are applied. Default `start`, in production too: an app never runs on a schema it was not written for, and processes
   * that start together apply each file once. `manual`: by {@link Database.migrate} or `ashlar migrate`, as a step before the release.
   */
  readonly migrate?: 'start' | 'manual'
  /** Tells several databases of one project apart. Default `database`. */
  readonly name?: string
  readonly pool?: PoolOptions
  /**
   * The limit of each statement, in milliseconds. Default 10,000; 0 sets none. Half as long again without an answer, and its connection is
   * given up, so that `SET LOCAL statement_timeout` can lower it and not raise it: for long work declare a database of its own.
   */
  readonly statementTimeoutMs?: number
  /** How long a statement waits for a lock, in milliseconds. Default 5,000; 0 sets no limit but the statement's own. */
  readonly lockTimeoutMs?: number
  /**
   * What stands between the app and the server. `transaction`: a pooler that gives each transaction another connection, such as pgbouncer
   * with `pool_mode = transaction`. Limits are then set by each transaction, and no statement is prepared by name. Default: nothing.
   */
  readonly pooler?: 'transaction'
  /** The server itself, past the pooler: for migrations. Default: the environment's `DATABASE_DIRECT_URL`, where the database is that of `DATABASE_URL`. */
  readonly directUrl?: string
  /**
   * How often one request may run the same statement, counted without its values. Default `{ limit: 10 }`: one more, and a test's request
   * fails with 500 `repeated_statement`, while in development a warning names the operation, the statement and the line. Not in production.
   */
  readonly repeatedStatements?: RepeatedStatementsOptions | false
  /**
   * From how many milliseconds on a statement is told in the log, with its plan except in production. Default 200 in development
   * (by `NODE_ENV`), else `false`.
   */
  readonly slowStatementMs?: number | false
  /**
   * Servers that follow this one, for `database.reader`. Default: the environment's `DATABASE_REPLICA_URLS`, parted by spaces or commas, where
   * the database itself is that of the environment.
   */
  readonly replicas?: readonly string[]
  /**
   * `true`: the server itself holds the app to the rules about rows of everything declared with `rls`, by row-level security. Each transaction
   * carries what the rules ask of its caller; without a transaction there are no rows. Default `false`.
   */
  readonly rls?: boolean | RowSecurityOptions
  /** Where and how the embedded server keeps its data. In production it runs only where this is set, or `ASHLAR_EMBEDDED=1`. */
  readonly embedded?: boolean | InstanceOptions
  /** How answers are kept of operations with `idempotent`. Default: for 24 hours, of at most 1 MiB each. */
  readonly idempotency?: IdempotencyOptions
  /** Of a copy for tests: the database whose dependencies operations use. */
  readonly [COPY_OF]?: Database<DrizzleSchema>
  /** Set for databases of tests, whatever `NODE_ENV` says. */
  readonly [ENVIRONMENT]?: DatabaseEnvironment
}

export const COPY_OF = Symbol('copy of')
export const ENVIRONMENT = Symbol('environment')

/** As an app's own: what is none of the three is taken for the strictest. */
export function databaseEnvironment({
  [ENVIRONMENT]: given,
}: Pick<DatabaseOptions, typeof ENVIRONMENT>): DatabaseEnvironment {
  const named = given ?? process.env.NODE_ENV ?? ''
  if (named === '' || named === 'development') return 'development'
  return named === 'test' ? 'test' : 'production'
}
