import { isoTime } from '../wire-times.ts'
import { readArray } from './array-text.ts'
import { elementKind, type WireField, type WireKind, type WireObject } from './columns.ts'
import { bytesOf, instantOf } from './json-values.ts'
import type { RowSet } from './row-set.ts'

type Decode = (text: string) => unknown
type Texts = readonly (string | null)[]
type Row = Record<string, unknown>

/** Gives what stands in a slot, for a row of the row set. */
export type SlotReader = (slot: number, row: number) => unknown

/** Makes the object of one row. */
export type ObjectReader = (rows: RowSet, row: number, slots?: SlotReader) => Row

/** The same as `compileJson`, as JavaScript values: for hooks and repositories, which must see them. */
export function compileObjects(shape: WireObject): ObjectReader {
  const read = objectReader(shape)
  return (rows, row, slots) => read(rows.texts(row), (slot) => slots?.(slot, row))
}

type Read<Value> = (texts: Texts, slots: (slot: number) => unknown) => Value

function objectReader({ fields }: WireObject): Read<Row> {
  const readers = fields.map((field) => ({ key: field.key, read: fieldReader(field) }))
  return (texts, slots) => {
    const object: Row = {}
    for (const { key, read } of readers) object[key] = read(texts, slots)
    return object
  }
}

function fieldReader(field: WireField): Read<unknown> {
  if ('slot' in field) return (_, slots) => slots(field.slot)
  if ('object' in field) {
    const read = objectReader(field.object)
    return (texts, slots) => (texts[field.presentIf] === null ? null : read(texts, slots))
  }
  const decode = field.decode ?? decoderOf(field.kind)
  const { index } = field
  return (texts) => {
    const text = texts[index]
    return text === null || text === undefined ? null : decode(text)
  }
}

/** How a kind's text becomes a value where a column says nothing else. */
export function decoderOf(kind: WireKind): Decode {
  if (typeof kind === 'object') {
    const decode = decoderOf(elementKind(kind))
    return (text) => readArray(text, decode)
  }
  return DECODERS[kind]
}

const asItIs: Decode = (text) => text

const DECODERS: Readonly<Record<Exclude<WireKind, object>, Decode>> = {
  number: Number,
  boolean: (text) => text === 't',
  string: asItIs,
  token: asItIs,
  timestamp: isoTime,
  instant: instantOf,
  json: (text) => JSON.parse(text) as unknown,
  bytes: (text) => new Uint8Array(bytesOf(text)),
}
