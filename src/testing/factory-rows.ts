import type { PgTable } from 'drizzle-orm/pg-core'
import { numbersFor } from './factory-numbers.ts'
import { isFactory, parentOf, relate, type Row } from './factory-relations.ts'
import { tableColumns, tableName, tableReferences, type TableColumn, type TableReference } from './factory-table.ts'
import type { FactoryContext, FactoryHandle, RelatedFactory } from './factory-types.ts'
import { madeUpValue } from './factory-values.ts'

/** Values by column, or what makes them. */
type Layer = Readonly<Row> | ((context: FactoryContext) => Readonly<Row>)

/** Rows of one statement at most, and its parameters: the protocol counts those with 16 bits. */
const MAX_ROWS = 1_000
const MAX_PARAMETERS = 65_535

/** A factory without the types of its table. */
export class TableFactory implements RelatedFactory {
  readonly kind = 'factory'
  readonly table: PgTable
  readonly #layers: readonly Layer[]
  readonly #counter: { rows: number }
  readonly #name: string
  readonly #columns: readonly TableColumn[]

  constructor(table: PgTable, layers: readonly Layer[], counter = { rows: 0 }) {
    this.table = table
    this.#layers = layers
    this.#counter = counter
    this.#name = tableName(table)
    this.#columns = tableColumns(table)
  }

  with(overrides: Layer): TableFactory {
    return new TableFactory(this.table, [...this.#layers, overrides], this.#counter)
  }

  build(overrides?: Layer): Row {
    const { row, sequence } = this.#given(0, overrides)
    const filled = this.#filled(row, sequence, tableReferences(this.table))
    return Object.fromEntries(Object.entries(filled).filter(([, value]) => parentOf(value) === undefined))
  }

  async create(tx: FactoryHandle, overrides?: Layer): Promise<Row> {
    const [row] = await this.createMany(tx, 1, overrides)
    return row!
  }

  async createMany(tx: FactoryHandle, count: number, overrides?: Layer, depth = 0): Promise<Row[]> {
    const given = Array.from({ length: count }, (_, index) => this.#given(index, overrides))
    const references = tableReferences(this.table)
    const rows = given.map(({ row }) => row)
    await relate({ tx, table: this.#name, rows, references, depth })
    const complete = given.map(({ row, sequence }) => this.#filled(row, sequence, references))
    const size = Math.min(MAX_ROWS, Math.floor(MAX_PARAMETERS / this.#columns.length))
    const created: Row[] = []
    for (let from = 0; from < count; from += size)
      created.push(...(await this.#insert(tx, complete.slice(from, from + size))))
    return created
  }

  /** Drizzle's error repeats the statement with all its values; what PostgreSQL says is what helps. */
  async #insert(tx: FactoryHandle, rows: Row[]): Promise<readonly Row[]> {
    try {
      return await tx.insert(this.table).values(rows).returning()
    } catch (error) {
      throw refusal(this.#name, error as Error) ?? error
    }
  }

  /** What the caller and the defaults say, the later over the earlier. */
  #given(index: number, overrides: Layer = {}): { readonly row: Row; readonly sequence: number } {
    const sequence = ++this.#counter.rows
    const context = { sequence, index, random: numbersFor(`${this.#name} ${sequence}`) }
    const layers = [...this.#layers, overrides].map((layer) => (isMaker(layer) ? layer(context) : layer))
    const row: Row = Object.assign({}, ...layers)
    for (const key of Object.keys(row)) this.#check(key)
    return { row, sequence }
  }

  #check(key: string): void {
    if (this.#columns.some((each) => each.key === key)) return
    throw new TypeError(
      `The factory of the table "${this.#name}" is given "${key}", which is no column of it. It has ${this.#columns.map((each) => each.key).join(', ')}.`,
    )
  }

  #filled(row: Row, sequence: number, references: readonly TableReference[]): Row {
    const filled = { ...row }
    for (const each of this.#columns) {
      if (filled[each.key] !== undefined || !needsValue(each)) continue
      filled[each.key] = this.#madeUp(each, sequence, references)
    }
    return filled
  }

  #madeUp(each: TableColumn, sequence: number, references: readonly TableReference[]): unknown {
    const reference = references.find(({ keys }) => keys.includes(each.key))
    if (reference === undefined) return madeUpValue(this.#name, each, sequence)
    throw new TypeError(
      `"${each.key}" of the table "${this.#name}" refers to "${tableName(reference.table)}", and is given neither a key nor a factory. ` +
        `Give one: factory(${this.#name}, { ${each.key}: a factory of "${tableName(reference.table)}" }).`,
    )
  }
}

/** Data exceptions and broken constraints; a conflict or a lost connection is for those who run the transaction. */
function refusal(table: string, { cause }: { readonly cause?: unknown }): Error | undefined {
  const { message, code, detail } = (cause ?? {}) as Partial<Record<'message' | 'code' | 'detail', string>>
  if (code === undefined || !/^2[23]/.test(code)) return undefined
  const said = [message, detail].filter((part) => part !== undefined).join('. ')
  return new Error(`The factory of the table "${table}" made rows that the database refuses: ${said}`, { cause })
}

function isMaker(layer: Layer): layer is (context: FactoryContext) => Readonly<Row> {
  return typeof layer === 'function' && !isFactory(layer)
}

/** Whether nobody else fills it: Drizzle counts what it or the database fills as a default. */
function needsValue({ column }: TableColumn): boolean {
  return (
    column.notNull && !column.hasDefault && column.generated === undefined && column.generatedIdentity === undefined
  )
}
