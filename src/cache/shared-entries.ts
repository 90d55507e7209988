import { hash, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis, RedisClient } from '../redis/index.ts'
import { CLAIM, HOLD, SETTLE } from './shared-scripts.ts'
import { EVERYTHING } from './tag-clocks.ts'

/** How long the right to make something lasts without being renewed: so long others wait for one who has died. */
const LOCK_MS = 3_000
/** How long others wait at most for somebody who is making it. */
const WAIT_MS = 10_000
const FIRST_PAUSE_MS = 5
const LONGEST_PAUSE_MS = 100
/** A version that nobody has asked for in so long is forgotten, and what was kept under it with it. */
const TAG_MS = 7 * 24 * 3_600_000
/** How long Redis is left alone after it has not answered. */
const AWAY_MS = 1_000
/** Invalidations that wait for Redis; where there are more, everything is. */
const MAX_OWED = 1_000
const MAX_TEXT = 1_048_576
const CHANNEL = 'cache'

/** Keeps a text for that long, where there is one, and lets others go on. */
export type Settle = (text: string | undefined, ms: number) => Promise<void>

/** What came of asking for something. */
export type Claim =
  | { readonly type: 'kept'; readonly text: string; /** In milliseconds. */ readonly left: number }
  | { readonly type: 'ours'; readonly settle: Settle }
  /** Somebody else is making it. */
  | { readonly type: 'busy' }
  /** Redis is not there, or whoever is making it takes too long. */
  | { readonly type: 'alone' }

export interface ClaimOptions {
  readonly tags: readonly string[]
  /** What is kept must have more than this left, in milliseconds. */
  readonly leftMs: number
  /** Waits for whoever is making it. */
  readonly wait: boolean
}

/** What the processes of an app share, in Redis. Where it is not there, nothing is shared, and nobody waits for it. */
export class SharedEntries {
  readonly #redis: Redis
  /** Told from others' by its messages. */
  readonly #id = randomUUID()
  /** With the number of the change, so that a later one of the same tag is not taken for told. */
  readonly #owed = new Map<string, number>()
  #changes = 0
  #awayUntil = 0
  #retry: NodeJS.Timeout | undefined
  #subscribed: Promise<() => Promise<void>> | undefined

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** Told of tags that other processes have changed; of everything, where messages may have been missed. */
  start(changed: (tags: readonly string[]) => void): void {
    this.#subscribed = this.#redis.subscribe(CHANNEL, {
      message: (text) => {
        const [from, ...tags] = text.split('\n')
        if (from !== this.#id) changed(tags)
      },
      reconnected: () => changed([EVERYTHING]),
    })
    this.#subscribed.catch(() => undefined)
  }

  stop(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    // Not waited for: where Redis is gone it takes its time, and with the app the connection ends.
    void this.#subscribed?.then((end) => end()).catch(() => undefined)
    this.#subscribed = undefined
  }

  /** What is kept under this key, or the right to make it. */
  async claim(key: string, { tags, leftMs, wait }: ClaimOptions): Promise<Claim> {
    if (!(await this.#payOwed())) return { type: 'alone' }
    const { entry, lock } = this.#places(key)
    const token = randomUUID()
    const keys = [entry, lock, ...[EVERYTHING, ...tags].map((tag) => this.#tagKey(tag))]
    const args = [token, LOCK_MS, TAG_MS, leftMs].map(String)
    const until = performance.now() + WAIT_MS
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const found = await this.#run(CLAIM, keys, args)
      if (found === undefined) return { type: 'alone' }
      const [what, second, text] = found as readonly [number, ...unknown[]]
      if (what === 1) return { type: 'kept', text: String(text), left: Number(second) }
      if (what === 2) return this.#held({ entry, lock, token, versions: String(second) })
      if (!wait) return { type: 'busy' }
      if (performance.now() >= until) return { type: 'alone' }
      await delay(pause)
    }
  }

  /** Tells all processes. Where Redis cannot be reached it is told later: until then others keep what they have for as long as they are sure of it. */
  async changed(tags: readonly string[]): Promise<void> {
    this.#owe(tags)
    await this.#payOwed()
  }

  #owe(tags: readonly string[]): void {
    this.#changes += 1
    for (const tag of tags) this.#owed.set(tag, this.#changes)
    if (this.#owed.size <= MAX_OWED) return
    this.#owed.clear()
    this.#owed.set(EVERYTHING, this.#changes)
  }

  /** Whether Redis knows all that has changed. */
  async #payOwed(): Promise<boolean> {
    if (this.#owed.size === 0) return true
    const owed = [...this.#owed]
    const tags = owed.map(([tag]) => tag)
    const paid = await this.#ask((client) => {
      const version = randomUUID()
      const steps = client.multi()
      for (const tag of tags) steps.set(this.#tagKey(tag), version, { PX: TAG_MS })
      return steps.publish(`${this.#redis.prefix}${CHANNEL}`, [this.#id, ...tags].join('\n')).exec()
    })
    if (paid === undefined) {
      if (this.#subscribed !== undefined) this.#retry ??= setTimeout(() => this.#retryOwed(), AWAY_MS).unref()
      return false
    }
    for (const [tag, change] of owed) if (this.#owed.get(tag) === change) this.#owed.delete(tag)
    return true
  }

  #retryOwed(): void {
    this.#retry = undefined
    void this.#payOwed()
  }

  #held(of: {
    readonly entry: string
    readonly lock: string
    readonly token: string
    readonly versions: string
  }): Claim {
    const { entry, lock, token, versions } = of
    // Who is slower than others wait may never be done: then it is theirs to make.
    let turns = (WAIT_MS * 3) / LOCK_MS
    const holding = setInterval(() => {
      if (turns-- <= 0) clearInterval(holding)
      else void this.#run(HOLD, [lock], [token, String(LOCK_MS)])
    }, LOCK_MS / 3).unref()
    return {
      type: 'ours',
      settle: async (text, ms) => {
        clearInterval(holding)
        const fits = text !== undefined && text.length <= MAX_TEXT
        const args = [token, fits ? `${versions}\n${text}` : '', String(Math.ceil(ms))]
        await this.#run(SETTLE, [entry, lock], args)
      },
    }
  }

  #places(key: string): { readonly entry: string; readonly lock: string } {
    const name = `${this.#redis.prefix}cache:${hash('sha256', key, 'base64url')}`
    return { entry: name, lock: `${name}:lock` }
  }

  #tagKey(tag: string): string {
    return `${this.#redis.prefix}cache:tag:${tag}`
  }

  #run(script: string, keys: string[], args: string[]): Promise<unknown> {
    return this.#ask((client) => client.eval(script, { keys, arguments: args }))
  }

  /** `undefined` where it is not there. */
  async #ask<T>(work: (client: RedisClient) => Promise<T>): Promise<T | undefined> {
    if (performance.now() < this.#awayUntil) return undefined
    try {
      return await this.#redis.ask(work)
    } catch {
      // The part tells the log of a server that is gone; what it refuses, such as writes for want of memory, is no reason to fail either.
      this.#awayUntil = performance.now() + AWAY_MS
      return undefined
    }
  }
}
