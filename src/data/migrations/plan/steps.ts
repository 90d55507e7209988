import { besideName, literal, nameWithSuffix, quoteWhereNeeded } from '../../sql-text.ts'
import type { EnumType } from '../catalog/catalog.ts'
import type { Change, ChangeOf } from '../diff/change.ts'
import {
  addColumnSteps,
  defaultSteps,
  dropColumnSteps,
  generatedSteps,
  identitySteps,
  typeSteps,
} from './column-steps.ts'
import { shortOptions } from './column-text.ts'
import { nullSteps } from './not-null-steps.ts'
import { ORDER, type PlanContext, type Step } from './step.ts'
import {
  addConstraintSteps,
  addIndexSteps,
  createTableSteps,
  dropConstraintSteps,
  dropIndexSteps,
  renameIndexSteps,
  replaceIndexSteps,
  securitySteps,
  validateStep,
} from './table-steps.ts'

type StepsOf = {
  readonly [Kind in Change['kind']]: (change: ChangeOf<Kind>, context: PlanContext) => readonly Step[]
}

const main = (order: number, sql: string): readonly Step[] => [{ stage: 'main', order, sql }]

const STEPS: StepsOf = {
  'create schema': ({ schema }) => main(ORDER.schema, `CREATE SCHEMA IF NOT EXISTS ${schema.sql}`),
  'drop schema': ({ schema }) => main(ORDER.dropSchema, `DROP SCHEMA ${schema.sql}`),
  'create enum': ({ type }) => main(ORDER.type, createEnum(type)),
  'drop enum': ({ type }) => main(ORDER.dropType, `DROP TYPE ${type.sql}`),
  'add enum values': addValues,
  'replace enum': replaceEnum,
  'create sequence': ({ sequence }) =>
    main(
      ORDER.sequence,
      `CREATE SEQUENCE ${sequence.sql} ${shortOptions(sequence.definition).replace(/^AS bigint\b ?/, '')}`.trim(),
    ),
  'alter sequence': ({ sequence }) => main(ORDER.sequence, `ALTER SEQUENCE ${sequence.sql} ${sequence.definition}`),
  'drop sequence': ({ sequence }) => main(ORDER.dropType, `DROP SEQUENCE ${sequence.sql}`),
  // Tables are made and dropped together, for what they say of each other.
  'create table': () => [],
  'drop table': () => [],
  'add column': addColumnSteps,
  'drop column': dropColumnSteps,
  'change type': typeSteps,
  'change default': defaultSteps,
  'change null': nullSteps,
  'change identity': identitySteps,
  'replace generated': generatedSteps,
  'add constraint': addConstraintSteps,
  'drop constraint': dropConstraintSteps,
  'rename constraint': ({ table, from, constraint }) =>
    main(ORDER.rename, `ALTER TABLE ${table.sql} RENAME CONSTRAINT ${from.sql} TO ${constraint.sql}`),
  'validate constraint': (change) => [validateStep(change)],
  'add index': addIndexSteps,
  'drop index': dropIndexSteps,
  'rename index': renameIndexSteps,
  'replace index': replaceIndexSteps,
  'row security': ({ table, to }) => securitySteps(to, table),
  'create policy': ({ policy }) => main(ORDER.security, policy.definition),
  'drop policy': ({ table, policy }) => main(ORDER.takeDown, `DROP POLICY ${policy.sql} ON ${table.sql}`),
  'create trigger': ({ trigger }) => main(ORDER.security, trigger.definition),
  'drop trigger': ({ table, trigger }) => main(ORDER.takeDown, `DROP TRIGGER ${trigger.sql} ON ${table.sql}`),
  'create view': ({ view }) =>
    main(ORDER.view, `CREATE ${view.materialized ? 'MATERIALIZED ' : ''}VIEW ${view.sql} ${view.definition}`),
  'drop view': ({ view }) => main(ORDER.takeDown, `DROP ${view.materialized ? 'MATERIALIZED ' : ''}VIEW ${view.sql}`),
  'create function': ({ function: { definition } }) => main(ORDER.code, definition),
  'drop function': ({ function: { sql } }) => main(ORDER.dropTable, `DROP ROUTINE ${sql}`),
}

/** The steps of all changes, in the order of their making. */
export function stepsOf(
  changes: readonly Change[],
  context: PlanContext,
  tablesBefore: readonly string[],
): readonly Step[] {
  const each = changes.flatMap((change) => {
    const waits = 'table' in change && context.isLive(change.table)
    return stepsOfOne(change, context).map((step) => ({ ...step, waits }))
  })
  const dropped = changes.flatMap((change) => (change.kind === 'drop table' ? [change.table.sql] : []))
  const made = new Set(tablesBefore)
  const created = changes.flatMap((change) => {
    if (change.kind !== 'create table') return []
    made.add(change.table.id)
    return createTableSteps(change.table, context, made)
  })
  const drop = dropped.length === 0 ? [] : main(ORDER.dropTable, `DROP TABLE ${dropped.join(', ')}`)
  return [...created, ...each, ...drop].toSorted((a, b) => a.order - b.order)
}

function stepsOfOne<Kind extends Change['kind']>(change: ChangeOf<Kind>, context: PlanContext): readonly Step[] {
  return STEPS[change.kind](change, context)
}

function createEnum({ sql, values }: EnumType): string {
  return `CREATE TYPE ${sql} AS ENUM (${values.map(literal).join(', ')})`
}

function addValues({ from, to }: ChangeOf<'add enum values'>): readonly Step[] {
  return to.values.flatMap((value, index) => {
    if (from.values.includes(value)) return []
    const next = to.values.slice(index + 1).find((other) => from.values.includes(other))
    const place = next === undefined ? '' : ` BEFORE ${literal(next)}`
    return [
      { stage: 'values' as const, order: index, sql: `ALTER TYPE ${from.sql} ADD VALUE ${literal(value)}${place}` },
    ]
  })
}

function replaceEnum({ from, to, users }: ChangeOf<'replace enum'>): readonly Step[] {
  const old = quoteWhereNeeded(nameWithSuffix(from.name, '_old'))
  const step = (sql: string): Step => ({ stage: 'main', order: ORDER.type, sql })
  const moved = users.flatMap(({ table, column, to: later }) => {
    const alter = `ALTER TABLE ${table.sql} ALTER COLUMN ${column.sql}`
    const array = column.type.slice(from.sql.length)
    return [
      ...(column.default === undefined ? [] : [step(`${alter} DROP DEFAULT`)]),
      step(`${alter} TYPE ${to.sql}${array} USING ${column.sql}::text${array}::${to.sql}${array}`),
      ...(column.default === undefined || later?.default === undefined
        ? []
        : [step(`${alter} SET DEFAULT ${later.default}`)]),
    ]
  })
  return [
    step(`ALTER TYPE ${from.sql} RENAME TO ${old}`),
    step(createEnum(to)),
    ...moved,
    step(`DROP TYPE ${besideName(from.sql, old)}`),
  ]
}
