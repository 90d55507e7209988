import type { RowSet } from '../wire/row-set.ts'

/** The number of the type `uuid`, the same in every database. */
const UUID = 2950
/** Of an array: dimensions, whether it has nulls, the type, how many, and the first one's number. */
const HEADER_BYTES = 20
const UUID_BYTES = 16

/**
 * The values of one column, as one array of PostgreSQL: in binary form where they came so and are uuids, which neither side then has to write
 * or read as text.
 */
export function keyArray(
  rows: RowSet,
  { column, count, type }: { readonly column: number; readonly count: number; readonly type: string },
): string | Uint8Array {
  // By both: what is declared may be a domain over uuid, whose arrays have another type. An empty array has no dimension, and so another header.
  if (count > 0 && type === 'uuid' && rows.binary?.types[column] === 'uuid') return uuidArray(rows, column, count)
  const texts = Array.from({ length: count }, (_, row) => elementText(rows.text(row, column)))
  return `{${texts.join()}}`
}

/** Texts that PostgreSQL itself wrote, as elements of an array's text. */
function elementText(text: string | null): string {
  if (text === null) return 'NULL'
  return /^[\w-]+$/.test(text) && text.toLowerCase() !== 'null' ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** As `array_recv` of PostgreSQL reads it. */
function uuidArray(rows: RowSet, column: number, count: number): Uint8Array {
  const array = Buffer.alloc(HEADER_BYTES + count * (4 + UUID_BYTES))
  let hasNull = 0
  let at = HEADER_BYTES
  for (let row = 0; row < count; row += 1) {
    const value = rows.bytes(row, column)
    at = array.writeInt32BE(value === null ? -1 : UUID_BYTES, at)
    if (value === null) hasNull = 1
    else {
      array.set(value, at)
      at += UUID_BYTES
    }
  }
  for (const [index, field] of [1, hasNull, UUID, count, 1].entries()) array.writeInt32BE(field, 4 * index)
  return array.subarray(0, at)
}
