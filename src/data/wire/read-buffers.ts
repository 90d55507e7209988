import { ReceivedBytes } from './received-bytes.ts'

/** As much as the server's answers to a few statements; Node reads as much at once. */
const SIZE = 64 * 1024
/** PostgreSQL sends 8 KiB at once: less room than this would cut each of them. */
const LEAST_ROOM = 8 * 1024
/** Kept for use again, for each connection. */
const SPARES_MAX = 4

/**
 * The memory a socket reads into, used again as soon as no row set reads it any more. Memory from outside of V8's heap that is asked for with
 * each read makes the garbage collector run often: that was a third of the CPU time of a list.
 */
export class ReadBuffers {
  #current = allocate()
  #used = 0
  #spares: ReceivedBytes[] = []

  get current(): ReceivedBytes {
    return this.#current
  }

  /** Where the bytes of the last read begin, given how many they are; the next read goes behind them. */
  advance(received: number): number {
    const start = this.#used
    this.#used += received
    return start
  }

  /** The room for the next read. */
  room(): Buffer {
    if (this.#current.holders === 0) this.#used = 0
    else if (SIZE - this.#used < LEAST_ROOM) this.#replace()
    return this.#used === 0 ? this.#current.bytes : this.#current.bytes.subarray(this.#used)
  }

  /** One that its row sets do not give back is forgotten after a while: it goes with the last of them. */
  #replace(): void {
    const free = this.#spares.findIndex(({ holders }) => holders === 0)
    const [next = allocate()] = free < 0 ? [] : this.#spares.splice(free, 1)
    this.#spares.push(this.#current)
    if (this.#spares.length > SPARES_MAX) this.#spares.shift()
    this.#current = next
    this.#used = 0
  }
}

function allocate(): ReceivedBytes {
  return new ReceivedBytes(Buffer.allocUnsafeSlow(SIZE))
}
