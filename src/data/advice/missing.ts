import type { ClientBase } from 'pg'
import type { AdviceCatalog, CatalogIndex } from './catalog.ts'
import { definitionFor, searchExpression, type IndexDefinition } from './definition.ts'
import type { IndexAdvice } from './index-advice.ts'
import type { Need } from './need.ts'
import { serves } from './serves.ts'

interface Proposal {
  readonly need: Need
  readonly definition: IndexDefinition
  readonly from: string[]
}

/** What no index serves. One proposal may serve several needs, so the longest are made first. */
export async function missingIndexes(
  client: ClientBase,
  catalog: AdviceCatalog,
  needs: readonly Need[],
): Promise<readonly IndexAdvice[]> {
  const unserved: Need[] = []
  for (const need of needs) if (!(await isServed(client, catalog.indexes, need))) unserved.push(need)
  const proposals: Proposal[] = []
  for (const need of unserved.toSorted((a, b) => lengthOf(b) - lengthOf(a))) {
    const definition = definitionFor(need)
    const found = proposals.find((each) => sameTable(each.need, need) && isFor(each.definition, definition, need))
    if (found === undefined) proposals.push({ need, definition, from: [need.from] })
    else if (!found.from.includes(need.from)) found.from.push(need.from)
  }
  return proposals.map(adviceOf)
}

function isFor(proposed: IndexDefinition, own: IndexDefinition, need: Need): boolean {
  return proposed.statement === own.statement || serves(proposed, need)
}

async function isServed(client: ClientBase, indexes: readonly CatalogIndex[], need: Need): Promise<boolean> {
  if (need.kind === 'search') return isSearched(client, need)
  return indexes.some((index) => sameTable(index, need) && serves(index, need))
}

const sameTable = (
  a: { readonly schema: string; readonly table: string },
  b: { readonly schema: string; readonly table: string },
): boolean => a.schema === b.schema && a.table === b.table

const lengthOf = ({ terms, within, kind }: Need): number =>
  // A unique index is wanted whatever else there is, and serves more than it is wanted for.
  kind === 'unique' ? Number.MAX_SAFE_INTEGER : terms.length + within.length

/** Whether two expressions are the same is best known to the planner: it takes the index where it may not read the table. */
async function isSearched(client: ClientBase, need: Need): Promise<boolean> {
  const table = `${client.escapeIdentifier(need.schema)}.${client.escapeIdentifier(need.table)}`
  await client.query('SET LOCAL enable_seqscan = off')
  const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(
    `EXPLAIN (FORMAT JSON) SELECT FROM ${table} WHERE ${searchExpression(need)} @@ 'a'::tsquery`,
  )
  return JSON.stringify(rows[0]?.['QUERY PLAN']).includes('"Index Cond":')
}

function adviceOf({ need, definition, from }: Proposal): IndexAdvice {
  return {
    kind: 'missing',
    table: tableOf(need),
    columns: definition.columns,
    from,
    message: `No index serves ${KINDS[need.kind]} ${definition.columns.map((name) => `"${name}"`).join(', ')} of "${tableOf(need)}".`,
    statement: definition.statement,
    drizzle: definition.drizzle,
    notes: notesOf(need),
  }
}

const KINDS: Readonly<Record<Need['kind'], string>> = {
  filter: 'the filter by',
  sort: 'the order by',
  'foreign key': 'the foreign key',
  search: 'the search in',
  contains: 'the search for parts in',
  unique: 'the uniqueness of',
}

function notesOf({ kind, terms }: Need): readonly string[] {
  const notes: string[] = []
  if (kind === 'foreign key')
    notes.push('Without it, deleting a row that is referred to, or changing its key, reads the whole table.')
  if (kind === 'contains' && terms[0]?.column.category === 'S')
    notes.push(
      'It needs an extension, once: CREATE EXTENSION IF NOT EXISTS pg_trgm. Parts shorter than 3 characters are not found by it.',
    )
  if (kind === 'filter' && terms.every(({ column }) => column.category === 'B' || column.category === 'E'))
    notes.push(
      'The column has few values: an index helps where the value that is asked for is rare, or together with other columns.',
    )
  if (kind === 'unique') notes.push('It fails where rows with the same values are there already.')
  return notes
}

export function tableOf({ schema, table }: { readonly schema: string; readonly table: string }): string {
  return schema === 'public' ? table : `${schema}.${table}`
}
