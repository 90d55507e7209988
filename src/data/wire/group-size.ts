/** More would make the first wait for the last, and save little: the commit and the round trip are shared by enough. */
export const GROUP_MAX = 32
const FIRST = 8
const GROWTH = 2
/** As many runs alone until it is tried again. */
const REST = 64
/** What a commit may take on a slow disk, and what each statement may besides: for slower ones, one connection is too few. */
const SLOW_COMMIT_MS = 10
const SLOW_STATEMENT_MS = 2

/**
 * How many runs of a statement are saved together at most. It grows while that goes well, and is halved where a group fails or is slow: rows that
 * are often refused, that wait for locks, or whose triggers take long, are inserted each by itself.
 */
export class GroupSize {
  #most = FIRST
  #rest = 0

  get most(): number {
    return this.#most
  }

  /** Whether this run may be one of a group. */
  admits(): boolean {
    if (this.#most > 1) return true
    this.#rest -= 1
    if (this.#rest === 0) this.#most = 2
    return false
  }

  saved(count: number, ms: number): void {
    if (ms > SLOW_COMMIT_MS + SLOW_STATEMENT_MS * count) this.#shrink()
    else if (count === this.#most) this.#most = Math.min(GROUP_MAX, this.#most + GROWTH)
  }

  failed(): void {
    this.#shrink()
  }

  #shrink(): void {
    this.#most = Math.max(1, this.#most >> 1)
    if (this.#most === 1) this.#rest = REST
  }
}
