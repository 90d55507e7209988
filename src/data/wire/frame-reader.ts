/** Takes the whole frames at the beginning of `bytes` from `at` on; gives where the first incomplete one begins. */
export type FrameConsumer = (bytes: Buffer, at: number) => number

/** A frame's type (1 byte) and length (4 bytes, which counts itself and not the type). */
const HEADER = 5

/** Makes whole frames of the chunks of a stream, which may be cut anywhere. Only a frame that is cut is copied. */
export class FrameReader {
  readonly #consume: FrameConsumer
  /** The beginning of a frame: at first what has come of it, then a buffer for the whole of it. */
  #partial: Buffer | undefined
  #received = 0

  constructor(consume: FrameConsumer) {
    this.#consume = consume
  }

  read(chunk: Buffer): void {
    let at = 0
    while (this.#partial !== undefined && at < chunk.length) at = this.#complete(this.#partial, chunk, at)
    if (at >= chunk.length) return
    const end = this.#consume(chunk, at)
    if (end < chunk.length) this.#hold(chunk, end)
  }

  #hold(chunk: Buffer, from: number): void {
    const received = chunk.length - from
    const frame = Buffer.allocUnsafe(received < HEADER ? HEADER : frameLength(chunk, from))
    chunk.copy(frame, 0, from)
    this.#partial = frame
    this.#received = received
  }

  /** Adds what of a chunk belongs to the frame that was cut; gives where the rest begins. */
  #complete(partial: Buffer, chunk: Buffer, at: number): number {
    const taken = Math.min(partial.length - this.#received, chunk.length - at)
    chunk.copy(partial, this.#received, at, at + taken)
    this.#received += taken
    if (this.#received < partial.length) return at + taken
    const whole = frameLength(partial, 0)
    if (whole > partial.length) this.#grow(partial, whole)
    else {
      this.#partial = undefined
      this.#consume(partial, 0)
    }
    return at + taken
  }

  /** So far only the header was there. */
  #grow(header: Buffer, length: number): void {
    const frame = Buffer.allocUnsafe(length)
    header.copy(frame)
    this.#partial = frame
  }
}

/** The whole frame's length. */
export function frameLength(bytes: Buffer, at: number): number {
  return 1 + bytes.readUInt32BE(at + 1)
}
