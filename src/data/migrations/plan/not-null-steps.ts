import { nameWithSuffix, quoteWhereNeeded } from '../../sql-text.ts'
import type { ChangeOf, ColumnOf } from '../diff/change.ts'
import { ORDER, type PlanContext, type Step } from './step.ts'

export function nullSteps({ table, column }: ChangeOf<'change null'>, context: PlanContext): readonly Step[] {
  const set = (action: string): Step => ({
    stage: 'main',
    order: ORDER.column,
    sql: `ALTER TABLE ${table.sql} ALTER COLUMN ${column.sql} ${action} NOT NULL`,
  })
  if (!column.notNull) return [set('DROP')]
  return context.isLive(table) ? notNullSteps({ table, column }, context.backfill(table, column)) : [set('SET')]
}

/**
 * SET NOT NULL reads the whole table while nobody can use it, unless a constraint that was validated says that no value is missing.
 * Validating reads it too, and everybody goes on. The constraint is there first, so that no new row comes without a value.
 */
export function notNullSteps({ table, column }: ColumnOf, value: string | undefined): readonly Step[] {
  const constraint = quoteWhereNeeded(nameWithSuffix(`${table.name}_${column.name}`, '_not_null_check'))
  const step = (stage: 'main' | 'validate', order: number, sql: string): Step => ({ stage, order, sql })
  const alter = `ALTER TABLE ${table.sql}`
  return [
    step('main', ORDER.constraint, `${alter} ADD CONSTRAINT ${constraint} CHECK (${column.sql} IS NOT NULL) NOT VALID`),
    ...(value === undefined ? [] : [backfillStep({ table, column }, value)]),
    step('validate', ORDER.column, `${alter} VALIDATE CONSTRAINT ${constraint}`),
    step('validate', ORDER.column, `${alter} ALTER COLUMN ${column.sql} SET NOT NULL`),
    step('validate', ORDER.column, `${alter} DROP CONSTRAINT ${constraint}`),
  ]
}

export function backfillStep({ table, column }: ColumnOf, value: string): Step {
  return {
    stage: 'backfill',
    order: ORDER.column,
    sql: `UPDATE ${table.sql} SET ${column.sql} = ${value} WHERE ${column.sql} IS NULL`,
  }
}
