import type { AccessRule } from '../../core/access/index.ts'
import type { IndexUse, IndexUseTerm } from '../advice/index-use.ts'
import type { AnyListOptions } from '../query/list-options.ts'
import { operatorsOf, type Operator } from '../query/operators.ts'
import { sortedBy, sortTerms, totalOrder, type SortTerm } from '../query/sort.ts'
import type { Declared } from './declared.ts'

/** What the statements of a resource's list need indexes for. Relations are found by their foreign keys. */
export function indexNeeds(declared: Declared, options: AnyListOptions): readonly IndexUse[] {
  const { definition, name, parent, access } = declared
  const { model } = definition
  const ways = waysOf(access.read).map((columns) => [...columns, ...(parent === undefined ? [] : [parent.column.key])])
  const deletedAt = model.life.deletedAt
  const use = (about: string, rest: Pick<IndexUse, 'kind' | 'columns'> & Partial<IndexUse>): IndexUse => ({
    table: model.table,
    from: `list of ${name}: ${about}`,
    ...(deletedAt !== undefined && { whereNull: deletedAt }),
    ...rest,
  })
  // Who is held to one row needs no order, and finds it by its key.
  const many = ways.filter((within) => !model.primaryKey.every(({ key }) => within.includes(key)))
  if (many.length === 0) return []
  const filters = filterKinds(declared, options).map(({ key, kind }) =>
    use(`filter "${key}"`, { kind, columns: [key], within: inAll(many) }),
  )
  const orders = ordersOf(declared, options).flatMap((terms) =>
    many.map((within) => use(`order by ${terms.map(({ key }) => `"${key}"`).join(', ')}`, sorted(terms, within))),
  )
  return [...filters, ...orders, ...searches(options, use)]
}

function sorted(
  terms: readonly IndexUseTerm[],
  within: readonly string[],
): Pick<IndexUse, 'kind' | 'columns'> & {
  readonly within: readonly string[]
} {
  // What is the same in all rows of a list orders none of them.
  return { kind: 'sort', columns: terms.filter(({ key }) => !within.includes(key)), within }
}

type Use = (about: string, rest: Pick<IndexUse, 'kind' | 'columns'> & Partial<IndexUse>) => IndexUse

function searches({ search }: AnyListOptions, use: Use): readonly IndexUse[] {
  if (search === undefined) return []
  const options = 'columns' in search ? search : { columns: search }
  return [use('search', { kind: 'search', columns: options.columns, search: options })]
}

interface FilterKind {
  readonly key: string
  readonly kind: 'filter' | 'contains'
}

function filterKinds({ definition: { model } }: Declared, { filter = {} }: AnyListOptions): readonly FilterKind[] {
  const listed = Array.isArray(filter) ? filter.map((key: string) => [key, undefined] as const) : Object.entries(filter)
  return listed.flatMap(([key, named]: readonly [string, readonly string[] | undefined]) => {
    const column = model.byKey.get(key)?.column
    if (column === undefined) return []
    const operators = named ?? operatorsOf(column)
    const parts = PARTS.some((operator) => operators.includes(operator)) || (named !== undefined && asksForText(named))
    // An index on two values finds half of the table, which reading all of it does as well.
    const values = column.dataType !== 'boolean' && operators.some((operator) => VALUES.has(operator))
    return [
      ...(values ? [{ key, kind: 'filter' } as const] : []),
      ...(parts ? [{ key, kind: 'contains' } as const] : []),
    ]
  })
}

const VALUES: ReadonlySet<string> = new Set<Operator>(['eq', 'lt', 'lte', 'gt', 'gte', 'in', 'isNull'])
const PARTS: readonly Operator[] = ['has', 'containsJson']

/** Only where it is named: a column that has all operators is mostly filtered by its values. */
function asksForText(operators: readonly string[]): boolean {
  return operators.includes('contains') || operators.includes('startsWith')
}

/** The orders that callers can choose, in one direction each: an index is read from both ends. */
function ordersOf(
  { definition: { model } }: Declared,
  { sort = [], defaultSort = [] }: AnyListOptions,
): readonly (readonly IndexUseTerm[])[] {
  const known = sortTerms(model)
  const chosen = [
    defaultSort,
    ...sort.filter((key) => !defaultSort.some((each) => sortedBy(each) === key)).map((key) => [key]),
  ]
  return chosen.map((names) =>
    totalOrder(
      model,
      names.flatMap((each) => known.get(each) ?? []),
    ).flatMap(termOf),
  )
}

function termOf({ key, descending, nullsFirst }: SortTerm): IndexUseTerm[] {
  return key === undefined ? [] : [{ key, descending, nullsFirst }]
}

/** The columns that a rule compares with the caller, for each of its alternatives. */
function waysOf(rule: AccessRule | undefined): readonly (readonly string[])[] {
  if (rule === undefined) return [[]]
  const { node } = rule
  if (!('rules' in node)) {
    const owned = node.type === 'rows' && node.condition.type === 'column' ? [node.condition.column] : []
    return [owned]
  }
  const parts = node.rules.map(waysOf)
  const ways = node.type === 'anyOf' ? parts.flat() : parts.reduce(together, [[]])
  return [...new Map(ways.map((columns) => [columns.toSorted().join(), columns])).values()]
}

function together(
  left: readonly (readonly string[])[],
  right: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  return left.flatMap((first) => right.map((second) => [...new Set([...first, ...second])]))
}

function inAll([first = [], ...others]: readonly (readonly string[])[]): readonly string[] {
  return first.filter((column) => others.every((columns) => columns.includes(column)))
}
