import type { Logger } from '../../core/request.ts'
import type { Runner } from '../wire/runner.ts'
import { sweep } from './key-store.ts'

/** Rows of one statement: its locks and its work stay small. */
const BATCH = 500
const PAUSE_MS = 60_000

/**
 * Removes what has expired, a batch after the commit of a request that has kept an answer: at most once a minute while there is little, and after each
 * while there is much. So a database keeps up with what it is given, and a process without such requests does nothing.
 */
export class ExpiredKeys {
  #nextAt = 0
  #isRunning = false

  /** Not waited for by the request. */
  sweepIfDue(runner: Runner, log: Logger): void {
    if (this.#isRunning || performance.now() < this.#nextAt) return
    this.#isRunning = true
    void this.#sweep(runner, log)
  }

  async #sweep(runner: Runner, log: Logger): Promise<void> {
    let removed = 0
    try {
      removed = await sweep(runner, BATCH)
    } catch (error) {
      log.warn({ err: error }, 'expired idempotency keys could not be removed; it is tried again in a minute')
    }
    this.#nextAt = removed === BATCH ? 0 : performance.now() + PAUSE_MS
    this.#isRunning = false
  }
}
