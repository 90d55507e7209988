import { Unavailable } from '../core/errors/index.ts'
import type { MaybePromise } from '../core/maybe-promise.ts'
import type { CounterStore, Quota, Taken } from '../core/policy/counter-store.ts'
import type { Logger } from '../core/request.ts'
import { Lines } from './lines.ts'
import { MemoryCounters } from './memory-counters.ts'
import type { LimitFailure } from './options.ts'
import { WatchedStore } from './watched-store.ts'

const MAX_SPENT = 10_000

/**
 * Counts in the first of several stores that answers, and where none does as was declared. A key that has used everything up is refused from memory until its window
 * ends: it cannot get anything back before, and who sends too much costs no round trip.
 */
export class SharedCounters implements CounterStore {
  readonly name = 'shared'
  readonly #stores: readonly WatchedStore[]
  readonly #failure: LimitFailure
  readonly #own = new MemoryCounters()
  readonly #lines = new Lines((key, quota) => this.#ask(key, quota))
  /** When the windows end of those that have nothing left. */
  readonly #spent = new Map<string, number>()

  constructor(stores: readonly CounterStore[], failure: LimitFailure, log: Logger) {
    this.#stores = stores.map((store) => new WatchedStore(store, log))
    this.#failure = failure
  }

  take(key: string, quota: Quota): MaybePromise<Taken> {
    const left = this.#leftOfSpent(key)
    return left === undefined ? this.#lines.take(key, quota) : { granted: false, used: quota.max, resetMs: left }
  }

  #leftOfSpent(key: string): number | undefined {
    const until = this.#spent.get(key)
    if (until === undefined) return undefined
    const left = until - performance.now()
    if (left > 0) return left
    this.#spent.delete(key)
    return undefined
  }

  async #ask(key: string, quota: Quota): Promise<Taken> {
    // Of those that have waited in line.
    const known = this.#leftOfSpent(key)
    if (known !== undefined) return { granted: false, used: quota.max, resetMs: known }
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
