import type { Column, Table } from '../catalog/catalog.ts'
import type { Change, ColumnOf } from '../diff/change.ts'
import type { Decisions, Question } from './decisions.ts'
import { shellWord } from './renames.ts'
import { isWidening } from './widening.ts'

/** What would lose data, or fail on rows that are there, and has not been decided. */
export function openQuestions(changes: readonly Change[], decisions: Decisions): readonly Question[] {
  return changes.flatMap((change) => questionsOf(change)).filter((question) => !isAnswered(question, decisions))
}

function isAnswered({ kind, object }: Question, decisions: Decisions): boolean {
  const { drops = [], conversions = {}, backfills = {}, allowDestructive = false } = decisions
  if (kind === 'backfill') return object in backfills
  if (allowDestructive) return true
  return kind === 'drop' ? drops.includes(object) : object in conversions
}

function questionsOf(change: Change): readonly Question[] {
  switch (change.kind) {
    case 'drop table':
      return [dropped(change.table.id, `The table ${change.table.id} would be dropped with all its rows.`)]
    case 'drop sequence':
      return [
        dropped(
          change.sequence.id,
          `The sequence ${change.sequence.id} would be dropped, and with it where it stands.`,
        ),
      ]
    case 'drop column':
      return change.column.generated === undefined
        ? [dropped(nameOf(change), `The column ${nameOf(change)} would be dropped with its values.`)]
        : []
    case 'replace generated':
      return change.from.generated === undefined
        ? [dropped(nameOf(change), `The column ${nameOf(change)} becomes a generated one: its values would be lost.`)]
        : []
    case 'replace enum':
      return [
        converted(
          change.from.id,
          `The enum ${change.from.id} loses or reorders values: it is made again, all its tables are rewritten, and rows with a value that has gone make the migration fail.`,
        ),
      ]
    case 'change type':
      return isWidening(change.from.type, change.column.type) ? [] : [conversion(change)]
    case 'add column':
      return change.column.notNull && !change.column.fills && change.column.generated === undefined
        ? [backfill(change)]
        : []
    default:
      return []
  }
}

function nameOf({ table, column }: ColumnOf): string {
  return `${table.id}.${column.name}`
}

function dropped(object: string, text: string): Question {
  return { kind: 'drop', object, text, candidates: [], flags: [`--drop ${shellWord(object)}`] }
}

function converted(object: string, text: string): Question {
  return { kind: 'convert', object, text, candidates: [], flags: [`--convert ${shellWord(object)}`] }
}

function conversion({
  table,
  from,
  column,
}: {
  readonly table: Table
  readonly from: Column
  readonly column: Column
}): Question {
  const object = nameOf({ table, column })
  const question = converted(
    object,
    `The column ${object} changes its type from ${from.type} to ${column.type}: values may be lost or may not fit, and the table is rewritten.`,
  )
  return { ...question, flags: [...question.flags, `--convert ${shellWord(`${object}=SQL expression`)}`] }
}

function backfill(change: ColumnOf): Question {
  const object = nameOf(change)
  return {
    kind: 'backfill',
    object,
    candidates: [],
    text:
      `The new column ${object} is NOT NULL and has no default: rows that are there need a value. Give one as a SQL expression; ` +
      'the column is then added without NOT NULL, filled, and set to NOT NULL. Or say with an empty one that the table has no rows.',
    flags: [`--backfill ${shellWord(`${object}=SQL expression`)}`, `--backfill ${object}=`],
  }
}
