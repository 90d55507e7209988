/** When new requests are turned away so that those under way are answered in time. */
export interface LoadLimits {
  /** Milliseconds. */
  readonly maxEventLoopDelayMs: number
  readonly maxConcurrent: number
  readonly retryAfterSeconds: number
  /** Paths that are answered all the same. */
  readonly exempt: (path: string) => boolean
}

/** One slow turn is a pause, such as a collection of garbage; for so long it is overload. */
const SUSTAINED_MS = 500

/**
 * How busy a process is: how many requests it works on, and how long one turn of its event loop takes. A turn begins with its first request and ends when all that
 * has arrived by then is worked off. Where turns are too long for a while, each takes on what it can do in time, and the rest is turned away while that
 * still costs little.
 */
export class Load {
  readonly limits: LoadLimits
  /** Requests whose handler's time runs. */
  working = 0
  /** Turned away so far. */
  refused = 0
  #turnBegan: number | undefined
  /** Since when every turn has been too long. */
  #lateSince: number | undefined
  #turnEnded = 0

  constructor(limits: LoadLimits) {
    this.limits = limits
  }

  /** Whether a request that arrives now is too much. `now` is of the monotonic clock, in milliseconds. */
  isTooHigh(now: number): boolean {
    const { maxConcurrent, maxEventLoopDelayMs } = this.limits
    if (this.#turnBegan === undefined) {
      // Nothing was waiting: what was too long a while ago was a pause after all.
      if (now - this.#turnEnded > maxEventLoopDelayMs) this.#lateSince = undefined
      this.#turnBegan = now
      setImmediate(this.#endTurn)
    }
    if (this.working >= maxConcurrent) return true
    return now - this.#turnBegan > maxEventLoopDelayMs && now - (this.#lateSince ?? this.#turnBegan) > SUSTAINED_MS
  }

  readonly #endTurn = (): void => {
    const began = this.#turnBegan
    this.#turnBegan = undefined
    if (began === undefined) return
    this.#turnEnded = performance.now()
    if (this.#turnEnded - began <= this.limits.maxEventLoopDelayMs) this.#lateSince = undefined
    else this.#lateSince ??= began
  }
}
