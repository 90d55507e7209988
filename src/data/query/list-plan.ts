import type { Model, ModelColumn } from '../model/model.ts'
import { columnIn, FilterTerms, type FilterRelation, type FilterTerm } from './filters.ts'
import { DEFAULT_LIMIT, MAX_LIMIT, type AnyListOptions } from './list-options.ts'
import { DELETED, type ListParameters } from './list-schema.ts'
import { isSortable, RELEVANCE, relevanceTerm, sortNames, sortTerms, totalOrder, type SortTerm } from './sort.ts'
import { Search } from './search.ts'
import { TotalOrders } from './total-orders.ts'

/** What a list's options come to: all that a request is made from. */
export interface ListPlan {
  /** The resource's name: a cursor of one is none of another. */
  readonly name: string
  readonly model: Model
  readonly terms: FilterTerms
  readonly sortTerms: ReadonlyMap<string, SortTerm>
  readonly defaultOrder: readonly SortTerm[]
  readonly orders: TotalOrders
  readonly relevance: SortTerm | undefined
  readonly search: Search | undefined
  /** What callers may ask for; code may ask for all of the above. */
  readonly parameters: ListParameters
}

/** What a list is part of. */
export interface ListContext {
  /** Part of every cursor: the resource's. */
  readonly name: string
  /** Whether callers can ask for the rows that are deleted softly. */
  readonly deleted?: boolean
  /** Finds the relations that filters name. */
  readonly relation?: (name: string) => FilterRelation | undefined
  /** Who may ask by a column, in words, where not everybody may who has the list. */
  readonly onlyFor?: (name: string) => string | undefined
}

/** @throws TypeError where an option names what the table does not have, or what is private. */
export function planList(model: Model, options: AnyListOptions, context: ListContext): ListPlan {
  const names = new OptionNames(model)
  const terms = new FilterTerms(model)
  const filters = declaredFilters(terms, options.filter, context)
  const { deleted = false } = context
  if (deleted && filters.some(({ parameter }) => parameter === DELETED))
    throw new TypeError(
      `filter: the parameter "${DELETED}" asks for rows that are deleted softly; give the column another name in the code.`,
    )
  const byName = sortTerms(model)
  const defaultOrder = (options.defaultSort ?? []).map((each) => byName.get(each) ?? names.missingSort(each))
  const search = searchOf(names, model, options)
  const sort = (options.sort ?? []).flatMap((key) => sortNames(model, names.column('sort', key, isSortable)))
  if (search !== undefined && sort.includes(RELEVANCE))
    throw new TypeError(`sort: "${RELEVANCE}" is the order of a search; give the column another name in the code.`)
  return {
    name: context.name,
    model,
    terms,
    sortTerms: byName,
    defaultOrder,
    orders: new TotalOrders(model),
    search,
    relevance: search && relevanceTerm((table) => search.rank((key) => columnIn(table, key))),
    parameters: {
      page: options.page ?? 'keyset',
      deleted,
      limit: limitsOf(options),
      filters,
      sort: search === undefined ? sort : [...sort, RELEVANCE],
      defaultSort: totalOrder(model, defaultOrder).map(shortName).join(', '),
      search: search?.columns,
      fields: options.select === false ? [] : model.visible.map(({ key }) => key),
      include: Object.keys(options.include ?? {}),
      count: options.count ?? [],
      onlyFor: context.onlyFor,
    },
  }
}

const shortName = ({ name }: SortTerm): string => name.replace(/^(-.*)\.nullsFirst$|^([^-].*)\.nullsLast$/, '$1$2')

function limitsOf({ limit = {} }: AnyListOptions): ListParameters['limit'] {
  const max = limit.max ?? MAX_LIMIT
  const usual = limit.default ?? Math.min(DEFAULT_LIMIT, max)
  if (!Number.isSafeInteger(max) || !Number.isSafeInteger(usual) || usual < 1 || max < usual)
    throw new RangeError(
      `limit: default is ${usual} and max is ${max}; they are whole numbers from 1 on, max the larger.`,
    )
  return { default: usual, max }
}

function searchOf(names: OptionNames, { table }: Model, options: AnyListOptions): Search | undefined {
  if (options.search === undefined) return undefined
  const search = new Search(options.search)
  for (const key of search.columns) names.column('search', key)
  // Made once here, so that a column that is not text is a mistake at start.
  search.vector((key) => columnIn(table, key))
  return search
}

function declaredFilters(
  terms: FilterTerms,
  filter: AnyListOptions['filter'] = [],
  { relation }: ListContext,
): readonly FilterTerm[] {
  const declared = isList(filter) ? filter.map((name) => [name, undefined] as const) : Object.entries(filter)
  return declared.flatMap(([name, operators]) => {
    const related = name.includes('.') ? relation?.(name.slice(0, name.indexOf('.'))) : undefined
    if (related !== undefined) terms.addRelation(name, related)
    const known = terms.of(name)
    if (known.length === 0)
      throw new TypeError(
        `filter: "${name}" is not a visible column that can be filtered by, or of a known relation. There are ${[...new Set(terms.all.map((term) => term.name))].join(', ')}.`,
      )
    return operators === undefined ? known : operators.map((operator) => findTerm(terms, name, operator))
  })
}

function findTerm(terms: FilterTerms, name: string, operator: string): FilterTerm {
  const term = terms.find(name, operator)
  if (term !== undefined) return term
  const known = terms.of(name).map((each) => each.operator)
  throw new TypeError(`filter: "${name}" has no operator "${operator}". It has ${known.join(', ')}.`)
}

function isList(filter: NonNullable<AnyListOptions['filter']>): filter is readonly string[] {
  return Array.isArray(filter)
}

/** Finds what options name, or says what is wrong with the name. */
class OptionNames {
  readonly #model: Model

  constructor(model: Model) {
    this.#model = model
  }

  column(option: string, key: string, fits: (column: ModelColumn) => boolean = () => true): ModelColumn {
    const column = this.#model.visible.find((each) => each.key === key)
    if (column === undefined) {
      const { byKey, name, visible } = this.#model
      const why = byKey.has(key) ? 'is private' : 'is not a column'
      throw new TypeError(
        `${option}: "${key}" ${why} of the table "${name}". There are ${visible.map((each) => each.key).join(', ')}.`,
      )
    }
    if (fits(column)) return column
    throw new TypeError(`${option}: the column "${key}" has a type that has no order.`)
  }

  missingSort(name: string): never {
    this.column('defaultSort', name.replace(/^-|\.nulls(?:First|Last)$/g, ''), isSortable)
    throw new TypeError(
      `defaultSort: "${name}" has nulls in no place, since the column has none. Leave the suffix out.`,
    )
  }
}
