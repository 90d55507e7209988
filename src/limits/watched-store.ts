import type { CounterStore, Quota, Taken } from '../core/policy/counter-store.ts'
import type { Logger } from '../core/request.ts'

/** How long a store that has failed is not asked: a flood is not to wait for it call by call. */
const PAUSE_MS = 1_000

/** A store that may be gone for a while. */
export class WatchedStore {
  readonly #store: CounterStore
  readonly #log: Logger
  /** From when on one call may find out whether it is back. */
  #askedAgainAt: number | undefined

  constructor(store: CounterStore, log: Logger) {
    this.#store = store
    this.#log = log
  }

  /** `undefined` where it cannot be asked. */
  async take(key: string, quota: Quota): Promise<Taken | undefined> {
    if (this.#askedAgainAt !== undefined) {
      if (performance.now() < this.#askedAgainAt) return undefined
      // The others do not wait for what this one finds out.
      this.#askedAgainAt = Infinity
    }
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
