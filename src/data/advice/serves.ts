import type { CatalogIndex, IndexKey } from './catalog.ts'
import type { Need, NeedTerm } from './need.ts'

/** What of an index decides which statements it serves. */
export type ServingIndex = Pick<CatalogIndex, 'method' | 'unique' | 'valid' | 'predicate' | 'keys'>

/** Whether the index can find, or order, the rows of such a statement. A search is judged by the planner instead. */
export function serves(index: ServingIndex, need: Need): boolean {
  if (!index.valid || !coversRows(index, need)) return false
  return JUDGES[need.kind](index, need)
}

type Judge = (index: ServingIndex, need: Need) => boolean

const JUDGES: Readonly<Record<Need['kind'], Judge>> = {
  filter: finds,
  'foreign key': finds,
  sort: orders,
  contains: holdsParts,
  unique: (index, need) => index.unique && sameColumns(index, need),
  search: () => false,
}

/** An index on some rows serves statements about these rows alone. */
function coversRows({ predicate }: ServingIndex, { whereNull, kind }: Need): boolean {
  if (predicate === null) return kind !== 'unique' || whereNull === undefined
  return whereNull !== undefined && plain(predicate) === plain(`${whereNull} is null`)
}

function plain(expression: string): string {
  return expression.toLowerCase().replaceAll(/["()\s]/g, '')
}

/** The columns wanted are all among the leading ones, and between them only what is compared with `=` anyway. */
function finds({ method, keys }: ServingIndex, { terms, within }: Need): boolean {
  if (method !== 'btree' && !(method === 'hash' && terms.length === 1)) return false
  const wanted = new Set(terms.map(({ column }) => column.name))
  for (const { column } of keys) {
    if (column === null || (!wanted.has(column) && !within.includes(column))) return false
    wanted.delete(column)
    if (wanted.size === 0) return true
  }
  return false
}

function sameColumns({ keys }: ServingIndex, { terms }: Need): boolean {
  const names = new Set(terms.map(({ column }) => column.name))
  return keys.length === names.size && keys.every(({ column }) => column !== null && names.has(column))
}

/**
 * First what is compared with `=`, in any order; then the columns of the order, all in their directions or all in the opposite ones, since
 * an index is read from both ends. Nothing has to follow what is unique.
 */
function orders(index: ServingIndex, need: Need): boolean {
  if (index.method !== 'btree') return false
  const equal = new Set(need.within)
  const terms = need.terms.filter(({ column }) => !equal.has(column.name))
  const leading = index.keys.slice(0, equal.size)
  if (!leading.every(({ column }) => column !== null && equal.delete(column))) return false
  if (equal.size > 0) return false
  const ordering = index.keys.slice(leading.length)
  const matches = terms.map((term, at) => matchOf(ordering[at], term))
  const end = matches.indexOf(undefined)
  const matched = end === -1 ? matches : matches.slice(0, end)
  const complete = end === -1 || (matched.length === ordering.length && isUniqueKey(index, terms))
  return complete && new Set(matched).size <= 1
}

/** Whether it is read forward or backward for this term; nothing where it is of no use. */
function matchOf(
  key: IndexKey | undefined,
  { column, descending, nullsFirst }: NeedTerm,
): 'as is' | 'reversed' | undefined {
  if (key === undefined || key.column !== column.name || !key.usualClass) return undefined
  const reversed = key.descending !== descending
  const nullsFit = column.notNull || key.nullsFirst === (nullsFirst !== reversed)
  if (!nullsFit) return undefined
  return reversed ? 'reversed' : 'as is'
}

function isUniqueKey({ unique, predicate, keys }: ServingIndex, terms: readonly NeedTerm[]): boolean {
  if (!unique || predicate !== null || keys.length === 0) return false
  return keys.every((key) => terms.some(({ column }) => column.name === key.column && column.notNull))
}

/** Trigrams for text; for arrays and JSON an inverted index. */
function holdsParts({ method, keys }: ServingIndex, { terms: [term] }: Need): boolean {
  const key = keys.find(({ column }) => column === term?.column.name)
  if (key === undefined || (method !== 'gin' && method !== 'gist')) return false
  return term?.column.category === 'S' ? /^(?:gin|gist)_trgm_ops$/.test(key.operatorClass) : method === 'gin'
}
