import type { Model } from '../model/model.ts'
import type { CursorContent } from './cursor.ts'
import { totalOrder, type SortTerm } from './sort.ts'

/** Orders completed by the primary key. What is asked for again and again, such as the default, is completed once. */
export class TotalOrders {
  readonly #model: Model
  readonly #completed = new WeakMap<readonly SortTerm[], readonly SortTerm[]>()
  readonly #contents = new WeakMap<readonly SortTerm[], CursorContent>()

  constructor(model: Model) {
    this.#model = model
  }

  of(terms: readonly SortTerm[]): readonly SortTerm[] {
    const known = this.#completed.get(terms)
    if (known !== undefined) return known
    const order = totalOrder(this.#model, terms)
    this.#completed.set(terms, order)
    return order
  }

  /** Whether a row's place in the order says something that callers do not see. */
  holds(order: readonly SortTerm[]): CursorContent {
    const known = this.#contents.get(order)
    if (known !== undefined) return known
    const seen = new Set(this.#model.visible.map(({ key }) => key))
    const holds = order.every(({ key }) => key === undefined || seen.has(key)) ? 'seen' : 'private'
    this.#contents.set(order, holds)
    return holds
  }
}
