import type { Column, Constraint, Index, Table, TablePart } from '../catalog/catalog.ts'
import type { Change, ChangeOf, ColumnChange } from './change.ts'
import { areDefaultNames } from './default-name.ts'
import { byName, pair, type Pairs } from './pairs.ts'

/** The changes of a table that is in both catalogs. */
export function compareTable(from: Table, to: Table): readonly Change[] {
  const columns = compareColumns(from, to)
  const removed = new Set(columns.flatMap((change) => (isRemoval(change) ? [change.column.name] : [])))
  const retyped = columns.some(({ kind }) => kind === 'change type' || kind === 'drop column')
  return [
    ...columns,
    ...compareConstraints(from, to, removed),
    ...compareIndexes(from, to, removed),
    ...compareSecurity(from, to, retyped),
    ...compareTriggers(from, to),
  ]
}

/** A generated column that changes is removed and added: what was on it goes with it. */
function isRemoval(change: Change): change is ChangeOf<'drop column' | 'replace generated'> {
  return change.kind === 'drop column' || (change.kind === 'replace generated' && change.column.generated !== undefined)
}

function compareColumns(table: Table, to: Table): readonly Change[] {
  const { gone, come, both } = pair(table.columns, to.columns, byName)
  const changes = both.flatMap(({ from, to: column }) => compareColumn(table, from, column))
  return [
    ...come.map((column) => ({ kind: 'add column' as const, table, column })),
    ...withGeneratedAnew(table, both, changes),
    ...gone.map((column) => ({ kind: 'drop column' as const, table, column })),
  ]
}

function compareColumn(table: Table, from: Column, column: Column): readonly Change[] {
  const both: ColumnChange = { table, from, column }
  const generated =
    from.generated?.expression !== column.generated?.expression || from.generated?.kind !== column.generated?.kind
  if (generated && column.generated !== undefined) return [{ kind: 'replace generated', ...both }]
  const retyped = from.type !== column.type
  return [
    ...(generated ? [{ kind: 'replace generated' as const, ...both }] : []),
    ...(retyped ? [{ kind: 'change type' as const, ...both }] : []),
    // A change of type takes the default off and sets the new one.
    ...((from.default === column.default || retyped) && from.serial === column.serial
      ? []
      : [{ kind: 'change default' as const, ...both }]),
    ...(from.notNull === column.notNull ? [] : [{ kind: 'change null' as const, ...both }]),
    ...(from.identity === column.identity ? [] : [{ kind: 'change identity' as const, ...both }]),
  ]
}

/** PostgreSQL changes no type of a column that a generated one reads: the generated one is made anew around it. */
function withGeneratedAnew(table: Table, both: Pairs<Column>['both'], changes: readonly Change[]): readonly Change[] {
  const retyped = changes.flatMap((change) => (change.kind === 'change type' ? [change.column] : []))
  const already = new Set(
    changes.flatMap((change) => (change.kind === 'replace generated' ? [change.column.name] : [])),
  )
  const anew = both.filter(
    ({ to }) =>
      to.generated !== undefined &&
      !already.has(to.name) &&
      retyped.some(({ sql }) => to.generated!.expression.includes(sql)),
  )
  return [...changes, ...anew.map(({ from, to }) => ({ kind: 'replace generated' as const, table, from, column: to }))]
}

const constraintText = ({ kind, definition }: Constraint): string => `${kind} ${definition}`

function compareConstraints(table: Table, to: Table, removed: ReadonlySet<string>): readonly Change[] {
  const { gone, come, both } = pair(table.constraints, to.constraints, byName)
  const renamed = sameButForName(gone, come, constraintText)
  const replaced = both.filter(
    ({ from, to: after }) =>
      constraintText(from) !== constraintText(after) || after.columns.some((name) => removed.has(name)),
  )
  const validated = both.filter((item) => !replaced.includes(item) && !item.from.validated && item.to.validated)
  return [
    ...[...gone.filter((item) => !renamed.from.has(item)), ...replaced.map(({ from }) => from)].map((constraint) => ({
      kind: 'drop constraint' as const,
      table,
      constraint,
    })),
    ...renamed.pairs
      .filter((both) => !areDefaultNames(table, both.from, both.to))
      .map(({ from, to: constraint }) => ({
        kind: 'rename constraint' as const,
        table,
        from,
        constraint,
      })),
    ...[...come.filter((item) => !renamed.to.has(item)), ...replaced.map((item) => item.to)].map((constraint) => ({
      kind: 'add constraint' as const,
      table,
      constraint,
    })),
    ...validated.map(({ to: constraint }) => ({ kind: 'validate constraint' as const, table, constraint })),
  ]
}

const indexText = ({ unique, definition }: Index): string => `${unique} ${definition}`

/** An index of a column that goes, goes with it. */
function compareIndexes(table: Table, to: Table, removed: ReadonlySet<string>): readonly Change[] {
  const goesAlong = ({ columns }: Index): boolean => columns.some((name) => removed.has(name))
  const left = table.indexes.filter((index) => !goesAlong(index))
  const { gone, come, both } = pair(left, to.indexes, byName)
  const renamed = sameButForName(gone, come, indexText)
  const changed = both.filter(
    ({ from, to: index }) => indexText(from) !== indexText(index) || from.valid !== index.valid,
  )
  return [
    ...gone.filter((index) => !renamed.from.has(index)).map((index) => ({ kind: 'drop index' as const, table, index })),
    ...renamed.pairs.map(({ from, to: index }) => ({ kind: 'rename index' as const, table, from, index })),
    ...changed.map(({ from, to: index }) => ({ kind: 'replace index' as const, table, from, index })),
    ...come.filter((index) => !renamed.to.has(index)).map((index) => ({ kind: 'add index' as const, table, index })),
  ]
}

/** One that is the same under another name was renamed: no data is at stake, so nobody is asked. */
function sameButForName<T>(
  gone: readonly T[],
  come: readonly T[],
  text: (item: T) => string,
): { readonly pairs: readonly { from: T; to: T }[]; readonly from: ReadonlySet<T>; readonly to: ReadonlySet<T> } {
  const free = [...come]
  const pairs = gone.flatMap((from) => {
    const place = free.findIndex((item) => text(item) === text(from))
    return place === -1 ? [] : [{ from, to: free.splice(place, 1)[0]! }]
  })
  return { pairs, from: new Set(pairs.map(({ from }) => from)), to: new Set(pairs.map(({ to }) => to)) }
}

/** Policies stand in the way of columns they read, as views do. */
function compareSecurity(table: Table, to: Table, anew: boolean): readonly Change[] {
  const { gone, come, both } = pair(table.policies, to.policies, byName)
  const replaced = both.filter(({ from, to: after }) => anew || from.definition !== after.definition)
  const same = table.rowSecurity === to.rowSecurity && table.forcesRowSecurity === to.forcesRowSecurity
  return [
    ...[...gone, ...replaced.map(({ from }) => from)].map((policy) => ({
      kind: 'drop policy' as const,
      table,
      policy,
    })),
    ...(same ? [] : [{ kind: 'row security' as const, table, to }]),
    ...[...come, ...replaced.map((item) => item.to)].map((policy) => ({
      kind: 'create policy' as const,
      table,
      policy,
    })),
  ]
}

function compareTriggers(table: Table, to: Table): readonly Change[] {
  const { gone, come, both } = pair(table.triggers, to.triggers, byName)
  const replaced = both.filter(({ from, to: after }) => from.definition !== after.definition)
  const drop = (trigger: TablePart): Change => ({ kind: 'drop trigger', table, trigger })
  const create = (trigger: TablePart): Change => ({ kind: 'create trigger', table, trigger })
  return [
    ...[...gone, ...replaced.map(({ from }) => from)].map(drop),
    ...[...come, ...replaced.map((item) => item.to)].map(create),
  ]
}
