import type { BinaryColumns, BinaryType } from './statement.ts'

/**
 * How a column's text becomes JSON:
 * - `number`: as `JSON.stringify` writes the number; `NaN` and infinities, which JSON has no form for, are an error
 * - `boolean`
 * - `string`: any text, escaped
 * - `token`: text that never needs escaping, in quotes: uuid, bigint and numeric as strings, date
 * - `timestamp`: as `isoTime` writes it
 * - `json`: JSON, copied as the server sends it: equal as a value, with the server's spaces and digits
 * - `bytes`: bytea, as base64
 * - `array`: of one or more dimensions
 */
export type WireKind =
  'number' | 'boolean' | 'string' | 'token' | 'timestamp' | 'json' | 'bytes' | { readonly array: WireKind }

/** A column of the select list. */
export interface WireColumn {
  readonly key: string
  readonly kind: WireKind
  /** Its place in the select list, from 0. */
  readonly index: number
  /** Its type, where it comes in binary form: the statement must say so too, with `binaryColumns`. */
  readonly binary?: BinaryType
  /** Makes its JavaScript value, for objects only. Default: as the kind has it; times as ISO 8601 strings. */
  readonly decode?: (text: string) => unknown
}

/** A to-one relation, from joined columns: null where the column `presentIf` is NULL. */
export interface WireNested {
  readonly key: string
  readonly object: WireObject
  readonly presentIf: number
}

/** What is not of the row itself: to-many relations, supplied from outside. */
export interface WireSlot {
  readonly key: string
  readonly slot: number
}

export type WireField = WireColumn | WireNested | WireSlot

/** The object one row becomes, in the order of its fields. */
export interface WireObject {
  readonly fields: readonly WireField[]
}

/** The kind of an array's elements, whatever its dimensions are. */
export function elementKind(kind: WireKind): Exclude<WireKind, object> {
  return typeof kind === 'object' ? elementKind(kind.array) : kind
}

/** What a statement's `binary` has to be for the rows of a shape, given how many columns its select list has. */
export function binaryColumns(shape: WireObject, selected: number): BinaryColumns {
  const columns = Array.from<BinaryType | undefined>({ length: selected })
  for (const { binary, index } of columnsOf(shape)) if (binary !== undefined) columns[index] = binary
  return columns
}

/** All columns of a shape, those of its nested objects too. */
export function columnsOf({ fields }: WireObject): readonly WireColumn[] {
  return fields.flatMap((field) => ('object' in field ? columnsOf(field.object) : 'kind' in field ? [field] : []))
}

/** Tells a statement and a shape that disagree about the form in which a column comes: one's bytes would be read as the other's. */
export function checkBinary(columns: readonly WireColumn[], received: BinaryColumns | undefined): void {
  const wrong = columns.find(({ binary, index }) => binary !== received?.[index])
  if (wrong === undefined) return
  throw new TypeError(
    `The column ${JSON.stringify(wrong.key)} is declared ${wrong.binary === undefined ? 'as text' : `as binary ${wrong.binary}`}, and its statement says otherwise: ` +
      'give the statement binary: binaryColumns(shape, columns).',
  )
}
