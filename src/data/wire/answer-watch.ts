/**
 * Watches that a connection answers: statement by statement, since each has its limit for itself. One timer for all of them, set anew where
 * it finds that there was an answer in the meantime.
 */
export class AnswerWatch {
  readonly #limitMs: number
  readonly #giveUp: () => void
  #waiting = 0
  /** When the statement that is being waited for began. */
  #since = 0
  #timer: NodeJS.Timeout | undefined

  constructor(limitMs: number, giveUp: () => void) {
    this.#limitMs = limitMs
    this.#giveUp = giveUp
  }

  began(): void {
    this.#waiting += 1
    if (this.#limitMs <= 0) return
    if (this.#waiting === 1) this.#since = performance.now()
    if (this.#timer === undefined) this.#timer = this.#setTimer(this.#limitMs)
  }

  answered(): void {
    this.#waiting -= 1
    if (this.#limitMs > 0 && this.#waiting > 0) this.#since = performance.now()
  }

  #setTimer(ms: number): NodeJS.Timeout {
    // A connection with a statement under way keeps the process alive by itself.
    return setTimeout(() => this.#check(), ms).unref()
  }

  #check(): void {
    this.#timer = undefined
    if (this.#waiting === 0) return
    const left = this.#since + this.#limitMs - performance.now()
    if (left <= 0) this.#giveUp()
    else this.#timer = this.#setTimer(left)
  }
}
