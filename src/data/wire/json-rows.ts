import { literalSize } from './json-literals.ts'
import { compileRow } from './json-row.ts'
import { RowCursor, type RowWriter, type SlotWriter } from './row-cursor.ts'
import type { WireObject } from './columns.ts'
import type { BinaryColumns } from './binary-columns.ts'
import type { JsonSink } from './json-sink.ts'
import type { RowSet } from './row-set.ts'

/** Which rows are written, and in which order. */
export interface JsonRange {
  /** The first row. Default 0. */
  readonly from?: number
  /** The row behind the last one. Default: behind all. */
  readonly to?: number
  /** From the last to the first. Default false. */
  readonly reverse?: boolean
  readonly slots?: SlotWriter
  /** What stands between rows. Default `,`. */
  readonly separator?: ',' | '\n'
}

/** Writes rows as JSON objects, joined by commas. */
export type JsonWriter = (rows: RowSet, sink: JsonSink, range?: JsonRange) => void

/**
 * Compiles the shape of a row into a function that writes rows as `JSON.stringify` would write their objects, without making these. Values of
 * kind `json` are equal as values only.
 *
 * The writer throws `UnwritableValue` where a number has no form in JSON.
 */
export function compileJson(shape: WireObject): JsonWriter {
  const literals = literalSize(shape)
  // Few: the columns' forms differ between a statement's first run on a connection and its later ones.
  const writers = new Map<string | undefined, RowWriter>()
  const writerFor = (binary: BinaryColumns | undefined): RowWriter => {
    const known = writers.get(binary?.key)
    if (known !== undefined) return known
    const writer = compileRow(shape, binary)
    writers.set(binary?.key, writer)
    return writer
  }
  return (rows, sink, { from = 0, to = rows.length, reverse = false, slots = NO_SLOTS, separator = ',' } = {}) => {
    if (to <= from) return
    const writeRow = writerFor(rows.binary)
    sink.reserve(rows.size + (to - from) * (literals + 1))
    const cursor = new RowCursor(rows, sink, slots)
    const [first, step] = reverse ? [to - 1, -1] : [from, 1]
    for (let done = 0; done < to - from; done += 1) {
      if (done > 0) sink.byte(separator === ',' ? COMMA : NEWLINE)
      cursor.moveTo(first + step * done)
      writeRow(cursor)
    }
  }
}

const COMMA = 0x2c
const NEWLINE = 0x0a

function NO_SLOTS(slot: number): never {
  throw new Error(`The rows have a slot ${slot}, and nothing to write into it: pass slots.`)
}
