import type { CallerScope } from '../../core/builtin.ts'
import { hiddenFrom, withoutHidden } from '../repository/definition-view.ts'
import type { AnyListOptions } from '../query/list-options.ts'
import { sortedBy } from '../query/sort.ts'
import type { Declared } from './declared.ts'

/** By resource and by the names of what is hidden. */
const views = new WeakMap<Declared, Map<string, Declared>>()

/** A resource as its caller has it: without the columns that they may not read, of its own rows and of related ones. Worked out once for each set of them. */
export function viewFor(declared: Declared, caller: Pick<CallerScope, 'scopeOf'>): Declared {
  const own = hiddenFrom(declared.definition, caller)
  const related = declared.includes.hiddenFrom(caller)
  if (own.size === 0 && related.length === 0) return declared
  const hidden = [...own, ...related]
  const key = JSON.stringify(hidden)
  const known = views.get(declared) ?? new Map<string, Declared>()
  views.set(declared, known)
  const found = known.get(key) ?? {
    ...declared,
    definition: withoutHidden(declared.definition, own),
    hidden: new Set(hidden),
  }
  known.set(key, found)
  return found
}

/** Makes something once for each view of a resource. */
export function perView<T>(make: (view: Declared) => T): (view: Declared) => T {
  const made = new WeakMap<Declared, { readonly value: T }>()
  return (view) => {
    const found = made.get(view) ?? { value: make(view) }
    made.set(view, found)
    return found.value
  }
}

/** The options of a list without what names hidden columns: their rows are neither found nor ordered by them. */
export function optionsOf({ hidden }: Declared, options: AnyListOptions): AnyListOptions {
  if (hidden.size === 0) return options
  const { filter, sort, defaultSort, search, ...others } = options
  return {
    ...others,
    ...(filter !== undefined && { filter: withoutFilters(filter, hidden) }),
    ...(sort !== undefined && { sort: sort.filter((key) => !hidden.has(key)) }),
    ...(defaultSort !== undefined && { defaultSort: defaultSort.filter((name) => !hidden.has(sortedBy(name))) }),
    ...(search !== undefined && withoutSearch(search, hidden)),
  }
}

type Filters = NonNullable<AnyListOptions['filter']>

function withoutFilters(filter: Filters, hidden: ReadonlySet<string>): Filters {
  if (Array.isArray(filter)) return filter.filter((name: string) => !hidden.has(name))
  return Object.fromEntries(Object.entries(filter).filter(([name]) => !hidden.has(name)))
}

/** Over the columns that are left; without any there is no search. */
function withoutSearch(
  search: NonNullable<AnyListOptions['search']>,
  hidden: ReadonlySet<string>,
): Pick<AnyListOptions, 'search'> {
  const isPlain = !('columns' in search)
  const left = (isPlain ? search : search.columns).filter((key) => !hidden.has(key))
  if (left.length === 0) return {}
  return { search: isPlain ? left : { ...search, columns: left } }
}

/** Who may ask by a column, in words. */
export function onlyForOf({ definition: { fields }, includes }: Declared): (name: string) => string | undefined {
  return (name) => {
    const dot = name.indexOf('.')
    return dot < 0 ? fields?.words(name, 'read') : includes.words(name.slice(0, dot), name.slice(dot + 1))
  }
}
