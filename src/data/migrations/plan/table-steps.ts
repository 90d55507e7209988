import { besideName, nameWithSuffix, quoteWhereNeeded } from '../../sql-text.ts'
import type { Constraint, Table } from '../catalog/catalog.ts'
import type { ChangeOf, ConstraintOf, IndexOf } from '../diff/change.ts'
import { tableText } from './column-text.ts'
import { ORDER, type PlanContext, type Step } from './step.ts'

const inMain = (order: number, sql: string): Step => ({ stage: 'main', order, sql })

/** A new table is empty and nobody uses it: nothing on it has to be careful. */
export function createTableSteps(table: Table, context: PlanContext, made: ReadonlySet<string>): readonly Step[] {
  const canStandIn = (constraint: Constraint): boolean =>
    constraint.references !== undefined && made.has(constraint.references) && !context.isLate(constraint)
  const foreignKeys = table.constraints.filter(({ kind }) => kind === 'foreign key')
  const inline = foreignKeys.filter(canStandIn)
  return [
    inMain(ORDER.table, tableText(table, inline)),
    ...foreignKeys
      .filter((constraint) => !inline.includes(constraint))
      .flatMap((constraint) => foreignKeySteps({ table, constraint }, context)),
    ...table.indexes.map((index) => inMain(ORDER.index, indexText({ table, index }))),
    ...securitySteps(table),
    ...table.policies.map(({ definition }) => inMain(ORDER.security, definition)),
    ...table.triggers.map(({ definition }) => inMain(ORDER.security, definition)),
  ]
}

/** Those that the making of their table cannot hold. A table is new in its own file only: in those after it, it may be in use. */
function foreignKeySteps({ table, constraint }: ConstraintOf, context: PlanContext): readonly Step[] {
  const sql = `ALTER TABLE ${table.sql} ADD CONSTRAINT ${constraint.sql} ${constraint.definition}`
  if (!context.isLate(constraint)) return [inMain(ORDER.foreignKey, sql)]
  return [
    { stage: 'attach', order: ORDER.foreignKey, sql: `${sql} NOT VALID`, waits: true },
    validateStep({ table, constraint }),
  ]
}

export function securitySteps({ sql, rowSecurity, forcesRowSecurity }: Table, from?: Table): readonly Step[] {
  const alter = (action: string): Step => inMain(ORDER.security, `ALTER TABLE ${sql} ${action} ROW LEVEL SECURITY`)
  return [
    ...(rowSecurity === (from?.rowSecurity ?? false) ? [] : [alter(rowSecurity ? 'ENABLE' : 'DISABLE')]),
    ...(forcesRowSecurity === (from?.forcesRowSecurity ?? false)
      ? []
      : [alter(forcesRowSecurity ? 'FORCE' : 'NO FORCE')]),
  ]
}

export function indexText({ table, index }: IndexOf, { concurrently = false, name = index.sql } = {}): string {
  // The definition begins with the table, under the name it has in its own catalog.
  const rest = index.definition.slice(index.definition.search(/ (?:USING|\()/))
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${name} ON ${table.sql}${rest}`
}

export function addIndexSteps(change: IndexOf, context: PlanContext): readonly Step[] {
  if (!context.isLive(change.table)) return [inMain(ORDER.index, indexText(change))]
  return [
    { stage: 'index', order: ORDER.index, sql: indexText(change, { concurrently: true }), label: change.index.name },
  ]
}

export function dropIndexSteps({ table, index }: IndexOf, context: PlanContext): readonly Step[] {
  // An index is in the schema of its table.
  const name = besideName(table.sql, index.sql)
  if (!context.isLive(table)) return [inMain(ORDER.dropIndex, `DROP INDEX ${name}`)]
  return [
    { stage: 'drop', order: ORDER.dropIndex, sql: `DROP INDEX CONCURRENTLY ${name}`, label: `drop_${index.name}` },
  ]
}

/** The new one is built beside the old one, so that queries are never without. */
export function replaceIndexSteps(
  { table, from, index }: ChangeOf<'replace index'>,
  context: PlanContext,
): readonly Step[] {
  const old = besideName(table.sql, from.sql)
  if (!context.isLive(table)) {
    return [inMain(ORDER.dropIndex, `DROP INDEX ${old}`), inMain(ORDER.index, indexText({ table, index }))]
  }
  const draft = quoteWhereNeeded(nameWithSuffix(index.name, '_new'))
  const outdated = quoteWhereNeeded(nameWithSuffix(index.name, '_old'))
  return [
    {
      stage: 'index',
      order: ORDER.index,
      sql: indexText({ table, index }, { concurrently: true, name: draft }),
      label: index.name,
    },
    { stage: 'attach', order: ORDER.dropIndex, sql: `ALTER INDEX ${old} RENAME TO ${outdated}` },
    { stage: 'attach', order: ORDER.rename, sql: `ALTER INDEX ${besideName(table.sql, draft)} RENAME TO ${index.sql}` },
    ...dropIndexSteps({ table, index: { ...from, sql: outdated } }, context),
  ]
}

export function renameIndexSteps({ table, from, index }: ChangeOf<'rename index'>): readonly Step[] {
  return [inMain(ORDER.rename, `ALTER INDEX ${besideName(table.sql, from.sql)} RENAME TO ${index.sql}`)]
}

export function addConstraintSteps({ table, constraint }: ConstraintOf, context: PlanContext): readonly Step[] {
  const { sql, kind, definition } = constraint
  const add = `ALTER TABLE ${table.sql} ADD CONSTRAINT ${sql}`
  if (!context.isLive(table)) return [inMain(ORDER.constraint, `${add} ${definition}`)]
  if (kind === 'check' || kind === 'foreign key') {
    const stage = context.isLate(constraint) ? 'attach' : 'main'
    return [
      { stage, order: ORDER.foreignKey, sql: `${add} ${definition} NOT VALID` },
      validateStep({ table, constraint }),
    ]
  }
  return byIndex({ table, constraint }) ?? [inMain(ORDER.constraint, `${add} ${definition}`)]
}

export function validateStep({ table, constraint }: ConstraintOf): Step {
  return {
    stage: 'validate',
    order: ORDER.constraint,
    sql: `ALTER TABLE ${table.sql} VALIDATE CONSTRAINT ${constraint.sql}`,
  }
}

/** The constraint takes over an index that was built while everybody went on. */
function byIndex({ table, constraint: { sql, name, definition } }: ConstraintOf): readonly Step[] | undefined {
  const found = /^(PRIMARY KEY|UNIQUE)( NULLS NOT DISTINCT)? (\(.*\))$/.exec(definition)
  if (found === null) return undefined
  const [, kind, nulls = '', columns] = found
  return [
    {
      stage: 'index',
      order: ORDER.index,
      sql: `CREATE UNIQUE INDEX CONCURRENTLY ${sql} ON ${table.sql} ${columns}${nulls}`,
      label: name,
    },
    {
      stage: 'attach',
      order: ORDER.constraint,
      sql: `ALTER TABLE ${table.sql} ADD CONSTRAINT ${sql} ${kind} USING INDEX ${sql}`,
    },
  ]
}

export function dropConstraintSteps({ table, constraint: { sql, kind } }: ConstraintOf): readonly Step[] {
  const order = kind === 'foreign key' ? ORDER.dropForeignKey : ORDER.dropConstraint
  return [inMain(order, `ALTER TABLE ${table.sql} DROP CONSTRAINT ${sql}`)]
}
