import { Pool, type PoolConfig } from 'pg'
import { WireClient } from './wire/wire-client.ts'

/** How many connections there are, and how long they are waited for. */
export interface PoolOptions {
  /** Connections at most, per process. Default 10. */
  readonly max?: number
  /** How long a request waits for a free connection before it is answered 503 `database_unavailable`, in milliseconds. Default 5,000. */
  readonly acquireTimeoutMs?: number
  /** How long an unused connection stays open, in milliseconds. Default 30,000. */
  readonly idleTimeoutMs?: number
}

export const POOL_MAX = 10
const ACQUIRE_TIMEOUT_MS = 5_000
export const IDLE_TIMEOUT_MS = 30_000
const STATEMENT_TIMEOUT_MS = 10_000
/** Shorter than a statement's: who waits for a lock keeps a connection from those who would not. */
const LOCK_TIMEOUT_MS = 5_000
/** How much longer than its limit a statement's answer is waited for. */
const SILENCE_FACTOR = 1.5
/** Longer than any request may run: an operation that hangs gives its locks back. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000

/** What the server is told about the statements of a connection. 0 sets no limit. */
export interface SessionLimits {
  readonly statementTimeoutMs: number
  readonly lockTimeoutMs: number
}

export const SESSION_LIMITS: SessionLimits = {
  statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  lockTimeoutMs: LOCK_TIMEOUT_MS,
}

export interface PoolSettings extends PoolOptions {
  readonly limits?: SessionLimits
  /** Between us and the server stands a pooler that gives each transaction another connection: nothing may be set for a session. */
  readonly behindPooler?: boolean
  /** What connections act as, where it is another role than the one they connect as. */
  readonly role?: string | undefined
}

export function createPool(url: string, settings: PoolSettings = {}): Pool {
  const { limits = SESSION_LIMITS, behindPooler = false, role } = settings
  const pool = new Pool({
    connectionString: url,
    Client: WireClient,
    max: settings.max ?? POOL_MAX,
    connectionTimeoutMillis: settings.acquireTimeoutMs ?? ACQUIRE_TIMEOUT_MS,
    idleTimeoutMillis: settings.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    ...(behindPooler ? {} : settingsOf(limits)),
    // The server's own limit ends a slow statement; this one a connection whose server is no longer there to do so.
    query_timeout: limits.statementTimeoutMs * SILENCE_FACTOR,
    // Statements go out without waiting for the answer to the one before: BEGIN costs no round trip.
    pipeline: true,
    keepAlive: true,
    // A script that has nothing left to do may end.
    allowExitOnIdle: true,
  })
  // A connection that breaks, idle or in use, is told to whoever uses it next; without a listener it would end the process.
  pool.on('error', ignore)
  pool.on('connect', (client) => {
    client.on('error', ignore)
    // Times are written in UTC, whatever the server or the role is set to. A failure is that of the connection, told to whoever uses it.
    // The one setting a pooler keeps for each of its clients, since the server reports its changes.
    client.query("SET TIME ZONE 'UTC'").catch(ignore)
    // Where it fails, the connection must serve nobody: it would act as who connected.
    if (role !== undefined) client.query(`SET ROLE ${client.escapeIdentifier(role)}`).catch(() => client.end())
  })
  return pool
}

function settingsOf({ statementTimeoutMs, lockTimeoutMs }: SessionLimits): PoolConfig {
  return {
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  }
}

/** The same limits for one transaction: what a pooler lets through. */
export function localLimits(limits: SessionLimits): string {
  return Object.entries(settingsOf(limits))
    .map(([name, value]) => `SET LOCAL ${name} = ${value}`)
    .join('; ')
}

function ignore(): void {}
