import { Unavailable } from '../core/errors/index.ts'
import type { MaybePromise } from '../core/maybe-promise.ts'
import type { CounterStore, Quota, Taken } from '../core/policy/counter-store.ts'
import type { Logger } from '../core/request.ts'
import { MemoryCounters } from './memory-counters.ts'
import type { LimitFailure } from './options.ts'

/** How long a store that has failed is not asked: a flood is not to wait for it call by call. */
const PAUSE_MS = 1_000
const MAX_SPENT = 10_000

/**
 * Counts in the first of several stores that answers, and where none does as was declared. A key that has used everything up is refused from memory until its window
 * ends: it cannot get anything back before, and who sends too much costs no round trip.
 */
export class SharedCounters implements CounterStore {
  readonly name = 'shared'
  readonly #stores: readonly Watched[]
  readonly #failure: LimitFailure
  readonly #own = new MemoryCounters()
  /** When the windows end of those that have nothing left. */
  readonly #spent = new Map<string, number>()

  constructor(stores: readonly CounterStore[], failure: LimitFailure, log: Logger) {
    this.#stores = stores.map((store) => new Watched(store, log))
    this.#failure = failure
  }

  take(key: string, quota: Quota): MaybePromise<Taken> {
    const until = this.#spent.get(key)
    if (until === undefined) return this.#ask(key, quota)
    const left = until - performance.now()
    if (left > 0) return { granted: false, used: quota.max, resetMs: left }
    this.#spent.delete(key)
    return this.#ask(key, quota)
  }

  async #ask(key: string, quota: Quota): Promise<Taken> {
    for (const store of this.#stores) {
      const taken = await store.take(key, quota)
      if (taken === undefined) continue
      if (!taken.granted && taken.used >= quota.max) this.#remember(key, taken.resetMs)
      return taken
    }
    return this.#without(key, quota)
  }

  #remember(key: string, resetMs: number): void {
    if (this.#spent.size >= MAX_SPENT) this.#spent.clear()
    this.#spent.set(key, performance.now() + resetMs)
  }

  #without(key: string, quota: Quota): Taken {
    if (this.#failure === 'local') return this.#own.take(key, quota)
    if (this.#failure === 'open') return { granted: true, used: quota.cost, resetMs: quota.windowMs }
    throw new Unavailable('How often this is called cannot be counted for a moment.', {
      headers: { 'retry-after': '1' },
    })
  }
}

/** A store that may be gone for a while. */
class Watched {
  readonly #store: CounterStore
  readonly #log: Logger
  #askedAgainAt: number | undefined

  constructor(store: CounterStore, log: Logger) {
    this.#store = store
    this.#log = log
  }

  /** `undefined` where it cannot be asked. */
  async take(key: string, quota: Quota): Promise<Taken | undefined> {
    if (this.#askedAgainAt !== undefined && performance.now() < this.#askedAgainAt) return undefined
    try {
      const taken = await this.#store.take(key, quota)
      this.#recovered()
      return taken
    } catch (error) {
      this.#failed(error)
      return undefined
    }
  }

  #recovered(): void {
    if (this.#askedAgainAt === undefined) return
    this.#askedAgainAt = undefined
    this.#log.info({ store: this.#store.name }, 'rate limits are counted here again')
  }

  #failed(error: unknown): void {
    const isFirst = this.#askedAgainAt === undefined
    this.#askedAgainAt = performance.now() + PAUSE_MS
    if (isFirst) this.#log.warn({ err: error, store: this.#store.name }, 'rate limits cannot be counted here')
  }
}
