import type { AskedFilter } from './filters.ts'
import { queryInvalid } from './list-problems.ts'
import type { Count, ListInput } from './list-input.ts'
import type { ListPlan } from './list-plan.ts'
import { RELEVANCE, type SortTerm } from './sort.ts'

/** What one request asks of a list, in whichever way it was written: names are looked up, values are as the columns have them. */
export interface AskedList {
  /** In the order of their terms, so that the order in which they were written says nothing. */
  readonly filters: readonly AskedFilter[]
  /** Without the primary key. */
  readonly sort: readonly SortTerm[]
  readonly search: string | undefined
  readonly limit: number
  readonly offset: number
  readonly cursor: string | undefined
  readonly fields: ReadonlySet<string> | undefined
  readonly include: readonly string[]
  readonly count: Count
}

/** What both forms have in common. */
interface Parameters {
  readonly limit?: number
  readonly offset?: number
  readonly cursor?: string
  readonly sort?: readonly string[]
  readonly search?: string
  readonly fields?: readonly string[]
  readonly include?: readonly string[]
  readonly count?: Count
}

/** Reads parameters that the list's schema has checked. */
export class ParameterReader {
  readonly #plan: ListPlan
  readonly #terms: ReadonlyMap<string, AskedFilter['term']>

  constructor(plan: ListPlan) {
    this.#plan = plan
    this.#terms = new Map(plan.parameters.filters.map((term) => [term.parameter, term]))
  }

  read(query: Readonly<Record<string, unknown>>): AskedList {
    const filters: AskedFilter[] = []
    for (const parameter in query) {
      const term = this.#terms.get(parameter)
      const value = query[parameter]
      if (term !== undefined && value !== undefined) filters.push({ term, value })
    }
    return askedOf(this.#plan, filters, query)
  }
}

/** @throws TypeError where the input names what the list does not have. */
export function readInput(plan: ListPlan, { filter = {}, ...input }: ListInput): AskedList {
  const filters = Object.entries(filter).flatMap(([name, asked]) =>
    operandsOf(asked).map(([operator, value]): AskedFilter => {
      const term = plan.terms.find(name, operator)
      if (term === undefined)
        throw new TypeError(`filter: there is no operator "${operator}" for "${name}" in the list of "${plan.name}".`)
      return { term, value: operator === 'containsJson' ? JSON.stringify(value) : value }
    }),
  )
  checkNames(
    plan,
    'fields',
    input.fields,
    plan.model.visible.map(({ key }) => key),
  )
  checkNames(plan, 'include', input.include, plan.parameters.include)
  return askedOf(plan, filters, input)
}

function checkNames(plan: ListPlan, option: string, names: readonly string[] = [], known: readonly string[]): void {
  const wrong = names.find((name) => !known.includes(name))
  if (wrong === undefined) return
  throw new TypeError(`${option}: there is no "${wrong}" in the list of "${plan.name}". It has ${known.join(', ')}.`)
}

/** A bare value is what the column equals; an object of the code's own kind is operators with theirs. */
function operandsOf(asked: unknown): readonly (readonly [string, unknown])[] {
  if (asked === undefined) return []
  if (asked === null) return [['isNull', true]]
  if (typeof asked !== 'object' || Object.getPrototypeOf(asked) !== Object.prototype) return [['eq', asked]]
  return Object.entries(asked).filter(([, value]) => value !== undefined)
}

function askedOf(plan: ListPlan, filters: AskedFilter[], given: Parameters): AskedList {
  const { default: usual, max } = plan.parameters.limit
  return {
    filters: filters.sort((a, b) => a.term.index - b.term.index),
    sort: sortOf(plan, given),
    search: given.search,
    limit: Math.min(given.limit ?? usual, max),
    offset: given.offset ?? 0,
    cursor: given.cursor,
    fields: given.fields === undefined ? undefined : new Set(given.fields),
    include: given.include ?? [],
    count: given.count ?? 'none',
  }
}

function sortOf(
  { parameters, sortTerms, relevance, defaultOrder }: ListPlan,
  { sort, search }: Parameters,
): readonly SortTerm[] {
  if (sort === undefined) return search === undefined || relevance === undefined ? defaultOrder : [relevance]
  return sort.map((name) => {
    const term = name === RELEVANCE && relevance !== undefined ? relevance : sortTerms.get(name)
    if (term === undefined) throw new TypeError(`sort: rows cannot be sorted by "${name}".`)
    if (term !== relevance || search !== undefined) return term
    throw queryInvalid([{ parameter: 'sort', value: name, allowed: parameters.sort.filter((each) => each !== name) }])
  })
}
