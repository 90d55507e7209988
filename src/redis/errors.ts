import { defineError, type AshlarError } from '../core/errors/index.ts'

const Base = defineError({
  code: 'redis_unavailable',
  status: 503,
  title: 'Temporarily unavailable',
  fix: 'Retry after the seconds in the Retry-After header.',
})

/**
 * 503: what is kept in Redis cannot be reached for a moment. With `Retry-After: 1`.
 *
 * @example
 * new RedisUnavailable().code   // => 'redis_unavailable'
 */
export class RedisUnavailable extends Base {
  constructor(detail?: string, { cause }: { readonly cause?: unknown } = {}) {
    super(detail, { cause, headers: { 'retry-after': '1' } })
  }
}

/** Classes of node-redis that mean that the server is not there, by name: the package is loaded only where Redis is used. */
const GONE = new Set([
  'ClientClosedError',
  'ClientOfflineError',
  'ConnectionTimeoutError',
  'DisconnectsClientError',
  'ReconnectStrategyError',
  'SocketClosedUnexpectedlyError',
  'SocketTimeoutError',
  'SocketTimeoutDuringMaintenanceError',
  'TimeoutError',
  'CommandTimeoutDuringMaintenanceError',
])

/** The answer of an error of node-redis, where it is one of the connection. */
export function translateRedisError(error: unknown): RedisUnavailable | undefined {
  if (error instanceof RedisUnavailable) return error
  if (!(error instanceof Error) || !GONE.has(error.constructor.name)) return undefined
  return new RedisUnavailable(undefined, { cause: error }) satisfies AshlarError
}
