import { clockSetBackMs } from '../../../core/clock.ts'
import type { Logger } from '../../../core/request.ts'
import { Unavailable } from '../../../core/errors/index.ts'
import type { KnownRevocations } from './known-revocations.ts'
import type { Found } from './revocation-rows.ts'
import type { Revocation } from '../../core/services.ts'

/** What one process reads of the others. */
export interface FeedSource {
  read(since: bigint | undefined): Promise<Found>
  purge(): Promise<void>
  revocationOf(row: Found['rows'][number]): Revocation
}

const POLL_MS = 500
/** Without news for so long, requests ask themselves. */
const STALE_MS = 2_000
/** How long a request waits for a database that says nothing. */
const WAIT_MS = 2_000
const PURGE_MS = 60_000
/** Less is how clocks are kept right. */
const CLOCK_SET_BACK_MS = 5_000

/**
 * Reads what other processes have ended, twice a second. What a transaction wrote that was open at the last look is found at the next, however long it took
 * to commit: the look is for all that is not older than the oldest of those.
 */
export class RevocationFeed {
  readonly #source: FeedSource
  readonly #known: KnownRevocations
  readonly #log: Logger
  #since: bigint | undefined
  /** When the last successful look began: what was committed before that is known. */
  #seenAt = -Infinity
  #reading: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #purgedAt = -Infinity
  #failing = false
  #toldOfClock = false
  #ended = false

  constructor(source: FeedSource, known: KnownRevocations, log: Logger) {
    this.#source = source
    this.#known = known
    this.#log = log
  }

  get current(): boolean {
    return performance.now() - this.#seenAt < STALE_MS
  }

  /** The first look, and then the others. */
  async start(): Promise<void> {
    await this.read()
    this.#schedule()
  }

  /**
   * Looks now, for all who ask at the same time.
   *
   * @throws whatever the database says.
   */
  read(): Promise<void> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  /** There is something new: a look that has begun may not see it. */
  hear(): void {
    const next = this.#reading === undefined ? this.read() : this.#reading.then(() => this.read())
    // The next one by the clock tells what is wrong.
    next.catch(() => undefined)
  }

  /**
   * Waits until this process is sure of what it knows.
   *
   * @throws Unavailable where it cannot be: nothing that may have been ended is let in.
   */
  async ensureCurrent(): Promise<void> {
    if (this.current) return
    const { promise: tooLate, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error('The database does not answer.')), WAIT_MS)
    try {
      await Promise.race([this.read(), tooLate])
    } catch (cause) {
      throw new Unavailable('Whether the credentials still hold cannot be known at the moment.', {
        cause,
        headers: { 'retry-after': '2' },
      })
    } finally {
      clearTimeout(timer)
    }
  }

  /** What was under way is waited for. */
  async stop(): Promise<void> {
    this.#ended = true
    clearTimeout(this.#timer)
    await this.#reading?.catch(() => undefined)
  }

  async #read(): Promise<void> {
    const began = performance.now()
    let found = await this.#source.read(this.#since)
    // A database that was put in the place of another counts its transactions anew.
    if (this.#since !== undefined && found.xmin < this.#since) found = await this.#source.read(undefined)
    for (const row of found.rows) this.#known.add(this.#source.revocationOf(row), row.id)
    this.#since = found.xmin
    this.#seenAt = began
  }

  #schedule(): void {
    if (this.#ended) return
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS).unref()
  }

  async #poll(): Promise<void> {
    try {
      await this.read()
      if (this.#failing) this.#log.info({}, 'what other processes end is known again')
      this.#failing = false
      await this.#tidy()
    } catch (err) {
      // Once, not twice a second.
      if (!this.#failing && !this.#ended)
        this.#log.warn(
          { err },
          'what other processes end cannot be read; requests with credentials are answered 503 until it can',
        )
      this.#failing = true
    }
    this.#schedule()
  }

  async #tidy(): Promise<void> {
    this.#known.forget()
    this.#tellOfClock()
    if (performance.now() - this.#purgedAt < PURGE_MS) return
    this.#purgedAt = performance.now()
    await this.#source.purge()
  }

  /** Whoever set it back to the right time wants to know that this process goes on with the other. */
  #tellOfClock(): void {
    const setBackMs = clockSetBackMs()
    if (this.#toldOfClock || setBackMs < CLOCK_SET_BACK_MS) return
    this.#toldOfClock = true
    this.#log.warn(
      { seconds: Math.round(setBackMs / 1000) },
      'the clock was set back; sessions and tokens end by the time before, until this process is started again',
    )
  }
}
