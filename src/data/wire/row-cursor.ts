import type { JsonSink } from './json-sink.ts'
import type { RowSet } from './row-set.ts'

/** Writes what stands in a slot, for a row of the row set: one JSON value. */
export type SlotWriter = (slot: number, row: number, sink: JsonSink) => void

/** Writes one row. */
export type RowWriter = (cursor: RowCursor) => void

/** The row that is being written, and where it is written. One for all rows of a call. */
export class RowCursor {
  readonly sink: JsonSink
  readonly slots: SlotWriter
  bytes!: Buffer
  view!: DataView
  row = 0
  /** Where the row's frame begins. */
  start = 0
  readonly #rows: RowSet
  #segment = -1

  constructor(rows: RowSet, sink: JsonSink, slots: SlotWriter) {
    this.#rows = rows
    this.sink = sink
    this.slots = slots
  }

  /** Cheapest for a row next to the one before. */
  moveTo(row: number): void {
    const { segments, starts } = this.#rows
    let segment = Math.max(0, this.#segment)
    while (segment > 0 && segments[segment]!.first > row) segment -= 1
    while (segment + 1 < segments.length && segments[segment + 1]!.first <= row) segment += 1
    if (segment !== this.#segment) {
      this.#segment = segment
      const { received } = segments[segment]!
      this.bytes = received.bytes
      this.view = received.view
    }
    this.row = row
    this.start = starts[row]!
  }
}
