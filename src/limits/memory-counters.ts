import type { CounterStore, Quota, Taken } from '../core/policy/counter-store.ts'

interface Window {
  used: number
  readonly endsAt: number
}

/** Some 15 MB. More keys than that at once are a flood, whose oldest are forgotten. */
const MAX_KEYS = 100_000
const CLEAR_EVERY_MS = 10_000

/** Counts in the memory of one process, without waiting for anything. */
export class MemoryCounters implements CounterStore {
  readonly name = 'memory'
  readonly #windows = new Map<string, Window>()
  readonly #maxKeys: number
  #clearedAt = 0

  constructor(maxKeys = MAX_KEYS) {
    this.#maxKeys = maxKeys
  }

  get size(): number {
    return this.#windows.size
  }

  take(key: string, { cost, max, windowMs }: Quota): Taken {
    // Of a clock that nobody sets.
    const now = performance.now()
    const known = this.#windows.get(key)
    if (known !== undefined && known.endsAt > now) {
      const granted = known.used + cost <= max
      if (granted) known.used += cost
      return { granted, used: known.used, resetMs: known.endsAt - now }
    }
    if (cost > max) return { granted: false, used: 0, resetMs: windowMs }
    // Deleted first, so that the order is that of age.
    this.#windows.delete(key)
    this.#makeRoom(now)
    this.#windows.set(key, { used: cost, endsAt: now + windowMs })
    return { granted: true, used: cost, resetMs: windowMs }
  }

  #makeRoom(now: number): void {
    if (now - this.#clearedAt > CLEAR_EVERY_MS) {
      this.#clearedAt = now
      for (const [key, { endsAt }] of this.#windows) if (endsAt <= now) this.#windows.delete(key)
    }
    if (this.#windows.size < this.#maxKeys) return
    const oldest = this.#windows.keys().next()
    if (oldest.done !== true) this.#windows.delete(oldest.value)
  }
}
