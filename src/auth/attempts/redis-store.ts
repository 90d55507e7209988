import { setTimeout as delay } from 'node:timers/promises'
import type { createClient } from 'redis'
import type { Logger } from '../../core/request.ts'

/** What the limiter uses of a client of node-redis. */
export interface RedisStore {
  readonly client: object
  end(): void
}

const CONNECT_TIMEOUT_MS = 2_000
const MAX_RECONNECT_MS = 2_000
/** A connection whose other end is cut off says nothing: it is asked, and without an answer it is given up. */
const PING_EVERY_MS = 2_000
const SILENCE_TIMEOUT_MS = 5_000

/**
 * Connects, and again whenever the connection is lost. An app starts without Redis, after a wait of 2 s, and goes on while it is gone.
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
    pingInterval: PING_EVERY_MS,
    socket: {
      socketTimeout: SILENCE_TIMEOUT_MS,
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
  const connected = client.connect().catch(() => {})
  // What is counted before would be counted in the database, and not be known here.
  await Promise.race([connected, delay(CONNECT_TIMEOUT_MS, undefined, { ref: false })])
  return { client, end: () => client.destroy() }
}

async function load(): Promise<{ readonly createClient: typeof createClient }> {
  try {
    return await import('redis')
  } catch (error) {
    throw new Error('accounts({ attempts: { redisUrl } }) needs the package redis: npm install redis', { cause: error })
  }
}
