import type { Pool } from 'pg'
import type { Logger } from '../core/request.ts'
import { NOBODY, type Announcer, type ToldChanges } from './changes/change-teller.ts'
import { TableTags } from './changes/table-tags.ts'
import { handlesFor, type Drizzle, type DrizzleSchema, type Handles } from './drizzle.ts'
import { databaseEnvironment, type DatabaseOptions } from './database-options.ts'
import { observerOf } from './observe/observer.ts'
import { observedClient } from './observe/observed-client.ts'
import type { StatementObserver } from './observe/statement-observer.ts'
import { keyOnOwnConnection } from './signing-key.ts'
import { connectReplicas } from './scale/connect-replicas.ts'
import { readingPool, type Reader } from './scale/reader.ts'
import { disconnect, readingRunner, type Read, type ReadTarget } from './scale/read-target.ts'
import type { Replicas } from './scale/replicas.ts'
import { exclusiveRunner } from './wire/exclusive-runner.ts'
import { groupedRunner } from './wire/grouped-runner.ts'
import { poolRunner, type PoolRunner } from './wire/pool-runner.ts'
import type { Runner } from './wire/runner.ts'
import { AbandonedTransactions } from './transactions/abandoned-transactions.ts'
import { createPool, localLimits, SESSION_LIMITS, type SessionLimits } from './pool.ts'

/** A connected database, as its dependencies use it. */
export interface Engine<Schema extends DrizzleSchema> {
  readonly url: string
  readonly pool: Pool
  readonly handles: Handles<Schema>
  readonly drizzle: Drizzle<Schema>
  readonly reader: Reader<Schema>
  /** Runs a read on a replica where there is one that may answer it, else on the primary. It may run twice. */
  readonly read: Read
  /** {@link runner}, for statements that only read: they go where reads go. */
  readonly readRunner: Runner
  readonly replicas: Replicas | undefined
  /** Statements of resources outside of transactions: many requests share few connections. */
  readonly runner: PoolRunner
  /** The same for statements that write, on connections they share with no reads; rows inserted at one time are saved together. */
  readonly writeRunner: Runner
  /** Seals what callers carry for the app, such as cursors. */
  signingKey(): Promise<Uint8Array>
  /** To be told of statements that do not go through Drizzle; there in development and tests alone. */
  readonly observer: StatementObserver | undefined
  /** Told of what is changed. */
  readonly changes: ToldChanges
  /** The open transactions of requests. */
  readonly abandoned: AbandonedTransactions
  /** Whether statements may have names that a later one on the same connection relies on. */
  readonly prepared: boolean
  /** What begins a transaction: its BEGIN, with the limits of the session where a pooler keeps none. */
  readonly beginWith: (begin: string) => string
  end(): Promise<void>
}

interface EngineParts {
  /** Whom it tells what is changed. */
  readonly announcer?: Announcer
  readonly log: () => Logger | undefined
  /** What connections act as, where policies are to bind another role than the one they connect as. */
  readonly role?: string | undefined
}

export function createEngine<Schema extends DrizzleSchema>(
  url: string,
  options: DatabaseOptions<Schema>,
  { log, role, announcer = NOBODY }: EngineParts,
): Engine<Schema> {
  const behindPooler = options.pooler === 'transaction'
  const limits = limitsOf(options)
  const connect = (address: string): ReadTarget => {
    const opened = createPool(address, { ...options.pool, limits, behindPooler, role })
    return { pool: opened, runner: poolRunner(opened, { prepare: !behindPooler }) }
  }
  const primary = connect(url)
  const { pool, runner } = primary
  const replicas = connectReplicas(primary, options, connect)
  const read: Read = (work) => (replicas === undefined ? work(primary) : replicas.read(work))
  const observer = observerOf(options, { pool, environment: databaseEnvironment(options), log })
  const changes = { announcer, tables: new TableTags(options.schema) }
  const handles = handlesFor(options.schema, {
    changes,
    prepared: !behindPooler,
    ...(observer !== undefined && { observed: (client) => observedClient(client, observer) }),
  })
  let key: Promise<Uint8Array> | undefined
  const local = `; ${localLimits(limits)}`
  return {
    url,
    pool,
    handles,
    drizzle: handles.on(pool),
    runner,
    writeRunner: writeRunner(pool, limits, behindPooler),
    reader: handles.on(readingPool(pool, read)),
    read,
    readRunner: replicas === undefined ? runner : readingRunner(read),
    replicas,
    signingKey: () => {
      key ??= keyOnOwnConnection(url).catch((error: unknown) => {
        key = undefined
        throw error
      })
      return key
    },
    observer,
    changes,
    abandoned: new AbandonedTransactions(),
    prepared: !behindPooler,
    beginWith: behindPooler ? (begin) => begin + local : (begin) => begin,
    end: async () => {
      await Promise.all([disconnect(primary), replicas?.end()])
    },
  }
}

/** What comes from a pooler has no prepared statements, of which groups are made. */
function writeRunner(pool: Pool, limits: SessionLimits, behindPooler: boolean): Runner {
  const alone = exclusiveRunner(pool, { prepare: !behindPooler })
  return behindPooler ? alone : groupedRunner(pool, alone, limits)
}

function limitsOf({ statementTimeoutMs, lockTimeoutMs }: Pick<DatabaseOptions, keyof SessionLimits>): SessionLimits {
  return {
    statementTimeoutMs: statementTimeoutMs ?? SESSION_LIMITS.statementTimeoutMs,
    lockTimeoutMs: lockTimeoutMs ?? SESSION_LIMITS.lockTimeoutMs,
  }
}
