import type { Catalog, EnumType, View } from '../catalog/catalog.ts'
import type { Change } from './change.ts'
import { compareTable } from './compare-table.ts'
import { byId, pair } from './pairs.ts'

/** What has to be done so that `from` becomes `to`. Equal catalogs give nothing. */
export function compare(from: Catalog, to: Catalog): readonly Change[] {
  const schemas = pair(from.schemas, to.schemas, byId)
  const sequences = pair(from.sequences, to.sequences, byId)
  const tables = pair(from.tables, to.tables, byId)
  const functions = pair(from.functions, to.functions, byId)
  const changes: Change[] = [
    ...schemas.come.map((schema) => ({ kind: 'create schema' as const, schema })),
    ...compareEnums(from, to),
    ...sequences.come.map((sequence) => ({ kind: 'create sequence' as const, sequence })),
    ...sequences.both.filter(differ).map(({ to: sequence }) => ({ kind: 'alter sequence' as const, sequence })),
    ...inOrderOfReferences(tables.come).map((table) => ({ kind: 'create table' as const, table })),
    ...tables.both.flatMap((both) => compareTable(both.from, both.to)),
    ...tables.gone.map((table) => ({ kind: 'drop table' as const, table })),
    ...sequences.gone.map((sequence) => ({ kind: 'drop sequence' as const, sequence })),
    ...functions.gone.map((gone) => ({ kind: 'drop function' as const, function: gone })),
    ...[...functions.come, ...functions.both.filter(differ).map((both) => both.to)].map((come) => ({
      kind: 'create function' as const,
      function: come,
    })),
    ...schemas.gone.map((schema) => ({ kind: 'drop schema' as const, schema })),
  ]
  return [...changes, ...compareViews(from, to, changes)]
}

function differ({ from, to }: { readonly from: { definition: string }; readonly to: { definition: string } }): boolean {
  return from.definition !== to.definition
}

function compareEnums(from: Catalog, to: Catalog): readonly Change[] {
  const { gone, come, both } = pair(from.enums, to.enums, byId)
  return [
    ...come.map((type) => ({ kind: 'create enum' as const, type })),
    ...both.flatMap((pair) => compareEnum(pair, from, to)),
    ...gone.map((type) => ({ kind: 'drop enum' as const, type })),
  ]
}

function compareEnum(
  { from, to }: { readonly from: EnumType; readonly to: EnumType },
  before: Catalog,
  after: Catalog,
): readonly Change[] {
  if (from.values.join('\n') === to.values.join('\n')) return []
  const kept = to.values.filter((value) => from.values.includes(value))
  if (kept.join('\n') === from.values.join('\n')) return [{ kind: 'add enum values', from, to }]
  const users = before.tables.flatMap((table) => {
    const later = after.tables.find(({ id }) => id === table.id)
    return table.columns
      .filter(({ type, generated }) => elementType(type) === from.sql && generated === undefined)
      .map((column) => ({ table, column, to: later?.columns.find(({ name }) => name === column.name) }))
  })
  return [{ kind: 'replace enum', from, to, users }]
}

function elementType(type: string): string {
  return type.replace(/(?:\[\])+$/, '')
}

/** A table comes after those its foreign keys name, as far as that is possible. */
function inOrderOfReferences(tables: Catalog['tables']): Catalog['tables'] {
  const open = new Map(tables.map((table) => [table.id, table]))
  const ordered: Catalog['tables'][number][] = []
  const place = (id: string): void => {
    const table = open.get(id)
    if (table === undefined) return
    open.delete(id)
    for (const { references } of table.constraints) if (references !== undefined) place(references)
    ordered.push(table)
  }
  for (const { id } of tables) place(id)
  return ordered
}

/** A view stands in the way of changes of the columns it reads: it is taken down before and made again after. */
function compareViews(from: Catalog, to: Catalog, changes: readonly Change[]): readonly Change[] {
  const { gone, come, both } = pair(from.views, to.views, byId)
  const moved = new Set(changes.flatMap(tablesInTheWay))
  const replaced = new Set<string>()
  // In the order of their making: a view that reads a replaced one comes after it.
  for (const { from: before, to: after } of both) {
    const changed = differ({ from: before, to: after }) || before.materialized !== after.materialized
    if (changed || before.reads.some((id) => moved.has(id) || replaced.has(id))) replaced.add(before.id)
  }
  const isReplaced = ({ id }: View): boolean => replaced.has(id)
  const isNew = new Set(come.map(byId))
  return [
    ...from.views
      .filter((view) => gone.includes(view) || isReplaced(view))
      .toReversed()
      .map((view) => ({ kind: 'drop view' as const, view })),
    ...to.views
      .filter((view) => isNew.has(view.id) || isReplaced(view))
      .map((view) => ({ kind: 'create view' as const, view })),
  ]
}

function tablesInTheWay(change: Change): readonly string[] {
  if (change.kind === 'replace enum') return change.users.map(({ table }) => table.id)
  const inTheWay = change.kind === 'change type' || change.kind === 'drop column' || change.kind === 'replace generated'
  return inTheWay ? [change.table.id] : []
}
