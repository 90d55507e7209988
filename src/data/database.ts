import type { Pool } from 'pg'
import { dependency } from '../core/dependency.ts'
import type { AshlarError } from '../core/errors/index.ts'
import type { Part } from '../core/part.ts'
import type { CounterStore } from '../core/policy/counter-store.ts'
import type { OperationPolicy } from '../core/policy/policy.ts'
import type { AppServices } from '../core/services.ts'
import { Connection } from './connection.ts'
import { PostgresCounters } from './counters/postgres-counters.ts'
import { rateLimitCounters } from './counters/rate-limit-counters.ts'
import { ExpiredKeys } from './idempotency/expired-keys.ts'
import { idempotencyPolicy } from './idempotency/idempotency.ts'
import type { DatabaseDependency } from './database-dependency.ts'
import type { DatabaseOptions } from './database-options.ts'
import type { Drizzle, DrizzleSchema, Transaction } from './drizzle.ts'
import type { Engine } from './engine.ts'
import { DatabaseUnavailable, SerializationFailure } from './errors.ts'
import { checkDatabase } from './observe/check-database.ts'
import { describeDatabase } from './describe-database.ts'
import { DEFAULT_NAME } from './location.ts'
import type { Reader } from './scale/reader.ts'
import type { MigrationStatus } from './migrations/migration-plan.ts'
import { SYSTEM_CLAIMS } from './rls/claim-set.ts'
import { isSecured, rowSecurityOf } from './rls/row-security.ts'
import { checkReason, SYSTEM_USE } from './system/reason.ts'
import type { SystemAccess } from './system/system-access.ts'
import { systemDependency } from './system/system-dependency.ts'
import { runInTransaction } from './transactions/run-in-transaction.ts'
import type { TransactionOptions } from './transactions/options.ts'
import { transactionDependency } from './transactions/transaction-dependency.ts'
import { translateDatabaseError } from './translate-error.ts'

export type { DatabaseOptions } from './database-options.ts'

/** How {@link Database.run} runs. */
export interface RunInTransactionOptions extends TransactionOptions {
  /**
   * Why it acts for the app itself: with `rls`, all rows are there then. Without it nobody calls, and there are those that everybody may have.
   */
  readonly system?: string
}

/** A PostgreSQL database: a part of an app, and the dependencies its operations use. It connects when it is first needed. */
export interface Database<Schema extends DrizzleSchema = Record<string, never>> extends Part {
  readonly options: DatabaseOptions<Schema>
  /** A transaction per request: saved when the operation has succeeded, before the response is sent, and undone when it throws. */
  readonly transaction: DatabaseDependency<Transaction<Schema>, 'handled'>
  /** Drizzle without a transaction: each statement for itself. */
  readonly drizzle: DatabaseDependency<Drizzle<Schema>, 'app'>
  /**
   * Drizzle for reading, each statement for itself: on a replica where {@link DatabaseOptions.replicas} names some, else here. What a client
   * has written in a transaction it sees in its next requests, whichever process answers.
   */
  readonly reader: DatabaseDependency<Reader<Schema>, 'app'>
  /** What all its dependencies use. Not for apps. @internal */
  readonly engine: DatabaseDependency<Engine<Schema>, 'app'>
  /** The connections. Throws before the start. */
  readonly pool: Pool
  /** Where it is connected to. Throws before the start. */
  readonly url: string
  /**
   * A transaction per request with an isolation level, read only, or run again where it contradicts another one. Declare it once, as a
   * constant; an operation has one transaction of a database, so it uses this or {@link Database.transaction}.
   *
   * With `retry`, the whole operation is run again from access on, unless it has left work for after the response. `app.run` runs its work once;
   * {@link Database.run} again.
   *
   * @throws TypeError, RangeError for options that contradict each other.
   */
  isolated(options: TransactionOptions): DatabaseDependency<Transaction<Schema>, 'handled'>
  /**
   * All rows, past anybody's rules, in the operation's transaction: for what the app does itself. Declare it once, as a constant. In a request it is
   * the only way to a repository without rules; each use stands in the log and, where the schema has `auditTrail`, in the audit trail, with its reason.
   * Outside of requests, as in `app.run({ system: db.system('nightly clean-up') }, ...)`, it does the same.
   *
   * @throws TypeError for an empty reason.
   */
  system(reason: string): DatabaseDependency<SystemAccess<Schema>, 'handled'>
  start(services?: AppServices): Promise<void>
  stop(): Promise<void>
  translateError(error: unknown): AshlarError | undefined
  /** Runs `work` in a transaction outside a request: saved when it resolves, undone when it rejects. With `retry`, it is run again from its start. */
  run<T>(work: (tx: Transaction<Schema>) => Promise<T>, options?: RunInTransactionOptions): Promise<T>
  /** Applies the pending migrations and gives their names. */
  migrate(): Promise<readonly string[]>
  migrationStatus(): Promise<MigrationStatus>
}

/**
 * Declares a database. Without a URL and without `DATABASE_URL` it runs the embedded PostgreSQL under the project's `.ashlar/` folder.
 * Nothing is connected yet: `start` rejects where the server cannot be reached, none is named in production, or a migration fails.
 *
 * By default 10 connections per process, 10 s per statement and 5 s of waiting for a lock. In an operation, the errors of the server have
 * answers of their own: a value that is taken is 409 `unique_violation`, concurrent transactions 503 `serialization_failure`, a server that is gone
 * 503 `database_unavailable`.
 *
 * @example
 * export const db = database({ schema: tables, migrations: new URL('../migrations', import.meta.url) })
 * const listPosts = route.get('/posts', { access: anyone, uses: { tx: db.transaction }, response: z.array(Post) },
 *   ({ tx }) => tx.select().from(tables.posts).limit(20))
 */
export function database<Schema extends DrizzleSchema = Record<string, never>>(
  options: DatabaseOptions<Schema> = {},
): Database<Schema> {
  return new PostgresDatabase(options)
}

const ERRORS = [DatabaseUnavailable, SerializationFailure] as const

class PostgresDatabase<Schema extends DrizzleSchema> implements Database<Schema> {
  readonly name: string
  readonly options: DatabaseOptions<Schema>
  readonly engine: Database<Schema>['engine']
  readonly transaction: Database<Schema>['transaction']
  readonly drizzle: Database<Schema>['drizzle']
  readonly reader: Database<Schema>['reader']
  readonly #connection: Connection<Schema>
  /** Of idempotency. */
  readonly #expiredKeys = new ExpiredKeys()
  #counters: PostgresCounters | undefined

  constructor(options: DatabaseOptions<Schema>) {
    const name = options.name ?? DEFAULT_NAME
    const connection = new Connection(name, options)
    this.options = options
    this.name = name
    this.#connection = connection
    this.engine = dependency({ name: `${name}.engine`, scope: 'app', errors: ERRORS }, ({ log }) => {
      connection.log = log
      return connection.ready()
    })
    this.transaction = this.isolated({})
    this.drizzle = dependency(
      { name: `${name}.drizzle`, scope: 'app', uses: { engine: this.engine }, errors: ERRORS },
      ({ engine }) => engine.drizzle,
    )
    this.reader = dependency(
      { name: `${name}.reader`, scope: 'app', uses: { engine: this.engine }, errors: ERRORS },
      ({ engine }) => engine.reader,
    )
  }

  get pool(): Pool {
    return this.#connection.live.pool
  }

  get url(): string {
    return this.#connection.live.url
  }

  isolated(options: TransactionOptions): Database<Schema>['transaction'] {
    return transactionDependency(
      { name: this.name, engine: this.engine, database: this, secured: isSecured(this) },
      options,
    )
  }

  system(reason: string): DatabaseDependency<SystemAccess<Schema>, 'handled'> {
    return systemDependency<Schema>(this, reason)
  }

  start(services?: AppServices): Promise<void> {
    return this.#connection.start(services)
  }

  async stop(): Promise<void> {
    await this.#counters?.end()
    await this.#connection.stop()
  }

  counters(): CounterStore | undefined {
    if (!Object.values(this.options.schema ?? {}).includes(rateLimitCounters)) return undefined
    this.#counters ??= new PostgresCounters(() => this.#connection.ready())
    return this.#counters
  }

  idempotency(required: boolean): OperationPolicy<'idempotency'> {
    return idempotencyPolicy(this, required, this.#expiredKeys)
  }

  check(signal: AbortSignal): Promise<void> {
    return checkDatabase(this.#connection.live, signal)
  }

  describe(): string {
    return describeDatabase(this.options)
  }

  translateError(error: unknown): AshlarError | undefined {
    return translateDatabaseError(error)
  }

  async run<T>(
    work: (tx: Transaction<Schema>) => Promise<T>,
    { system, ...options }: RunInTransactionOptions = {},
  ): Promise<T> {
    const engine = await this.#connection.ready()
    if (system !== undefined) this.#connection.log?.info({ reason: checkReason(system) }, SYSTEM_USE)
    const claims = system === undefined ? rowSecurityOf(this).claims(undefined) : SYSTEM_CLAIMS
    return runInTransaction(engine, work, { ...options, claims: isSecured(this) ? claims : undefined })
  }

  migrate(): Promise<readonly string[]> {
    return this.#connection.migrate()
  }

  migrationStatus(): Promise<MigrationStatus> {
    return this.#connection.migrationStatus()
  }
}
