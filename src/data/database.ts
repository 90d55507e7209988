import type { Pool } from 'pg'
import { dependency, type Dependency } from '../core/dependency.ts'
import type { AshlarError } from '../core/errors/index.ts'
import type { Part } from '../core/part.ts'
import { firstConnection } from './connect-error.ts'
import { handlesFor, type Drizzle, type DrizzleSchema, type Handles, type Transaction } from './drizzle.ts'
import type { InstanceOptions } from './embedded/instance.ts'
import { DatabaseUnavailable, SerializationFailure } from './errors.ts'
import { DEFAULT_NAME, locate, type Located } from './location.ts'
import { migrate, migrationStatus } from './migrations/migrate.ts'
import type { MigrationStatus } from './migrations/migration-plan.ts'
import { createPool, STATEMENT_TIMEOUT_MS, type PoolOptions } from './pool.ts'
import { beginTransaction } from './transaction.ts'
import { translateDatabaseError } from './translate-error.ts'

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
  /** Where and how the embedded server keeps its data. In production it runs only where this is set, or `ASHLAR_EMBEDDED=1`. */
  readonly embedded?: boolean | InstanceOptions
}

type DatabaseErrors = typeof DatabaseUnavailable | typeof SerializationFailure
type DatabaseDependency<Value, Life extends 'app' | 'handled'> = Dependency<
  Value,
  { inputs: {}; uses: {}; errors: DatabaseErrors; life: Life; request: false }
>

/** A PostgreSQL database: a part of an app, and the dependencies its operations use. It connects when it is first needed. */
export interface Database<Schema extends DrizzleSchema = Record<string, never>> extends Part {
  readonly options: DatabaseOptions<Schema>
  /** A transaction per request: saved when the operation has succeeded, before the response is sent, and undone when it throws. */
  readonly transaction: DatabaseDependency<Transaction<Schema>, 'handled'>
  /** Drizzle without a transaction: each statement for itself. */
  readonly drizzle: DatabaseDependency<Drizzle<Schema>, 'app'>
  /** The connections. Throws before the start. */
  readonly pool: Pool
  /** Where it is connected to. Throws before the start. */
  readonly url: string
  start(): Promise<void>
  stop(): Promise<void>
  translateError(error: unknown): AshlarError | undefined
  /** Runs `work` in a transaction outside a request: saved when it resolves, undone when it rejects. */
  run<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T>
  /** Applies the pending migrations and gives their names. */
  migrate(): Promise<readonly string[]>
  migrationStatus(): Promise<MigrationStatus>
}

/**
 * Declares a database. Without a URL and without `DATABASE_URL` it runs the embedded PostgreSQL under the project's `.ashlar/` folder.
 * Nothing is connected yet: `start` rejects where the server cannot be reached, none is named in production, or a migration fails.
 *
 * By default 10 connections per process and 10 s per statement. In an operation, the errors of the server have answers of their own: a value that
 * is taken is 409 `unique_violation`, concurrent transactions 503 `serialization_failure`, a server that is gone 503 `database_unavailable`.
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

interface Connected<Schema extends DrizzleSchema> {
  readonly located: Located
  readonly pool: Pool
  readonly drizzle: Drizzle<Schema>
}

class PostgresDatabase<Schema extends DrizzleSchema> implements Database<Schema> {
  readonly name: string
  readonly options: DatabaseOptions<Schema>
  readonly transaction: Database<Schema>['transaction']
  readonly drizzle: Database<Schema>['drizzle']
  readonly #handles: Handles<Schema>
  #connecting: Promise<Connected<Schema>> | undefined
  #starting: Promise<Connected<Schema>> | undefined
  /** How many have started it and not stopped it. */
  #starts = 0
  #connected: Connected<Schema> | undefined

  constructor(options: DatabaseOptions<Schema>) {
    this.options = options
    this.name = options.name ?? DEFAULT_NAME
    this.#handles = handlesFor(options.schema)
    this.transaction = this.#transactionDependency()
    this.drizzle = this.#drizzleDependency()
  }

  get pool(): Pool {
    return this.#live().pool
  }

  get url(): string {
    return this.#live().located.url
  }

  async start(): Promise<void> {
    this.#starts += 1
    await this.#ready()
  }

  /** Ends with the last of those that started it: two apps of one process may share a database. */
  async stop(): Promise<void> {
    this.#starts = Math.max(0, this.#starts - 1)
    if (this.#starts > 0) return
    const connecting = this.#connecting
    this.#connecting = this.#starting = this.#connected = undefined
    const connected = await connecting?.catch(() => undefined)
    await connected?.pool.end()
    await connected?.located.leave()
  }

  translateError(error: unknown): AshlarError | undefined {
    return translateDatabaseError(error)
  }

  async run<T>(work: (tx: Transaction<Schema>) => Promise<T>): Promise<T> {
    const { pool } = await this.#ready()
    const transaction = await beginTransaction(pool)
    let result: T
    try {
      result = await work(this.#handles.inTransaction(transaction.client))
    } catch (error) {
      await transaction.rollback()
      throw error
    }
    await transaction.commit()
    return result
  }

  async migrate(): Promise<readonly string[]> {
    const { located } = await this.#connect()
    return migrate(located.url, this.#migrations())
  }

  async migrationStatus(): Promise<MigrationStatus> {
    const { located } = await this.#connect()
    return migrationStatus(located.url, this.#migrations())
  }

  #migrations(): string | URL {
    if (this.options.migrations !== undefined) return this.options.migrations
    throw new Error(
      `The database "${this.name}" has no migrations. Name their folder: database({ migrations: new URL('../migrations', import.meta.url) }).`,
    )
  }

  #live(): Connected<Schema> {
    if (this.#connected !== undefined) return this.#connected
    throw new Error(
      `The database "${this.name}" is not connected yet. It is once the app has started; in a script, await its start() first.`,
    )
  }

  /** Connected and migrated. */
  async #ready(): Promise<Connected<Schema>> {
    this.#starting ??= this.#startOnce()
    return this.#starting
  }

  async #startOnce(): Promise<Connected<Schema>> {
    try {
      const connected = await this.#connect()
      if (this.options.migrations !== undefined && this.options.migrate !== 'manual') await this.migrate()
      else await firstConnection(connected.located.url, () => connected.pool.query('SELECT'))
      return connected
    } catch (error) {
      // The next one to need it tries again.
      this.#starting = undefined
      throw error
    }
  }

  async #connect(): Promise<Connected<Schema>> {
    this.#connecting ??= this.#connectOnce()
    return this.#connecting
  }

  async #connectOnce(): Promise<Connected<Schema>> {
    const { url, embedded, pool: poolOptions = {}, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = this.options
    try {
      const located = await locate({
        name: this.name,
        ...(url !== undefined && { url }),
        ...(embedded !== undefined && { embedded }),
      })
      const pool = createPool(located.url, poolOptions, statementTimeoutMs)
      this.#connected = { located, pool, drizzle: this.#handles.on(pool) }
      return this.#connected
    } catch (error) {
      this.#connecting = undefined
      throw error
    }
  }

  #transactionDependency(): Database<Schema>['transaction'] {
    const ready = (): Promise<Connected<Schema>> => this.#ready()
    const handles = this.#handles
    return dependency(
      { name: `${this.name}.transaction`, errors: [DatabaseUnavailable, SerializationFailure] },
      async function* () {
        const { pool } = await ready()
        const transaction = await beginTransaction(pool)
        let succeeded = false
        try {
          yield handles.inTransaction(transaction.client)
          succeeded = true
        } finally {
          // Also where the generator is only closed: a transaction nobody ends would keep its connection.
          if (!succeeded) await transaction.rollback()
        }
        await transaction.commit()
      },
    )
  }

  #drizzleDependency(): Database<Schema>['drizzle'] {
    const config = {
      name: `${this.name}.drizzle`,
      scope: 'app',
      errors: [DatabaseUnavailable, SerializationFailure],
    } as const
    return dependency(config, async () => (await this.#ready()).drizzle)
  }
}
