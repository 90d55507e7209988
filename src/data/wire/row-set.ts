import { binaryText } from './binary-text.ts'
import type { ReceivedBytes } from './received-bytes.ts'
import type { BinaryColumns } from './binary-columns.ts'

/** Type (1 byte), length (4) and number of columns (2) stand before the first value of a DataRow. */
export const ROW_HEADER = 7

/** Rows that lie in one buffer: as many as follow `first`, until the next segment's. */
export interface Segment {
  readonly received: ReceivedBytes
  readonly first: number
}

/** The rows of one result as the server sent them: undecoded DataRow frames, in the buffers they were received in. */
export interface RowSet {
  readonly length: number
  /** The command's name: `SELECT`, `INSERT`. */
  readonly command: string
  /** How many rows the command read or wrote. */
  readonly affected: number
  readonly segments: readonly Segment[]
  /** Where each row's frame begins in the bytes of its segment. */
  readonly starts: readonly number[]
  /** The bytes of all frames together: more than all their text. */
  readonly size: number
  /** The columns that came in binary form. */
  readonly binary: BinaryColumns | undefined
  /** The text of one value; null for NULL. */
  text(row: number, column: number): string | null
  /** A value's bytes as they came, in text or binary form: a view, good until `release`; null for NULL. */
  bytes(row: number, column: number): Uint8Array | null
  /** The first column of one row where it is a number of at least 0 in text form: read without making a text of it. */
  ordinal(row: number): number
  /** The texts of one row, in the order of its select list. */
  texts(row: number): (string | null)[]
  /**
   * Gives the memory back to the connection, which reads into it again: the rows are gone. Where it is not called, the garbage collector does
   * the same, at a higher price.
   */
  release(): void
}

/** Collects the frames of a result. */
export class ReceivedRows implements RowSet {
  segments: Segment[] = []
  starts: number[] = []
  length = 0
  size = 0
  binary: BinaryColumns | undefined
  #last: ReceivedBytes | undefined
  #tag = ''

  add(received: ReceivedBytes, start: number, end: number): void {
    if (received !== this.#last) {
      this.#last = received
      received.holders += 1
      this.segments.push({ received, first: this.length })
    }
    this.starts.push(start)
    this.length += 1
    this.size += end - start
  }

  /** The command's tag, as `INSERT 0 1`. */
  complete(tag: string): void {
    this.#tag = tag
  }

  get command(): string {
    return /^[A-Z ]*[A-Z]/.exec(this.#tag)?.[0] ?? ''
  }

  get affected(): number {
    return Number(/\d+$/.exec(this.#tag)?.[0] ?? 0)
  }

  text(row: number, column: number): string | null {
    const bytes = this.#bytesOf(row)
    const at = this.#valueAt(bytes, row, column)
    const length = bytes.readInt32BE(at)
    return length < 0 ? null : this.#textOf(column, bytes, at + 4, length)
  }

  bytes(row: number, column: number): Uint8Array | null {
    const bytes = this.#bytesOf(row)
    const at = this.#valueAt(bytes, row, column)
    const length = bytes.readInt32BE(at)
    return length < 0 ? null : bytes.subarray(at + 4, at + 4 + length)
  }

  ordinal(row: number): number {
    const bytes = this.#bytesOf(row)
    const at = this.starts[row]! + ROW_HEADER
    const end = at + 4 + bytes.readInt32BE(at)
    let value = 0
    for (let digit = at + 4; digit < end; digit += 1) value = 10 * value + bytes[digit]! - 0x30
    return value
  }

  texts(row: number): (string | null)[] {
    const bytes = this.#bytesOf(row)
    const start = this.starts[row]!
    const columns = bytes.readUInt16BE(start + ROW_HEADER - 2)
    const texts: (string | null)[] = []
    let at = start + ROW_HEADER
    for (let column = 0; column < columns; column += 1) {
      const length = bytes.readInt32BE(at)
      at += 4
      texts.push(length < 0 ? null : this.#textOf(column, bytes, at, length))
      at += Math.max(0, length)
    }
    return texts
  }

  release(): void {
    for (const { received } of this.segments) received.holders -= 1
    this.segments = []
    this.starts = []
    this.length = 0
    this.size = 0
    this.#last = undefined
  }

  /** Where its length stands, which is before it. */
  #valueAt(bytes: Buffer, row: number, column: number): number {
    let at = this.starts[row]! + ROW_HEADER
    for (let skipped = 0; skipped < column; skipped += 1) at += 4 + Math.max(0, bytes.readInt32BE(at))
    return at
  }

  #textOf(column: number, bytes: Buffer, at: number, length: number): string {
    const type = this.binary?.types[column]
    return type === undefined ? bytes.toString('utf8', at, at + length) : binaryText(type, bytes, at)
  }

  #bytesOf(row: number): Buffer {
    if (!(row >= 0 && row < this.length)) {
      throw new RangeError(`There is no row ${row}: the result has ${this.length}, or was released.`)
    }
    const { segments } = this
    let index = segments.length - 1
    while (segments[index]!.first > row) index -= 1
    return segments[index]!.received.bytes
  }
}
