import { besideName, literal, nameWithSuffix, quoteWhereNeeded } from '../../sql-text.ts'
import type { Column, Table } from '../catalog/catalog.ts'
import type { ChangeOf, ColumnOf } from '../diff/change.ts'
import { columnText } from './column-text.ts'
import { backfillStep, notNullSteps } from './not-null-steps.ts'
import { ORDER, type PlanContext, type Step } from './step.ts'

const inMain = (order: number, sql: string): Step => ({ stage: 'main', order, sql })
const alter = ({ table, column }: ColumnOf, action: string): Step =>
  inMain(ORDER.column, `ALTER TABLE ${table.sql} ALTER COLUMN ${column.sql} ${action}`)

export function addColumnSteps({ table, column }: ChangeOf<'add column'>, context: PlanContext): readonly Step[] {
  const add = (notNull: boolean): Step =>
    inMain(ORDER.column, `ALTER TABLE ${table.sql} ADD COLUMN ${columnText(column, { notNull })}`)
  const value = context.backfill(table, column)
  if (value === undefined || !context.isLive(table)) return [add(column.notNull)]
  return [
    add(false),
    ...(column.notNull ? notNullSteps({ table, column }, value) : [backfillStep({ table, column }, value)]),
  ]
}

export function dropColumnSteps({ table, column }: ColumnOf): readonly Step[] {
  return [inMain(ORDER.dropColumn, `ALTER TABLE ${table.sql} DROP COLUMN ${column.sql}`)]
}

export function typeSteps({ table, from, column }: ChangeOf<'change type'>, context: PlanContext): readonly Step[] {
  const using = context.using(table, column)
  const hadDefault = from.default !== undefined
  return [
    ...(hadDefault ? [alter({ table, column }, 'DROP DEFAULT')] : []),
    alter({ table, column }, `TYPE ${column.type}${using === undefined ? '' : ` USING ${using}`}`),
    // A serial's sequence would end where the old type does.
    ...(from.serial && column.serial && from.sequence !== undefined
      ? [inMain(ORDER.column, `ALTER SEQUENCE ${from.sequence} AS ${column.type}`)]
      : []),
    ...(column.default === undefined ? [] : [alter({ table, column }, `SET DEFAULT ${column.default}`)]),
  ]
}

export function defaultSteps(change: ChangeOf<'change default'>): readonly Step[] {
  const { table, from, column } = change
  if (column.serial && !from.serial) return serialSteps(change)
  const set = column.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${column.default}`
  const sequence = from.serial && !column.serial ? from.sequence : undefined
  return [
    alter({ table, column }, set),
    ...(sequence === undefined ? [] : [inMain(ORDER.column, `DROP SEQUENCE ${sequence}`)]),
  ]
}

function serialSteps({ table, column }: ColumnOf): readonly Step[] {
  const name = nameWithSuffix(`${table.name}_${column.name}`, '_seq')
  const sequence = besideName(table.sql, quoteWhereNeeded(name))
  return [
    inMain(ORDER.column, `CREATE SEQUENCE ${sequence} AS ${column.type} OWNED BY ${table.sql}.${column.sql}`),
    alter({ table, column }, `SET DEFAULT nextval(${literal(sequence)}::regclass)`),
    afterHighest(table, column),
  ]
}

/** The rows that are there have their numbers: the sequence goes on after them. */
function afterHighest(table: Table, column: Column): Step {
  const sequence = `pg_get_serial_sequence(${literal(table.sql)}, ${literal(column.name)})`
  return inMain(
    ORDER.column,
    `SELECT setval(${sequence}, coalesce(max(${column.sql}), 0) + 1, false) FROM ${table.sql}`,
  )
}

const OPTION = /INCREMENT BY|MINVALUE|MAXVALUE|START WITH|CACHE|NO CYCLE|CYCLE/g

export function identitySteps({ table, from, column }: ChangeOf<'change identity'>): readonly Step[] {
  const { identity } = column
  if (identity === undefined) return [alter({ table, column }, 'DROP IDENTITY')]
  if (from.identity === undefined) {
    return [alter({ table, column }, `ADD GENERATED ${identity}`), afterHighest(table, column)]
  }
  const [, kind, options] = /^(ALWAYS|BY DEFAULT) AS IDENTITY \((.*)\)$/.exec(identity)!
  return [alter({ table, column }, `SET GENERATED ${kind} ${options!.replaceAll(OPTION, 'SET $&')}`)]
}

const COMES_BACK = '-- ashlar: allow drop-still-read it comes back in the same transaction\n'

/** An expression cannot be changed before PostgreSQL 17: the column is made anew. Its values come from the others. */
export function generatedSteps({ table, from, column }: ChangeOf<'replace generated'>): readonly Step[] {
  if (from.generated !== undefined && column.generated === undefined)
    return [alter({ table, column }, 'DROP EXPRESSION')]
  return [
    inMain(ORDER.dropIndex, `${COMES_BACK}ALTER TABLE ${table.sql} DROP COLUMN ${column.sql}`),
    inMain(ORDER.column, `ALTER TABLE ${table.sql} ADD COLUMN ${columnText(column)}`),
  ]
}
