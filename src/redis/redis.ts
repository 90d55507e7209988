import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { Part } from '../core/part.ts'
import type { CounterStore } from '../core/policy/counter-store.ts'
import type { Logger } from '../core/request.ts'
import type { AppServices } from '../core/services.ts'
import type { RedisClient } from './client.ts'
import { RedisCounters } from './redis-counters.ts'
import { RedisUnavailable, translateRedisError } from './errors.ts'
import { Subscriptions, type Subscription } from './subscriptions.ts'

/** How Redis is reached. */
export interface RedisOptions {
  /** Default: `REDIS_URL`. `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url?: string
  /** What stands before every key and channel, so that apps can share a server. Default `ashlar:`. */
  readonly prefix?: string
  /** How long a command may take, in milliseconds. Default 1,000; then it counts as unreachable. */
  readonly timeoutMs?: number
}

/** Redis, or a server that speaks like it, such as Valkey: a part of an app. */
export interface Redis extends Part {
  readonly prefix: string
  /**
   * The connected client, for commands of your own: each bounded in time by yourself.
   *
   * @throws RedisUnavailable where there is no connection at this moment.
   */
  readonly client: RedisClient
  /**
   * Runs commands within the time limit. What the limit ends may have happened all the same.
   *
   * @throws RedisUnavailable where Redis cannot be reached or takes too long; without waiting where the connection is known to be lost.
   */
  ask<T>(work: (client: RedisClient) => Promise<T>): Promise<T>
  /**
   * Listens to a channel, without the prefix. Messages sent while the connection is lost are lost: `reconnected` is called when it is back.
   */
  subscribe(channel: string, subscription: Subscription): Promise<() => Promise<void>>
}

const TIMEOUT_MS = 1_000
const CONNECT_TIMEOUT_MS = 2_000
const MAX_RECONNECT_MS = 2_000
/** A connection whose other end is cut off says nothing: it is asked, and without an answer it is given up. */
const PING_EVERY_MS = 2_000
const SILENCE_TIMEOUT_MS = 5_000

/**
 * Declares Redis as a part of an app. It connects at start and again whenever the connection is lost; an app starts without it, after a wait of 2 s, and
 * goes on while it is gone: limits are then counted elsewhere or refused, caches are asked no more. Needs the package `redis`.
 *
 * @example
 * const app = createApp({ title: 'Blog', version: '1.0.0', api, redis: redis({ url: 'redis://127.0.0.1:6379' }) })
 * @throws TypeError where there is no URL, or it is none of Redis.
 */
export function redis(options: RedisOptions = {}): Redis {
  return new RedisPart(options)
}

class RedisPart implements Redis {
  readonly name = 'redis'
  readonly isOptional = true
  readonly prefix: string
  readonly #url: string
  readonly #timeoutMs: number
  #client: RedisClient | undefined
  #subscriptions: Subscriptions | undefined
  #log: Logger | undefined
  /** How many apps have started it and not stopped it. */
  #starts = 0
  #starting: Promise<void> | undefined

  constructor({ url = process.env['REDIS_URL'], prefix = 'ashlar:', timeoutMs = TIMEOUT_MS }: RedisOptions) {
    this.#url = checkedUrl(url)
    this.prefix = prefix
    this.#timeoutMs = timeoutMs
  }

  get client(): RedisClient {
    if (this.#client?.isReady === true) return this.#client
    throw new RedisUnavailable()
  }

  async start(services?: AppServices): Promise<void> {
    this.#starts += 1
    this.#log ??= services?.logger
    this.#starting ??= this.#connect()
    await this.#starting
  }

  async stop(): Promise<void> {
    this.#starts = Math.max(0, this.#starts - 1)
    if (this.#starts > 0) return
    await this.#starting?.catch(() => undefined)
    this.#starting = undefined
    this.#subscriptions?.end()
    this.#client?.destroy()
    this.#client = this.#subscriptions = this.#log = undefined
  }

  describe(): string {
    const { host, pathname } = new URL(this.#url)
    return `Redis at ${host}${pathname}, keys below ${this.prefix}`
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.ask((client) => client.withAbortSignal(signal).ping())
  }

  async ask<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    const { client } = this
    const late = new AbortController()
    try {
      return await Promise.race([work(client), this.#expire(late.signal)])
    } catch (error) {
      throw translateRedisError(error) ?? error
    } finally {
      late.abort()
    }
  }

  async subscribe(channel: string, subscription: Subscription): Promise<() => Promise<void>> {
    if (this.#subscriptions === undefined) throw new Error('Redis is not started: subscribe once the app has started.')
    return this.#subscriptions.add(this.prefix + channel, subscription)
  }

  translateError(error: unknown): RedisUnavailable | undefined {
    return translateRedisError(error)
  }

  counters(): CounterStore {
    return new RedisCounters(this)
  }

  async #expire(signal: AbortSignal): Promise<never> {
    await delay(this.#timeoutMs, undefined, { signal, ref: false })
    // A process that was busy itself may have the answer, and not have read it yet.
    await nextTurn(undefined, { signal })
    throw new RedisUnavailable(`Redis took longer than ${this.#timeoutMs} ms.`)
  }

  async #connect(): Promise<void> {
    const { createClient: create } = await load()
    const client = this.#watched(
      create({
        url: this.#url,
        // What cannot be asked now is somebody else's to decide, and is not to happen when the connection is back.
        disableOfflineQueue: true,
        pingInterval: PING_EVERY_MS,
        socket: {
          socketTimeout: SILENCE_TIMEOUT_MS,
          connectTimeout: CONNECT_TIMEOUT_MS,
          reconnectStrategy: (retries: number) => Math.min(50 * 2 ** retries, MAX_RECONNECT_MS),
        },
      }),
    )
    this.#client = client
    this.#subscriptions = new Subscriptions(() => client.duplicate({ disableOfflineQueue: false }))
    const connected = client.connect().catch(() => undefined)
    await Promise.race([connected, delay(CONNECT_TIMEOUT_MS, undefined, { ref: false })])
  }

  #watched(client: RedisClient): RedisClient {
    let lost = false
    client.on('error', (error: Error) => {
      if (!lost) this.#log?.warn({ err: error }, 'Redis cannot be reached')
      lost = true
    })
    client.on('ready', () => {
      if (lost) this.#log?.info({}, 'Redis can be reached again')
      lost = false
    })
    return client
  }
}

function checkedUrl(url: string | undefined): string {
  if (url !== undefined && /^rediss?:\/\//.test(url) && URL.canParse(url)) return url
  throw new TypeError(
    url === undefined || url === ''
      ? "redis() needs to know where Redis is: set REDIS_URL, or write redis({ url: 'redis://127.0.0.1:6379' })."
      : 'redis({ url }) takes redis://host:6379 or rediss://host:6379; what it was given is neither.',
  )
}

/** Its own types stay here: see {@link RedisClient}. */
async function load(): Promise<{ readonly createClient: (options: object) => RedisClient }> {
  try {
    return await import('redis')
  } catch (error) {
    throw new Error('redis() needs the package redis: npm install redis', { cause: error })
  }
}
