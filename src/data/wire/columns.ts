/**
 * How a column's text becomes JSON:
 * - `number`: as `JSON.stringify` writes the number; `NaN` and infinities, which JSON has no form for, are an error
 * - `boolean`
 * - `string`: any text, escaped
 * - `token`: text that never needs escaping, in quotes: uuid, bigint and numeric as strings, date
 * - `timestamp`: as `isoTime` writes it
 * - `instant`: as a `Date` is written: with three digits of the second, in UTC; what a `Date` cannot be is an error
 * - `json`: JSON, copied as the server sends it: equal as a value, with the server's spaces and digits
 * - `bytes`: bytea, as base64
 * - `array`: of one or more dimensions
 */
export type WireKind =
  'number' | 'boolean' | 'string' | 'token' | 'timestamp' | 'instant' | 'json' | 'bytes' | { readonly array: WireKind }

/** A column of the select list. */
export interface WireColumn {
  readonly key: string
  readonly kind: WireKind
  /** Its place in the select list, from 0. */
  readonly index: number
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
