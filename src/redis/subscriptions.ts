import type { RedisClient } from './client.ts'

/** What a listener of a channel is told. */
export interface Subscription {
  readonly message: (text: string) => void
  /** The connection was lost and is back: messages may have been missed. */
  readonly reconnected?: () => void
}

/** The channels one process listens to, on a connection of their own, opened with the first. */
export class Subscriptions {
  readonly #open: () => RedisClient
  readonly #all = new Set<Subscription>()
  #client: Promise<RedisClient> | undefined

  constructor(open: () => RedisClient) {
    this.#open = open
  }

  async add(channel: string, subscription: Subscription): Promise<() => Promise<void>> {
    this.#client ??= this.#connect()
    const client = await this.#client
    this.#all.add(subscription)
    // Its promise waits for a server that is gone; the client subscribes by itself once it is back.
    const subscribed = client.subscribe(channel, subscription.message).catch(() => undefined)
    if (client.isReady) await subscribed
    return async () => {
      this.#all.delete(subscription)
      if (client.isReady) await client.unsubscribe(channel, subscription.message).catch(() => undefined)
    }
  }

  end(): void {
    void this.#client?.then((client) => client.destroy()).catch(() => undefined)
    this.#client = undefined
    this.#all.clear()
  }

  async #connect(): Promise<RedisClient> {
    const client = this.#open()
    let wasReady = false
    // The main connection tells of a server that is gone.
    client.on('error', () => undefined)
    client.on('ready', () => {
      if (wasReady) for (const { reconnected } of this.#all) reconnected?.()
      wasReady = true
    })
    const connecting = client.connect().catch(() => undefined)
    await Promise.race([connecting, new Promise((resolve) => setTimeout(resolve, CONNECT_WAIT_MS).unref())])
    return client
  }
}

const CONNECT_WAIT_MS = 2_000
