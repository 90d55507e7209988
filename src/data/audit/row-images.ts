import { getTableConfig } from 'drizzle-orm/pg-core'
import type { Model, ModelColumn } from '../model/model.ts'
import { wireFields } from '../repository/selection.ts'
import type { WireField } from '../wire/columns.ts'
import { compileJson, type JsonWriter } from '../wire/json-rows.ts'
import type { JsonSink } from '../wire/json-sink.ts'
import { compileObjects, type ObjectReader } from '../wire/objects.ts'
import type { RowSet } from '../wire/row-set.ts'

/** What stands where a value is not kept. */
export const REDACTED = '[redacted]'

interface HiddenColumn {
  readonly key: string
  readonly index: number
}

/** One row of a set; with the same row in another state, where only differences of hidden columns are told. */
export interface Imaged {
  readonly rows: RowSet
  readonly row: number
  readonly other?: RowSet | undefined
}

interface ImagedColumns {
  /** All of the table, in the order in which they are read. */
  readonly columns: readonly ModelColumn[]
  readonly primaryKey: readonly ModelColumn[]
  /** Keys of columns whose values are not kept. */
  readonly hidden: ReadonlySet<string>
}

/** Writes rows of all columns as the trail keeps them: JSON as in answers, and of hidden columns only that they are set, or have changed. */
export class RowImages {
  readonly #json: JsonWriter | undefined
  readonly #object: ObjectReader
  readonly #key: ObjectReader
  readonly #hidden: readonly HiddenColumn[]

  constructor({ columns, primaryKey, hidden }: ImagedColumns) {
    const { fields } = wireFields(columns, 0)
    const fieldsOf = (some: readonly ModelColumn[]): readonly WireField[] =>
      some.map(({ key }) => fields[columns.findIndex((each) => each.key === key)]!)
    const open = columns.filter(({ key }) => !hidden.has(key))
    const shape = { fields: fieldsOf(open) }
    this.#json = wireFields(open, 0).writable ? compileJson(shape) : undefined
    this.#object = compileObjects(shape)
    this.#key = compileObjects({ fields: fieldsOf(primaryKey) })
    this.#hidden = columns.flatMap(({ key }, index) => (hidden.has(key) ? [{ key, index }] : []))
  }

  writeKey(sink: JsonSink, { rows, row }: Imaged): void {
    sink.text(keyText(this.#key(rows, row)))
  }

  write(sink: JsonSink, imaged: Imaged): void {
    const { rows, row } = imaged
    if (this.#json === undefined) sink.text(JSON.stringify(this.#object(rows, row), plain))
    else this.#json(rows, sink, { from: row, to: row + 1 })
    const told = this.#hidden.filter(({ index }) => isTold(imaged, index))
    if (told.length === 0) return
    const isEmpty = sink.bytes[sink.length - 2] === OPENING
    // Into the object that has just been closed.
    sink.length -= 1
    const members = told.map(
      ({ key, index }) => `${JSON.stringify(key)}:${rows.text(row, index) === null ? 'null' : `"${REDACTED}"`}`,
    )
    sink.text(`${isEmpty ? '' : ','}${members.join(',')}}`)
  }
}

const OPENING = 0x7b

function isTold({ rows, row, other }: Imaged, index: number): boolean {
  const text = rows.text(row, index)
  return other === undefined ? text !== null : other.text(row, index) !== text
}

/** What the trail calls a table: with its schema, where it is in another than the usual one. */
export function trailName({ table, name }: Pick<Model, 'table' | 'name'>): string {
  const { schema } = getTableConfig(table)
  return schema === undefined ? name : `${schema}.${name}`
}

/** The primary key as the trail keeps it: of a row's values, or of a path's. Uuids are in lower case, as PostgreSQL writes them. */
export function keyText(key: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(key, plain)
}

/** What JSON has no form for, as answers have it. */
function plain(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const own = this[key]
  if (own instanceof Uint8Array) return Buffer.from(own).toString('base64')
  return typeof value === 'bigint' ? String(value) : value
}
