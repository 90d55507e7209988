import type { BinaryColumns, BinaryType } from './binary-columns.ts'
import type { WireColumn, WireField, WireObject } from './columns.ts'
import { valueWriter } from './json-values.ts'
import type { RowCursor, RowWriter } from './row-cursor.ts'
import { ROW_HEADER } from './row-set.ts'

type FieldWriter = (context: RowCursor, offsets: readonly number[]) => void

/** Without generated code: for processes that forbid it. Slower, and the measure for the generated code. */
export function interpretRow(shape: WireObject, binary: BinaryColumns | undefined): RowWriter {
  const write = objectWriter(shape, binary?.types ?? [])
  return (cursor) => write(cursor, offsetsOf(cursor))
}

/** Where each value's length stands. */
function offsetsOf({ bytes, start }: RowCursor): number[] {
  const columns = bytes.readUInt16BE(start + ROW_HEADER - 2)
  const offsets: number[] = []
  let at = start + ROW_HEADER
  for (let column = 0; column < columns; column += 1) {
    offsets.push(at)
    at += 4 + Math.max(0, bytes.readInt32BE(at))
  }
  return offsets
}

function objectWriter({ fields }: WireObject, types: BinaryColumns['types']): FieldWriter {
  const writers = fields.map((field, index) => {
    const literal = Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(field.key)}:`)
    const write = fieldWriter(field, types)
    return (context: RowCursor, offsets: readonly number[]): void => {
      context.sink.raw(literal)
      write(context, offsets)
    }
  })
  return (context, offsets) => {
    if (writers.length === 0) context.sink.text('{')
    for (const write of writers) write(context, offsets)
    context.sink.text('}')
  }
}

function fieldWriter(field: WireField, types: BinaryColumns['types']): FieldWriter {
  if ('slot' in field) return ({ slots, row, sink }) => slots(field.slot, row, sink)
  if ('kind' in field) return columnWriter(field, types[field.index])
  const write = objectWriter(field.object, types)
  const { presentIf } = field
  return (context, offsets) => {
    if (context.bytes.readInt32BE(offsets[presentIf]) < 0) context.sink.text('null')
    else write(context, offsets)
  }
}

function columnWriter(column: WireColumn, binary: BinaryType | undefined): FieldWriter {
  const write = valueWriter(column.kind, binary)
  const { index } = column
  return ({ bytes, sink }, offsets) => {
    const at = offsets[index]!
    const length = bytes.readInt32BE(at)
    if (length < 0) sink.text('null')
    else write(sink, bytes, at + 4, at + 4 + length)
  }
}
