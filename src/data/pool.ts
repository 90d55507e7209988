import { Client, Pool, types, type ClientConfig, type CustomTypesConfig, type QueryConfig } from 'pg'
import { isoTime } from './wire-times.ts'

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
export const ACQUIRE_TIMEOUT_MS = 5_000
export const IDLE_TIMEOUT_MS = 30_000
export const STATEMENT_TIMEOUT_MS = 10_000
/** How much longer than its limit a statement's answer is waited for. */
const SILENCE_FACTOR = 1.5
/** Longer than any request may run: an operation that hangs gives its locks back. */
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000

export function createPool(url: string, options: PoolOptions, statementTimeoutMs: number): Pool {
  const pool = new Pool({
    connectionString: url,
    Client: WireTimesClient,
    max: options.max ?? POOL_MAX,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? ACQUIRE_TIMEOUT_MS,
    idleTimeoutMillis: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    // The server's own limit ends a slow statement; this one a connection whose server is no longer there to do so.
    query_timeout: statementTimeoutMs * SILENCE_FACTOR,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
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
    client.query("SET TIME ZONE 'UTC'").catch(ignore)
  })
  return pool
}

function ignore(): void {}

const { TIMESTAMP, TIMESTAMPTZ, DATE } = types.builtins
const TIMES: readonly number[] = [TIMESTAMP, TIMESTAMPTZ]

/**
 * Gives times as ISO 8601 strings, in place of `Date` objects (slow to make and to serialise) and of PostgreSQL's own form. Drizzle asks
 * for PostgreSQL's form with each query and makes a `Date` of it where a column's mode says so; ISO 8601 serves it as well.
 */
class WireTimesClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config)
    this.setTypeParser(TIMESTAMPTZ, isoTime)
    this.setTypeParser(TIMESTAMP, isoTime)
    this.setTypeParser(DATE, (text) => text)
  }

  override query(...args: never[]): never {
    const [config] = args as unknown as [QueryConfig | string]
    if (typeof config === 'object' && config.types !== undefined) config.types = IsoTimes.over(config.types)
    // The overloads of `query` have one implementation.
    return super.query(...(args as unknown as [string])) as never
  }
}

class IsoTimes implements CustomTypesConfig {
  readonly getTypeParser: CustomTypesConfig['getTypeParser']

  private constructor(base: CustomTypesConfig) {
    const parserFor: CustomTypesConfig['getTypeParser'] = (oid, format) =>
      TIMES.includes(oid) && format !== 'binary' ? isoTime : base.getTypeParser(oid, format)
    this.getTypeParser = parserFor
  }

  /** A prepared query is run many times with one configuration: wrapped once. */
  static over(types: CustomTypesConfig): IsoTimes {
    return types instanceof IsoTimes ? types : new IsoTimes(types)
  }
}
