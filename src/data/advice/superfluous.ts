import { qualified, quote } from '../sql-text.ts'
import type { AdviceCatalog, CatalogIndex, IndexKey } from './catalog.ts'
import type { IndexAdvice } from './index-advice.ts'
import { tableOf } from './missing.ts'
import type { Need } from './need.ts'
import { serves } from './serves.ts'

/** Below this PostgreSQL rightly reads the table, and that an index is not used says nothing. */
const UNUSED_MIN_ROWS = 10_000

/** Builds that failed, and indexes that others make superfluous or that nobody uses. Each index is in one of these at most. */
export function superfluousIndexes(catalog: AdviceCatalog, needs: readonly Need[]): readonly IndexAdvice[] {
  const own = catalog.indexes.filter(({ partition }) => !partition)
  return own.flatMap((index) => invalid(index) ?? duplicate(index, own) ?? unused(index, catalog, needs) ?? [])
}

function invalid(index: CatalogIndex): IndexAdvice | undefined {
  if (index.valid) return undefined
  return adviceOf(index, 'invalid', {
    message: `The index "${index.name}" was never finished: its build failed, and no statement uses it.`,
    notes: ['Drop it, mend what the build failed at (rows that are not unique, for example), and build it again.'],
  })
}

function duplicate(index: CatalogIndex, all: readonly CatalogIndex[]): IndexAdvice | undefined {
  if (index.constraint || index.method !== 'btree' || index.included.length > 0) return undefined
  const better = all.find((other) => other !== index && makesSuperfluous(other, index))
  if (better === undefined) return undefined
  return adviceOf(index, 'duplicate', {
    message: `The index "${index.name}" does nothing that "${better.name}" on ${columnsOf(better).join(', ')} does not do too.`,
    notes: [],
  })
}

function makesSuperfluous(other: CatalogIndex, index: CatalogIndex): boolean {
  const sameRows =
    other.schema === index.schema &&
    other.table === index.table &&
    other.method === index.method &&
    other.valid &&
    other.predicate === index.predicate
  if (!sameRows || !index.keys.every((key, at) => sameKey(key, other.keys[at]))) return false
  if (other.keys.length > index.keys.length) return !index.unique
  // Of two that are the same, one stays: what is unique or a constraint, else the first by name.
  if (other.unique !== index.unique) return other.unique
  return other.constraint || other.name < index.name
}

function sameKey(a: IndexKey, b: IndexKey | undefined): boolean {
  return (
    a.definition === b?.definition &&
    a.descending === b.descending &&
    a.nullsFirst === b.nullsFirst &&
    a.operatorClass === b.operatorClass
  )
}

/** What a declared use or a foreign key needs is left alone: it may be new. */
function unused(index: CatalogIndex, { countedSince }: AdviceCatalog, needs: readonly Need[]): IndexAdvice | undefined {
  const { unique, constraint, scans, tableRows, bytes, name, schema, table } = index
  if (unique || constraint || scans !== 0 || tableRows < UNUSED_MIN_ROWS) return undefined
  const ownNeeds = needs.filter((need) => need.schema === schema && need.table === table)
  if (ownNeeds.some((need) => (need.kind === 'search' && index.method === 'gin') || serves(index, need)))
    return undefined
  const since = countedSince === null ? 'since the statistics began' : `since ${countedSince}`
  return adviceOf(index, 'unused', {
    message: `No statement has used the index "${name}" ${since}. It takes ${inWords(bytes)}, and each write its time.`,
    notes: [
      'Uses are counted on each server by itself: look at read replicas too, and wait for what happens once a month.',
    ],
  })
}

const MIB = 1_048_576

function inWords(bytes: number): string {
  return bytes < MIB ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / MIB).toFixed(1)} MiB`
}

function adviceOf(
  index: CatalogIndex,
  kind: IndexAdvice['kind'],
  { message, notes }: Pick<IndexAdvice, 'message' | 'notes'>,
): IndexAdvice {
  const name = index.schema === 'public' ? quote(index.name) : qualified(index.schema, index.name)
  return {
    kind,
    table: tableOf(index),
    columns: columnsOf(index),
    index: index.name,
    from: [],
    message,
    statement: `DROP INDEX CONCURRENTLY ${name};`,
    notes,
  }
}

function columnsOf({ keys }: CatalogIndex): readonly string[] {
  return keys.map(({ column, definition }) => column ?? definition)
}
