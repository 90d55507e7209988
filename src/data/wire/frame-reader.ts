import { ReceivedBytes } from './received-bytes.ts'

/** Takes the whole frames between `from` and `to`; gives where the first incomplete one begins. */
export type FrameConsumer = (received: ReceivedBytes, from: number, to: number) => number

/** A frame's type (1 byte) and length (4 bytes, which counts itself and not the type). */
const HEADER = 5

/** Makes whole frames of what a stream brings, which may be cut anywhere. Only a frame that is cut is copied. */
export class FrameReader {
  readonly #consume: FrameConsumer
  /** The beginning of a frame: at first what has come of its header, then a buffer for the whole of it. */
  #partial: Buffer | undefined
  #received = 0

  constructor(consume: FrameConsumer) {
    this.#consume = consume
  }

  read(received: ReceivedBytes, from: number, to: number): void {
    let at = from
    while (this.#partial !== undefined && at < to) {
      at += this.#complete(this.#partial, received.bytes.subarray(at, to))
    }
    if (at >= to) return
    const end = this.#consume(received, at, to)
    if (end < to) this.#hold(received.bytes.subarray(end, to))
  }

  #hold(beginning: Buffer): void {
    const frame = Buffer.allocUnsafe(beginning.length < HEADER ? HEADER : frameLength(beginning, 0))
    beginning.copy(frame)
    this.#partial = frame
    this.#received = beginning.length
  }

  /** Adds what belongs to the frame that was cut; gives how much that was. */
  #complete(partial: Buffer, chunk: Buffer): number {
    const taken = Math.min(partial.length - this.#received, chunk.length)
    chunk.copy(partial, this.#received, 0, taken)
    this.#received += taken
    if (this.#received < partial.length) return taken
    const length = frameLength(partial, 0)
    if (length > partial.length) {
      // So far only the header was there.
      this.#partial = Buffer.allocUnsafe(length)
      partial.copy(this.#partial)
    } else {
      this.#partial = undefined
      this.#consume(new ReceivedBytes(partial), 0, length)
    }
    return taken
  }
}

/** The whole frame's length. */
export function frameLength(bytes: Buffer, at: number): number {
  return 1 + bytes.readUInt32BE(at + 1)
}
