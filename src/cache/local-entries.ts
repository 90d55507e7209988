import type { TagSnapshot } from './tag-clocks.ts'

/** Something that is kept in this process. Times are of the monotonic clock, in milliseconds. */
export interface LocalEntry<Value = unknown> {
  readonly value: Value
  readonly bytes: number
  readonly tags: TagSnapshot
  /** Until then it is as good as new; then, until {@link staleUntil}, it is sent and renewed. */
  readonly freshUntil: number
  readonly staleUntil: number
  /** Until then it is used without asking the store that processes share. */
  readonly sureUntil: number
  /** When somebody may renew it next. */
  renewAt: number
}

export interface LocalLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/** What one process keeps, within limits: what was not used for the longest time goes first. */
export class LocalEntries {
  readonly #limits: LocalLimits
  /** In the order of their last use. */
  readonly #entries = new Map<string, LocalEntry>()
  #bytes = 0

  constructor(limits: LocalLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** What may be used now, stale or not. */
  get(key: string, now: number): LocalEntry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (now >= entry.staleUntil || !entry.tags.isCurrent) {
      this.#delete(key, entry)
      return undefined
    }
    if (now >= entry.sureUntil) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  set(key: string, entry: LocalEntry): void {
    const before = this.#entries.get(key)
    if (before !== undefined) this.#delete(key, before)
    if (entry.bytes > this.#limits.maxBytes / 8) return
    this.#entries.set(key, entry)
    this.#bytes += entry.bytes
    for (const [oldest, { bytes }] of this.#entries) {
      if (this.#entries.size <= this.#limits.maxEntries && this.#bytes <= this.#limits.maxBytes) return
      this.#entries.delete(oldest)
      this.#bytes -= bytes
    }
  }

  clear(): void {
    this.#entries.clear()
    this.#bytes = 0
  }

  #delete(key: string, { bytes }: LocalEntry): void {
    this.#entries.delete(key)
    this.#bytes -= bytes
  }
}
