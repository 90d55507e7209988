import type { ReadTarget } from './read-target.ts'
import { parsePosition } from './wal-position.ts'

/** A replica that is behind is asked again at most so often. */
const ASK_AGAIN_MS = 20
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000

/** Beyond every position: what is no replica is never behind. */
const UP_TO_DATE = 1n << 64n

/** A server that follows the primary: how far it has come, and whether it answers. */
export class Replica {
  readonly target: ReadTarget
  /** It only ever goes forward, so what it has reached once need not be asked again. */
  #reached = 0n
  #askedAt = -ASK_AGAIN_MS
  #asking: Promise<void> | undefined
  #failures = 0
  #pausedUntil = 0

  constructor(target: ReadTarget) {
    this.target = target
  }

  /** Whether reads may go to it. After a pause it is asked, behind the back of the request, whether it is there again. */
  get isUp(): boolean {
    if (this.#failures === 0) return true
    if (performance.now() >= this.#pausedUntil) void this.#ask()
    return false
  }

  failed(): void {
    this.#failures += 1
    this.#pausedUntil = performance.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1))
  }

  /** Whether what was committed at this position can be seen there. */
  async hasReached(position: bigint): Promise<boolean> {
    if (this.#reached < position && performance.now() - this.#askedAt >= ASK_AGAIN_MS) await this.#ask()
    return this.#reached >= position
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#askOnce().finally(() => (this.#asking = undefined))
    return this.#asking
  }

  async #askOnce(): Promise<void> {
    try {
      const { rows } = await this.target.pool.query<{ position: string | null }>(
        'SELECT pg_last_wal_replay_lsn()::text AS position',
      )
      const position = rows[0]?.position
      this.#reached = typeof position === 'string' ? parsePosition(position) : UP_TO_DATE
      this.#askedAt = performance.now()
      this.#failures = 0
    } catch {
      this.failed()
    }
  }
}
