import { escapeIdentifier, type Pool, type QueryConfig } from 'pg'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { dependency } from '../../core/dependency.ts'
import { servicesIn, type AppServices } from '../../core/services.ts'
import type { Redis } from '../../redis/index.ts'
import type { AccountsCore, OfApp } from '../core/accounts-core.ts'
import type { AccountsBase } from '../core/base.ts'
import type { AttemptOptions } from '../core/options.ts'
import { countersOnFirstUse, type Counters } from './limiter-package.ts'

/** A limit with its counters. */
export interface Limit {
  readonly name: 'network' | 'account' | 'api-key'
  /** Attempts in a window. */
  readonly quota: number
  readonly windowSeconds: number
  readonly counters: Counters
}

export interface Limits {
  readonly network: Limit
  readonly account: Limit
  /** Of networks, for flows that are begun. */
  readonly begun: Limit
}

const PER_ACCOUNT = 5
const PER_NETWORK = 20
const WINDOW_SECONDS = 900
/** A log-in page may begin one each time it is opened, and everybody behind one address opens it. */
const BEGUN_FOR_ATTEMPTS = 30
const CLEAR_EVERY_MS = 300_000

/** The counters, from the app's start to its stop. */
export function limitsDependency(base: AccountsBase): OfApp<Limits> {
  const settings = settingsOf(base.options.attempts)
  const { windowSeconds } = settings
  return dependency(
    { name: 'accounts.limits', scope: 'app', uses: { engine: base.database.engine, outside: base.outside } },
    async function* (context) {
      const { engine, outside } = context
      const store = { ...postgresStore(base, outside, engine.prepared), duration: settings.windowSeconds }
      const inDatabase = (points: number): Counters =>
        countersOnFirstUse(({ RateLimiterPostgres }) => new RateLimiterPostgres({ ...store, points }))
      const services = servicesIn(context)
      const redis = settings.redis ?? redisOf(services)
      // What is counted before it is connected would be counted in the database, and not be known there. It counts its starts.
      await redis?.start?.(services)
      const ofNetworks = (quota: number): Limit => {
        const counters = redis === undefined ? inDatabase(quota) : inRedis(base, redis, { ...store, points: quota })
        return { name: 'network', quota, windowSeconds, counters }
      }
      const clearing = setInterval(() => clearExpired(base, outside), CLEAR_EVERY_MS).unref()
      try {
        yield {
          account: {
            name: 'account',
            quota: settings.perAccount,
            windowSeconds,
            counters: inDatabase(settings.perAccount),
          },
          network: ofNetworks(settings.perNetwork),
          begun: ofNetworks(settings.perNetwork * BEGUN_FOR_ATTEMPTS),
        } satisfies Limits
      } finally {
        clearInterval(clearing)
        await redis?.stop?.()
      }
    },
  )
}

/** The app's own, told by its shape: nobody else's package is loaded to ask. */
function redisOf(services: AppServices | undefined): Redis | undefined {
  const part = services?.redis
  return part !== undefined && 'ask' in part ? (part as Redis) : undefined
}

type Settings = Required<Omit<AttemptOptions, 'redis'>> & Pick<AttemptOptions, 'redis'>

function settingsOf(options: AttemptOptions = {}): Settings {
  const { perAccount = PER_ACCOUNT, perNetwork = PER_NETWORK, windowSeconds = WINDOW_SECONDS, redis } = options
  for (const [name, value] of Object.entries({ perAccount, perNetwork, windowSeconds }))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`accounts({ attempts: { ${name} } }) must be a whole number of at least 1; it is ${value}.`)
  return { perAccount, perNetwork, windowSeconds, ...(redis !== undefined && { redis }) }
}

export function postgresStore({ tables }: Pick<AccountsCore, 'tables'>, pool: Pool, prepared: boolean) {
  const { name, schema } = getTableConfig(tables.authLimits)
  return {
    // Behind a pooler a statement's name may belong to a connection that the next statement does not have.
    storeClient: prepared ? pool : { query: ({ text, values }: QueryConfig) => pool.query({ text, values: values! }) },
    storeType: 'pool',
    tableName: name,
    ...(schema !== undefined && { schemaName: schema }),
    keyPrefix: '',
    // Its migration is the app's, and its timer could not be ended with the app.
    tableCreated: true,
    clearExpiredByTimeout: false,
  }
}

/** Where it fails, rows stay that nobody reads: the next time comes. */
function clearExpired({ tables }: Pick<AccountsCore, 'tables'>, pool: Pool): void {
  const { name, schema } = getTableConfig(tables.authLimits)
  const table = [schema, name].filter((part) => part !== undefined).map(escapeIdentifier)
  pool.query(`DELETE FROM ${table.join('.')} WHERE expire < $1`, [Date.now()]).catch(() => {})
}

/**
 * Those of networks, which a flood makes many of. Where Redis is gone or silent they are counted in the database: without them a flood would be let
 * in, and without log-ins the app would be as good as down.
 */
function inRedis(
  { origin }: Pick<AccountsCore, 'origin'>,
  redis: Redis,
  database: ReturnType<typeof postgresStore> & { readonly points: number; readonly duration: number },
): Counters {
  const { points, duration } = database
  return countersOnFirstUse(
    ({ RateLimiterPostgres, RateLimiterRedis }) =>
      new RateLimiterRedis({
        // All it asks of a client here. The part knows at once when the connection is lost, and how long an answer is waited for.
        storeClient: { eval: (...call: EvalCall) => redis.ask((client) => client.eval(...call)) },
        useRedisPackage: true,
        keyPrefix: `${redis.prefix}attempts:${new URL(origin).host}`,
        points,
        duration,
        insuranceLimiter: new RateLimiterPostgres(database),
      }),
  )
}

type EvalCall = Parameters<Redis['client']['eval']>
