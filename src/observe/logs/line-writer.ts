import { writeSync } from 'node:fs'

/** What is written at once, at most: more in one turn is not kept until its end. */
const CHUNK = 65_536
/** Lines that nobody takes are kept up to here; then the oldest are left out, since the app must not end of its log. */
const MOST_KEPT = 16_777_216
/** A reader that is busy is tried again. */
const RETRY_MS = 5
/** At the end of the process there is no later; a reader that is gone for good must not hold it. */
const RETRIES_AT_EXIT = 200

const NOTHING = Buffer.alloc(0)

export interface LineDestination {
  write(line: string): void
}

/**
 * Writes the lines of one turn of the event loop at once: a write of its own for each costs as much as all else about it. Nothing waits
 * longer than that turn, and what is left is written when the process exits, also by an exception that nobody catches. Only a process that is
 * killed loses the lines of its last turn.
 */
export class LineWriter implements LineDestination {
  readonly #descriptor: number
  #lines = ''
  /** What could not be written the last time. */
  #rest: Buffer = NOTHING
  #isScheduled = false
  #isBroken = false
  readonly #flush = (): void => {
    this.#isScheduled = false
    process.off('exit', this.#atExit)
    if (!this.#write()) this.#schedule(RETRY_MS)
  }
  readonly #atExit = (): void => {
    for (let tries = 0; !this.#write() && tries < RETRIES_AT_EXIT; tries++) pause(RETRY_MS)
  }

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  write(line: string): void {
    if (this.#isBroken) return
    this.#lines += line
    if (!this.#isScheduled) this.#schedule(0)
    if (this.#lines.length >= CHUNK) this.#write()
  }

  #schedule(waitMs: number): void {
    this.#isScheduled = true
    if (waitMs === 0) setImmediate(this.#flush)
    else setTimeout(this.#flush, waitMs)
    // Only while there is something to write, so that writers nobody uses any more are not kept.
    process.once('exit', this.#atExit)
  }

  /** Whether all is written, or never will be. */
  #write(): boolean {
    const lines = Buffer.from(this.#lines)
    this.#lines = ''
    let bytes = this.#rest.length === 0 ? lines : Buffer.concat([this.#rest, lines])
    try {
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.#descriptor, bytes))
      this.#rest = NOTHING
      return true
    } catch (error) {
      return this.#failed(error, bytes)
    }
  }

  #failed(error: unknown, left: Buffer): boolean {
    const { code } = error as { readonly code?: string }
    const isBusy = code === 'EAGAIN' || code === 'EBUSY'
    // A disk that is full loses lines, not the app; a reader that has gone comes back never.
    this.#rest = isBusy ? left.subarray(Math.max(0, left.length - MOST_KEPT)) : NOTHING
    this.#isBroken = code === 'EPIPE' || code === 'EBADF'
    return !isBusy
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
