import { and, sql, type SQL } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { ModelColumn } from '../model/model.ts'
import type { AskedList } from './asked-list.ts'
import { readPosition, writePosition, type CursorContent, type CursorDirection, type CursorSeal } from './cursor.ts'
import { CursorInvalid } from './errors.ts'
import { columnIn, filterCondition, filterShape } from './filters.ts'
import { afterCursor } from './keyset.ts'
import type { Count } from './list-input.ts'
import type { ListPlan } from './list-plan.ts'
import { SEARCH_NAME } from './search.ts'
import { orderOf, reversed, type SortTerm } from './sort.ts'

/** What must be selected besides the fields, to make a row's cursor. */
export interface CursorColumn {
  /** The column's key; `undefined` where it is no column. */
  readonly key: string | undefined
  expression(table: PgTable): SQL | PgColumn
}

/** One request for a page, read and checked. SQL is made only when it is asked for: requests of one shape have the same. */
export interface ListRequest {
  /** Equal shapes have equal SQL: what to remember a statement by. Has nothing of the request's bytes in it. Callers can make many. */
  readonly shape: string
  /** The same for `conditions`. */
  readonly conditionsShape: string
  /** What is bound, by the names of the placeholders. */
  readonly values: Readonly<Record<string, unknown>>
  /** Rows of the page. Not bound. */
  readonly limit: number
  /** Rows to skip; 0 but with `page: 'offset'`. */
  readonly offset: number
  /** The chosen fields, as the table declares them. */
  readonly fields: readonly ModelColumn[]
  readonly include: readonly string[]
  /** The relations its filters are about. */
  readonly filteredRelations: readonly string[]
  readonly count: Count
  /** Whether rows come in reverse, for the page before a cursor. */
  readonly backwards: boolean
  /** Whether it goes on from a cursor, so that there are rows on its other side, or were. */
  readonly continued: boolean
  /** What a row's cursor is made of; none with `page: 'offset'`. */
  readonly cursorColumns: readonly CursorColumn[]
  /** The conditions with the cursor's. */
  where(table: PgTable): SQL | undefined
  /** The conditions of all pages: filters and search. */
  conditions(table: PgTable): SQL | undefined
  orderBy(table: PgTable): readonly SQL[]
  /** The cursor after a row (`next`) or before it, from PostgreSQL's texts of its `cursorColumns`. */
  cursor(values: readonly (string | null)[], direction: CursorDirection): string
}

export class PageRequest implements ListRequest {
  readonly shape: string
  readonly conditionsShape: string
  readonly values: Readonly<Record<string, unknown>>
  readonly backwards: boolean
  readonly continued: boolean
  readonly #plan: ListPlan
  readonly #asked: AskedList
  readonly #seal: CursorSeal
  /** As asked for, completed. */
  readonly #order: readonly SortTerm[]
  readonly #position: readonly (string | null)[] | undefined
  #context: string | undefined

  /** @throws CursorInvalid */
  constructor(plan: ListPlan, asked: AskedList, seal: CursorSeal) {
    this.#plan = plan
    this.#asked = asked
    this.#seal = seal
    this.#order = plan.orders.of(asked.sort)
    const position = asked.cursor === undefined ? undefined : readPosition(this.#open(asked.cursor))
    this.#position = position?.values
    this.continued = position !== undefined
    this.backwards = position?.direction === 'previous'
    this.values = this.#values()
    this.conditionsShape = this.#conditionsShape()
    this.shape = this.#shape()
  }

  get limit(): number {
    return this.#asked.limit
  }

  get offset(): number {
    return this.#asked.offset
  }

  get include(): readonly string[] {
    return this.#asked.include
  }

  get filteredRelations(): readonly string[] {
    const names = this.#asked.filters.flatMap(({ term: { name } }) => {
      const dot = name.indexOf('.')
      return dot < 0 ? [] : [name.slice(0, dot)]
    })
    return names.length < 2 ? names : [...new Set(names)]
  }

  get count(): Count {
    return this.#asked.count
  }

  get fields(): readonly ModelColumn[] {
    const { visible } = this.#plan.model
    const { fields } = this.#asked
    return fields === undefined ? visible : visible.filter(({ key }) => fields.has(key))
  }

  get cursorColumns(): readonly CursorColumn[] {
    return this.#plan.parameters.page === 'offset' ? [] : this.#order
  }

  conditions(table: PgTable): SQL | undefined {
    const filters = this.#asked.filters.map((filter) => filterCondition(filter, table))
    const search = this.#asked.search === undefined ? undefined : this.#plan.search
    return and(
      ...filters,
      search?.matches((key) => columnIn(table, key)),
    )
  }

  where(table: PgTable): SQL | undefined {
    const position = this.#position
    if (position === undefined) return this.conditions(table)
    const after = afterCursor(
      this.#walked().map((term, index) => ({
        ...term,
        expression: term.expression(table),
        value: sql.placeholder(cursorName(index)),
        isNull: position[index] === null,
      })),
    )
    return and(this.conditions(table), after)
  }

  orderBy(table: PgTable): readonly SQL[] {
    return this.#walked().map((term) => orderOf(term, table))
  }

  cursor(values: readonly (string | null)[], direction: CursorDirection): string {
    return this.#seal.seal(writePosition({ direction, values }), this.#cursorContext(), this.#holds())
  }

  /** The order in which rows are read. */
  #walked(): readonly SortTerm[] {
    return this.backwards ? this.#order.map(reversed) : this.#order
  }

  #open(cursor: string): string {
    const content = this.#seal.open(cursor, this.#cursorContext(), this.#holds())
    if (content === undefined) throw new CursorInvalid()
    return content
  }

  #holds(): CursorContent {
    return this.#plan.orders.holds(this.#order)
  }

  /** What a cursor belongs to: another order would go on elsewhere, another filter among rows that were never asked for. */
  #cursorContext(): string {
    this.#context ??= contextOf(this.#plan.name, this.#order, this.#asked)
    return this.#context
  }

  #values(): Readonly<Record<string, unknown>> {
    const values: Record<string, unknown> = {}
    for (const { term, value } of this.#asked.filters) if (term.operator !== 'isNull') values[term.parameter] = value
    if (this.#asked.search !== undefined) values[SEARCH_NAME] = this.#asked.search
    this.#position?.forEach((value, index) => {
      if (value !== null) values[cursorName(index)] = value
    })
    return values
  }

  #conditionsShape(): string {
    return `${this.#asked.filters.map(filterShape).join()}${this.#asked.search === undefined ? '' : 's'}`
  }

  #shape(): string {
    const { columns } = this.#plan.model
    const { fields } = this.#asked
    const include = this.#asked.include.map((name) => this.#plan.parameters.include.indexOf(name))
    const nulls = this.#position?.map((value) => (value === null ? '0' : '1')).join('') ?? ''
    const chosen = fields === undefined ? '' : this.fields.map((column) => columns.indexOf(column)).join()
    const order = this.#order.map(({ shape }) => shape).join('')
    return `${this.conditionsShape}|${order}|${this.backwards ? '-' : ''}${nulls}|${chosen}|${include.join()}`
  }
}

function contextOf(name: string, order: readonly SortTerm[], { filters, search }: AskedList): string {
  const asked = filters.map(({ term, value }) => [term.parameter, value])
  const context = [name, order.map((term) => term.name), search ?? null, ...asked]
  // JSON has no bigint, and a function for each value makes it much slower.
  return asked.some(([, value]) => typeof value === 'bigint' || Array.isArray(value))
    ? JSON.stringify(context, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
    : JSON.stringify(context)
}

function cursorName(index: number): string {
  return `cursor:${index}`
}
