import type { JsonSink } from '../wire/json-sink.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { RowSession } from '../repository/row-session.ts'
import type { Selection } from '../repository/selection.ts'
import { loadMany, type LoadedMany } from './load-many.ts'
import type { Included, RowShape } from './row-shape.ts'

/** Rows with the rows of their relations. */
export class LoadedRows {
  readonly rows: RowSet
  readonly #selection: Selection
  readonly #many: readonly LoadedMany[]

  constructor(rows: RowSet, selection: Selection, many: readonly LoadedMany[]) {
    this.rows = rows
    this.#selection = selection
    this.#many = many
  }

  /** Loads what the first `count` rows lead to: one statement for each relation to many, however many rows there are. */
  static async load(
    session: RowSession,
    rows: RowSet,
    {
      shape,
      included,
      count,
    }: { readonly shape: RowShape; readonly included: readonly Included[]; readonly count: number },
  ): Promise<LoadedRows> {
    if (shape.many.length === 0) return new LoadedRows(rows, shape.selection, [])
    const many = shape.many.map(({ plan, keys }) => {
      const { scope } = included.find((each) => each.plan === plan)!
      return loadMany(session, plan, { page: rows, count, keys, scope })
    })
    return new LoadedRows(rows, shape.selection, await Promise.all(many))
  }

  /** Whether rows can be written as JSON as they came. */
  get isWritable(): boolean {
    return this.#selection.json !== undefined
  }

  writeJson(
    sink: JsonSink,
    range: { readonly to: number; readonly reverse?: boolean; readonly separator?: '\n' },
  ): void {
    this.#selection.json?.(this.rows, sink, { ...range, slots: this.#writeSlot })
  }

  object(row: number): Record<string, unknown> {
    return this.#selection.object(this.rows, row, (slot) => {
      const { rows, starts, selection } = this.#many[slot]!
      const [from, to] = [starts[row]!, starts[row + 1]!]
      return Array.from({ length: to - from }, (_, index) => selection.object(rows, from + index))
    })
  }

  readonly #writeSlot = (slot: number, row: number, sink: JsonSink): void => {
    const { rows, starts, selection } = this.#many[slot]!
    sink.byte(0x5b)
    selection.json?.(rows, sink, { from: starts[row]!, to: starts[row + 1]! })
    sink.byte(0x5d)
  }
}
