import type { Pool, PoolClient } from 'pg'
import { connectionLost } from '../translate-error.ts'
import { Lane, type LaneEvents } from './lane.ts'
import type { RowSet } from './row-set.ts'
import { untilAborted, type RunOptions, type Runner, type RunnerOptions } from './runner.ts'
import type { Statement } from './statement.ts'

export interface PoolRunnerOptions extends RunnerOptions {
  /** Connections that may be shared at most. Default: all of the pool but one, which stays for transactions. */
  readonly lanes?: number
  /** Statements under way on one connection at most; with more, another is opened. Default 16. */
  readonly depth?: number
}

export interface PoolRunner extends Runner {
  /** Waits for what is under way and gives all connections back. */
  end(): Promise<void>
}

/** A statement that no connection can take yet. */
interface Waiting {
  readonly start: (lane: Lane) => void
  readonly fail: (error: unknown) => void
}

const DEPTH = 16
/** A connection without an answer between two looks gets no new statement, and one idle for some looks goes back to the pool. */
const LOOK_MS = 5
const IDLE_LOOKS = 50

/**
 * Runs statements outside of transactions on few connections, many at once on each: their bytes share reads and writes on both sides. A
 * statement that takes long holds up only what was sent behind it before that was seen: what comes then goes to other connections.
 */
export function poolRunner(pool: Pool, options: PoolRunnerOptions = {}): PoolRunner {
  return new SharedConnections(pool, options)
}

class SharedConnections implements PoolRunner {
  readonly #pool: Pool
  readonly #prepare: boolean
  readonly #max: number
  readonly #depth: number
  readonly #lanes: Lane[] = []
  readonly #waiting: Waiting[] = []
  readonly #events: LaneEvents
  readonly #ended = Promise.withResolvers<void>()
  #opening = 0
  #look: NodeJS.Timeout | undefined
  #isEnding = false

  constructor(pool: Pool, { prepare = true, lanes, depth = DEPTH }: PoolRunnerOptions) {
    this.#pool = pool
    this.#prepare = prepare
    this.#max = Math.max(1, Math.min(lanes ?? Infinity, pool.options.max - 1))
    this.#depth = depth
    this.#events = { free: (lane) => this.#free(lane), lost: (lane) => this.#lost(lane) }
  }

  run(statement: Statement, values: readonly unknown[], options?: RunOptions): Promise<RowSet> {
    if (this.#isEnding) return Promise.reject(new Error('Cannot use a pool after calling end on the pool'))
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason as Error)
    const lane = this.#pick()
    const result =
      lane === undefined ? this.#wait(statement, values, options?.signal) : lane.run(statement, values, this.#prepare)
    return options?.signal === undefined ? result : untilAborted(result, options.signal)
  }

  end(): Promise<void> {
    this.#isEnding = true
    this.#finish()
    return this.#ended.promise
  }

  /** Once it is to end and nothing waits: what is idle goes back, and with the last connection it has ended. */
  #finish(): void {
    if (!this.#isEnding || this.#waiting.length > 0) return
    for (const lane of this.#lanes.slice()) if (lane.inFlight === 0) this.#giveBack(lane)
    if (this.#lanes.length > 0 || this.#opening > 0) return
    clearTimeout(this.#look)
    this.#ended.resolve()
  }

  /** The least busy of those that can take one more. */
  #pick(): Lane | undefined {
    let best: Lane | undefined
    for (const lane of this.#lanes) {
      if (lane.isStalled || lane.isDraining || lane.inFlight >= this.#depth) continue
      if (lane.inFlight === 0) return lane
      if (best === undefined || lane.inFlight < best.inFlight) best = lane
    }
    return best
  }

  #wait(statement: Statement, values: readonly unknown[], signal: AbortSignal | undefined): Promise<RowSet> {
    return new Promise((resolve, reject) => {
      const leave = (error: unknown): void => {
        const index = this.#waiting.indexOf(waiting)
        if (index >= 0) this.#waiting.splice(index, 1)
        waiting.fail(error)
      }
      const abort = (): void => leave(signal?.reason)
      const expire = (): void => leave(unavailable(new Error('timeout exceeded when trying to connect')))
      const limitMs = this.#pool.options.connectionTimeoutMillis
      const timer = limitMs === undefined || limitMs <= 0 ? undefined : setTimeout(expire, limitMs)
      const stopWaiting = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
      const waiting: Waiting = {
        start: (lane) => {
          stopWaiting()
          lane.run(statement, values, this.#prepare).then(resolve, reject)
        },
        fail: (error) => {
          stopWaiting()
          reject(error)
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting.push(waiting)
      this.#open()
    })
  }

  /** Opens one more, unless those being opened can take all that waits. */
  #open(): void {
    if (this.#opening * this.#depth >= this.#waiting.length) return
    if (this.#lanes.length + this.#opening >= this.#max) return
    this.#opening += 1
    this.#pool.connect().then(
      (client) => this.#opened(client),
      (error: unknown) => this.#notOpened(error),
    )
  }

  #opened(client: PoolClient): void {
    this.#opening -= 1
    this.#lanes.push(new Lane(client, this.#events))
    this.#look ??= this.#lookLater()
    this.#serve()
    this.#finish()
  }

  /** Those who wait have their own limit of time; where the server cannot be reached at all they are told at once. */
  #notOpened(error: unknown): void {
    this.#opening -= 1
    const isFull = error instanceof Error && error.message.startsWith('timeout exceeded')
    if (!isFull && this.#lanes.length === 0) for (const each of this.#waiting.splice(0)) each.fail(unavailable(error))
    this.#open()
    this.#finish()
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const lane = this.#pick()
      if (lane === undefined) return this.#open()
      this.#waiting.shift()!.start(lane)
    }
  }

  #free(lane: Lane): void {
    // With a single connection transactions and shared statements take turns.
    if (this.#max === this.#pool.options.max && this.#pool.waitingCount > 0) lane.isDraining = true
    if (lane.isDraining && lane.inFlight === 0) this.#giveBack(lane)
    if (this.#waiting.length > 0) this.#serve()
    if (this.#isEnding) this.#finish()
  }

  #lost(lane: Lane): void {
    if (this.#remove(lane)) lane.release(new Error('Connection terminated unexpectedly'))
    this.#serve()
    this.#finish()
  }

  #giveBack(lane: Lane): void {
    if (this.#remove(lane)) lane.release()
  }

  #remove(lane: Lane): boolean {
    const index = this.#lanes.indexOf(lane)
    if (index >= 0) this.#lanes.splice(index, 1)
    return index >= 0
  }

  #lookLater(): NodeJS.Timeout {
    return setTimeout(() => {
      // Timers come before reading: what has arrived meanwhile is read first.
      setImmediate(() => this.#lookAtAll())
    }, LOOK_MS).unref()
  }

  #lookAtAll(): void {
    this.#look = undefined
    for (const lane of this.#lanes.slice()) {
      lane.look()
      if (lane.idleLooks >= IDLE_LOOKS) this.#giveBack(lane)
    }
    if (this.#waiting.length > 0) this.#serve()
    if (this.#lanes.length > 0) this.#look ??= this.#lookLater()
  }
}

function unavailable(error: unknown): unknown {
  return connectionLost(error) ?? error
}
