/** More than is asked for: four bytes are written at once where fewer may be meant. */
const SPARE = 8

/** Where JSON is written: bytes that grow, and become a buffer of their own. */
export class JsonSink {
  bytes: Buffer
  view: DataView
  length = 0

  /** `capacity` in bytes; it grows where that is not enough. */
  constructor(capacity = 4096) {
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

  /** What was written. It is not to be written to any more. */
  toBuffer(): Buffer {
    return this.bytes.subarray(0, this.length)
  }
}

export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
