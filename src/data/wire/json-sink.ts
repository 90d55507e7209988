import { isAscii } from 'node:buffer'

/** More than is asked for: four bytes are written at once where fewer may be meant. */
const SPARE = 8
const CAPACITY = 64 * 1024
/** Larger memory is not kept for the next time. */
const KEPT_MAX = 1024 * 1024

/**
 * Where JSON is written. One sink serves many texts, one after the other: `clear`, write, `toText`, without anything asynchronous between. Text
 * is the cheapest to hand on: it is in V8's heap, and Node sends it in one write with the head of a response.
 */
export class JsonSink {
  bytes: Buffer
  view: DataView
  length = 0

  /** `capacity` in bytes; it grows where that is not enough. */
  constructor(capacity = CAPACITY) {
    this.bytes = Buffer.allocUnsafe(capacity + SPARE)
    this.view = viewOf(this.bytes)
  }

  /** Makes room for so many more bytes. */
  reserve(size: number): void {
    const needed = this.length + size + SPARE
    if (needed <= this.bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
    this.view = viewOf(grown)
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length] = value
    this.length += 1
  }

  /** JSON text as it is. */
  text(json: string): void {
    this.reserve(json.length * 3)
    this.length += this.bytes.write(json, this.length, 'utf8')
  }

  /** JSON text whose characters are bytes of UTF-8. */
  latin1(json: string): void {
    this.reserve(json.length)
    this.length += this.bytes.write(json, this.length, 'latin1')
  }

  /** JSON as it is. */
  raw(json: Uint8Array): void {
    this.reserve(json.length)
    this.bytes.set(json, this.length)
    this.length += json.length
  }

  /** What was written, as text. */
  toText(): string {
    return this.bytes.toString('utf8', 0, this.length)
  }

  /**
   * What was written, in the form that is cheapest to send: text where all is ASCII, bytes where a text would have to be made of them and back
   * into them.
   */
  toBody(): string | Buffer {
    return isAscii(this.bytes.subarray(0, this.length))
      ? this.bytes.toString('latin1', 0, this.length)
      : this.toBuffer()
  }

  /** What was written, in memory of its own. */
  toBuffer(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length))
  }

  /** Begins anew, in the same memory unless that has become large. */
  clear(): void {
    this.length = 0
    if (this.bytes.length <= KEPT_MAX) return
    this.bytes = Buffer.allocUnsafe(CAPACITY + SPARE)
    this.view = viewOf(this.bytes)
  }
}

export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
