import { getTableColumns } from 'drizzle-orm'
import { PgDialect, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import { Search } from '../query/search.ts'
import { nameWithSuffix, qualified, quote } from '../sql-text.ts'
import type { IndexKey } from './catalog.ts'
import type { Need } from './need.ts'
import type { ServingIndex } from './serves.ts'

/** An index that would serve a need, and how to write it. */
export interface IndexDefinition extends ServingIndex {
  readonly columns: readonly string[]
  /** `CREATE INDEX CONCURRENTLY ...`, to be run outside a transaction. */
  readonly statement: string
  /** The line for the third argument of `pgTable`. */
  readonly drizzle: string
}

export function definitionFor(need: Need): IndexDefinition {
  if (need.kind === 'search') return searchDefinition(need)
  if (need.kind === 'contains') return partsDefinition(need)
  return treeDefinition(need)
}

function treeDefinition(need: Need): IndexDefinition {
  const unique = need.kind === 'unique'
  const within = need.within.filter((name) => unique || !need.terms.some(({ column }) => column.name === name))
  const keys: readonly IndexKey[] = [
    ...(unique ? [] : within.map((column) => keyOf({ column }))),
    ...need.terms.map(({ column, descending, nullsFirst }) => keyOf({ column: column.name, descending, nullsFirst })),
  ]
  const predicate = unique && need.whereNull !== undefined ? `${quote(need.whereNull)} IS NULL` : null
  const columns = keys.flatMap(({ column }) => column ?? [])
  const name = nameOf(need, columns, unique ? 'key' : 'idx')
  const where = predicate === null ? '' : ` WHERE ${predicate}`
  const drizzleWhere = need.whereNull === undefined || !unique ? '' : `.where(isNull(${member(need, need.whereNull)}))`
  return {
    method: 'btree',
    unique,
    valid: true,
    predicate,
    keys,
    columns,
    statement: `${create(need, name, unique)} (${keys.map(({ definition }) => definition).join(', ')})${where};`,
    drizzle: `${unique ? 'uniqueIndex' : 'index'}('${name}').on(${keys.map((key) => drizzleKey(need, key)).join(', ')})${drizzleWhere}`,
  }
}

function keyOf({
  column,
  descending = false,
  nullsFirst = descending,
}: {
  readonly column: string
  readonly descending?: boolean
  readonly nullsFirst?: boolean
}): IndexKey {
  const nulls = nullsFirst === descending ? '' : ` NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`
  const definition = `${quote(column)}${descending ? ' DESC' : ''}${nulls}`
  return { column, definition, descending, nullsFirst, operatorClass: '', usualClass: true }
}

/** Drizzle puts NULL last in either direction, PostgreSQL first where it is descending. */
function drizzleKey(need: Need, { column, descending, nullsFirst }: IndexKey): string {
  return `${member(need, column ?? '')}${descending ? '.desc()' : ''}${nullsFirst ? '.nullsFirst()' : ''}`
}

function partsDefinition(need: Need): IndexDefinition {
  const [term] = need.terms
  const column = term?.column.name ?? ''
  const trigrams = term?.column.category === 'S'
  const operatorClass = trigrams ? 'gin_trgm_ops' : ''
  const name = nameOf(need, [column], trigrams ? 'trgm_idx' : 'idx')
  const definition = `${quote(column)}${trigrams ? ' gin_trgm_ops' : ''}`
  return {
    method: 'gin',
    unique: false,
    valid: true,
    predicate: null,
    keys: [{ column, definition, descending: false, nullsFirst: false, operatorClass, usualClass: !trigrams }],
    columns: [column],
    statement: `${create(need, name, false)} USING gin (${definition});`,
    drizzle: `index('${name}').using('gin', ${member(need, column)}${trigrams ? ".op('gin_trgm_ops')" : ''})`,
  }
}

function searchDefinition(need: Need): IndexDefinition {
  const columns = need.terms.map(({ column }) => column.name)
  const name = nameOf(need, ['search'], 'index')
  return {
    method: 'gin',
    unique: false,
    valid: true,
    predicate: null,
    keys: [],
    columns,
    statement: `${create(need, name, false)} USING gin (${searchExpression(need)});`,
    drizzle: `searchIndex(table, ${searchOptions(need)})`,
  }
}

/** Columns alone are said as a list. */
function searchOptions({ search }: Need): string {
  const { columns = [], language, weights } = search ?? {}
  const options = language === undefined && weights === undefined ? columns : { columns, language, weights }
  return JSON.stringify(options)
}

/** What is searched, with names as in an index. */
export function searchExpression({ search, declared }: Need): string {
  if (search === undefined || declared === undefined) return ''
  const columns = getTableColumns(declared) as Record<string, PgColumn>
  // Every column of a search was looked up before.
  const vector = new Search(search).vector((key) => columns[key]!)
  return new PgDialect().sqlToQuery(vector, 'indexes').sql
}

/** PostgreSQL's own way of naming, so that the name in SQL and that in code are the same. */
function nameOf({ table }: Need, columns: readonly string[], suffix: string): string {
  return nameWithSuffix([table, ...columns].join('_'), `_${suffix}`)
}

function create({ schema, table }: Need, name: string, unique: boolean): string {
  const on = schema === 'public' ? quote(table) : qualified(schema, table)
  return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${quote(name)} ON ${on}`
}

/** As one writes the column in the table's third argument. */
function member({ declared }: Need, name: string): string {
  const key = declared === undefined ? name : keyIn(declared, name)
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `table.${key}` : `table[${JSON.stringify(key)}]`
}

function keyIn(table: PgTable, name: string): string {
  return Object.entries(getTableColumns(table)).find(([, column]) => column.name === name)?.[0] ?? name
}
