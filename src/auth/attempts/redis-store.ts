import type { createClient } from 'redis'
import type { Logger } from '../../core/request.ts'

/** What the limiter uses of a client of node-redis. */
export interface RedisStore {
  readonly client: object
  end(): void
}

const CONNECT_TIMEOUT_MS = 2_000
const MAX_RECONNECT_MS = 2_000

/**
 * Connects in the background and again whenever the connection is lost: an app starts, and goes on, while Redis does not.
 *
 * @throws Error where the package is not installed.
 * @throws TypeError where the URL is none of Redis.
 */
export async function redisStore(url: string, log: Logger): Promise<RedisStore> {
  const redis = await load()
  const client = redis.createClient({
    url,
    // What cannot be asked now is counted in the database, and is not to be counted here once more when the connection is back.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (retries: number) => Math.min(50 * 2 ** retries, MAX_RECONNECT_MS),
    },
  })
  let lost = false
  client.on('error', (error: Error) => {
    if (!lost) log.warn({ err: error }, 'Redis cannot be reached: attempts are counted in the database meanwhile')
    lost = true
  })
  client.on('ready', () => {
    if (lost) log.info({}, 'Redis can be reached again')
    lost = false
  })
  client.connect().catch(() => {})
  return { client, end: () => client.destroy() }
}

async function load(): Promise<{ readonly createClient: typeof createClient }> {
  try {
    return await import('redis')
  } catch (error) {
    throw new Error('accounts({ attempts: { redisUrl } }) needs the package redis: npm install redis', { cause: error })
  }
}
