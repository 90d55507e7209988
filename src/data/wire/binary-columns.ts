/**
 * Types whose values are cheaper for the server to send in binary form: to write their text takes it longer than all else it does for a row.
 * Text and JSON of a row are the same in both forms.
 */
export type BinaryType = 'uuid' | 'timestamp' | 'timestamptz'

/** The columns of a select list that come in binary form. */
export interface BinaryColumns {
  readonly types: readonly (BinaryType | undefined)[]
  /** Equal for equal types. */
  readonly key: string
}

/** By the numbers of their types, which are the same in every database. */
const BINARY_TYPES: Readonly<Record<number, BinaryType>> = { 2950: 'uuid', 1114: 'timestamp', 1184: 'timestamptz' }

/** Of a column's description, what stands between its name and its type, and behind that: table, attribute; size, modifier, format. */
const [BEFORE_TYPE, BEHIND_TYPE] = [6, 8]

/** The columns a statement's RowDescription tells of; undefined where all are to come as text. */
export function describedColumns(frame: Buffer): BinaryColumns | undefined {
  const types: (BinaryType | undefined)[] = []
  let at = 7
  for (let column = frame.readUInt16BE(5); column > 0; column -= 1) {
    at = frame.indexOf(0, at) + 1 + BEFORE_TYPE
    types.push(BINARY_TYPES[frame.readUInt32BE(at)])
    at += 4 + BEHIND_TYPE
  }
  return types.some((type) => type !== undefined) ? { types, key: types.join() } : undefined
}
