/** Type (1 byte), length (4) and number of columns (2) stand before the first value of a DataRow. */
export const ROW_HEADER = 7

/** Rows that lie in one buffer: as many as follow `first`, until the next segment's. */
export interface Segment {
  readonly bytes: Buffer
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
  /** Where each row's frame begins in the buffer of its segment. */
  readonly starts: readonly number[]
  /** The bytes of all frames together: more than all their text. */
  readonly size: number
  /** The text of one value; null for NULL. */
  text(row: number, column: number): string | null
  /** The texts of one row, in the order of its select list. */
  texts(row: number): (string | null)[]
}

/**
 * Collects frames. A buffer is held for as long as one of its rows is: the socket's reads are 64 KiB at most and belong to nobody else,
 * and rows become JSON or values at once.
 */
export class ReceivedRows implements RowSet {
  readonly segments: Segment[] = []
  readonly starts: number[] = []
  length = 0
  size = 0
  #bytes: Buffer | undefined
  #tag = ''

  add(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.segments.push({ bytes, first: this.length })
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
    const bytes = this.bytesOf(row)
    let at = this.starts[row]! + ROW_HEADER
    for (let skipped = 0; skipped < column; skipped += 1) at += 4 + Math.max(0, bytes.readInt32BE(at))
    const length = bytes.readInt32BE(at)
    return length < 0 ? null : bytes.toString('utf8', at + 4, at + 4 + length)
  }

  texts(row: number): (string | null)[] {
    const bytes = this.bytesOf(row)
    const start = this.starts[row]!
    const columns = bytes.readUInt16BE(start + ROW_HEADER - 2)
    const texts: (string | null)[] = []
    let at = start + ROW_HEADER
    for (let column = 0; column < columns; column += 1) {
      const length = bytes.readInt32BE(at)
      at += 4
      if (length < 0) {
        texts.push(null)
        continue
      }
      texts.push(bytes.toString('utf8', at, at + length))
      at += length
    }
    return texts
  }

  bytesOf(row: number): Buffer {
    const { segments } = this
    let index = segments.length - 1
    while (index > 0 && segments[index]!.first > row) index -= 1
    const found = segments[index]
    if (found === undefined || row >= this.length || row < 0) {
      throw new RangeError(`There is no row ${row}: the result has ${this.length}.`)
    }
    return found.bytes
  }
}
