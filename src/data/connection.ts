import type { Pool } from 'pg'
import type { Changes } from '../core/changes.ts'
import type { Logger } from '../core/request.ts'
import type { AppServices } from '../core/services.ts'
import { firstConnection } from './connect-error.ts'
import { COPY_OF, databaseEnvironment, type DatabaseOptions } from './database-options.ts'
import type { DrizzleSchema } from './drizzle.ts'
import { createEngine, type Engine } from './engine.ts'
import { locate, type Located } from './location.ts'
import { migrate, migrationStatus } from './migrations/migrate.ts'
import type { MigrationStatus } from './migrations/migration-plan.ts'
import { tellPending } from './migrations/tell-pending.ts'
import { watchPools } from './observe/pool-meters.ts'
import { appRole } from './rls/app-role.ts'
import { isSecured } from './rls/row-security.ts'

interface Connected<Schema extends DrizzleSchema> {
  readonly engine: Engine<Schema>
  readonly leave: () => Promise<void>
}

/** From the first start of a database to its last stop. */
export class Connection<Schema extends DrizzleSchema> {
  readonly #name: string
  readonly #options: DatabaseOptions<Schema>
  /** Of the app that uses it: for what happens outside a request. */
  log: Logger | undefined
  #connecting: Promise<Connected<Schema>> | undefined
  #starting: Promise<Engine<Schema>> | undefined
  #engine: Engine<Schema> | undefined
  /** Of every app that uses it. */
  readonly #changes = new Set<Changes>()
  readonly #watches: (() => void)[] = []
  /** How many have started it and not stopped it. */
  #starts = 0

  constructor(name: string, options: DatabaseOptions<Schema>) {
    this.#name = name
    this.#options = options
  }

  get live(): Engine<Schema> {
    if (this.#engine !== undefined) return this.#engine
    throw new Error(
      `The database "${this.#name}" is not connected yet. It is once the app has started; in a script, await its start() first.`,
    )
  }

  async start(services?: AppServices): Promise<void> {
    this.#starts += 1
    if (services !== undefined) this.#use(services)
    await this.ready()
  }

  /** Ends with the last of those that started it: two apps of one process may share a database. */
  async stop(): Promise<void> {
    this.#starts = Math.max(0, this.#starts - 1)
    if (this.#starts > 0) return
    this.#changes.clear()
    for (const end of this.#watches.splice(0)) end()
    const connecting = this.#connecting
    this.#connecting = this.#starting = this.#engine = undefined
    const connected = await connecting?.catch(() => undefined)
    await connected?.engine.end()
    await connected?.leave()
  }

  /** Whether anybody wants to know what is changed. */
  get isHeard(): boolean {
    for (const changes of this.#changes) if (changes.isHeard) return true
    return false
  }

  /** Tells every app that uses it what has changed. */
  async announce(tags: readonly string[]): Promise<void> {
    await Promise.all([...this.#changes].map((changes) => changes.announce(tags)))
  }

  #use({ changes, logger, meters }: AppServices): void {
    // Started by the same app once more, it is watched already.
    if (!this.#changes.has(changes)) this.#watches.push(watchPools(meters, () => this.#pools()))
    this.#changes.add(changes)
    this.log ??= logger
  }

  #pools(): ReadonlyMap<string, Pool> {
    const { pool, replicas } = this.#engine ?? {}
    const found = replicas?.pools.map((each, index) => [`${this.#name}/replica-${index + 1}`, each] as const)
    return new Map([...(pool === undefined ? [] : [[this.#name, pool] as const]), ...(found ?? [])])
  }

  /** Connected and migrated. */
  async ready(): Promise<Engine<Schema>> {
    this.#starting ??= this.#startOnce()
    return this.#starting
  }

  async migrate(): Promise<readonly string[]> {
    return migrate(await this.#migrationUrl(), this.#migrations())
  }

  async migrationStatus(): Promise<MigrationStatus> {
    return migrationStatus(await this.#migrationUrl(), this.#migrations())
  }

  #migrations(): string | URL {
    if (this.#options.migrations !== undefined) return this.#options.migrations
    throw new Error(
      `The database "${this.#name}" has no migrations. Name their folder: database({ migrations: new URL('../migrations', import.meta.url) }).`,
    )
  }

  /** Migrations hold a lock from statement to statement, which a pooler between would lose. */
  async #migrationUrl(): Promise<string> {
    const direct = directUrlOf(this.#options)
    if (direct !== undefined) return direct
    if (this.#options.pooler !== undefined) throw new Error(NO_DIRECT_URL)
    return (await this.#connect()).engine.url
  }

  async #startOnce(): Promise<Engine<Schema>> {
    try {
      const { engine } = await this.#connect()
      const { migrations, migrate: when, [COPY_OF]: original } = this.#options
      if (migrations !== undefined && when !== 'manual') await this.migrate()
      else await firstConnection(engine.url, () => engine.pool.query('SELECT'))
      if (migrations !== undefined && when === 'manual' && original === undefined && this.log !== undefined)
        await tellPending(engine.url, migrations, this.log)
      // Lists run in transactions then, and ask for the key while they hold a connection: all connections could be theirs. Who has no lists needs none.
      if (isSecured({ options: this.#options })) await engine.signingKey().catch(() => undefined)
      return engine
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

  /** Whom policies bind. */
  async #role({ url, embedded }: Located): Promise<string | undefined> {
    const { rls = false, pooler } = this.#options
    if (rls === false) return undefined
    const role = typeof rls === 'object' ? rls.role : undefined
    const mayMake = embedded || databaseEnvironment(this.#options) !== 'production'
    const taken = await appRole(directUrlOf(this.#options) ?? url, { role, mayMake })
    if (taken === undefined || pooler === undefined) return taken
    throw new Error(ROLE_BEHIND_POOLER)
  }

  async #connectOnce(): Promise<Connected<Schema>> {
    const { url, embedded } = this.#options
    try {
      const located = await locate({
        name: this.#name,
        ...(url !== undefined && { url }),
        ...(embedded !== undefined && { embedded }),
      })
      const role = await this.#role(located)
      this.#engine = createEngine(located.url, this.#options, {
        log: () => this.log,
        role,
        announcer: this,
      })
      return { engine: this.#engine, leave: () => located.leave() }
    } catch (error) {
      this.#connecting = undefined
      throw error
    }
  }
}

/** Past the pooler, for what needs a connection of its own for longer than a transaction. The environment's is that of its `DATABASE_URL`. */
export function directUrlOf({ url, directUrl }: Pick<DatabaseOptions, 'url' | 'directUrl'>): string | undefined {
  const { DATABASE_URL, DATABASE_DIRECT_URL } = process.env
  const isOfEnvironment = url === undefined && DATABASE_URL !== undefined && DATABASE_URL !== ''
  const direct = directUrl ?? (isOfEnvironment ? DATABASE_DIRECT_URL : undefined)
  return direct === '' ? undefined : direct
}

const ROLE_BEHIND_POOLER =
  'A pooler in transaction mode keeps no role for a connection, so that policies would not bind the app. With rls: true behind it, connect as a ' +
  'role that is neither a superuser nor has BYPASSRLS.'

const NO_DIRECT_URL =
  'Migrations hold a lock for longer than a transaction, and a pooler in transaction mode would lose it. Name the server itself: ' +
  "DATABASE_DIRECT_URL, or database({ pooler: 'transaction', directUrl: 'postgres://…' }); or write migrate: 'manual' where another " +
  'process applies them.'
