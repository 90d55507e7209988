import { isDeepStrictEqual } from 'node:util'
import { is, SQL } from 'drizzle-orm'
import { Forbidden } from '../../core/errors/index.ts'
import type { ModelColumn } from '../model/model.ts'
import type { Comparison, Scope } from '../rows/condition.ts'
import type { RowSet } from '../wire/row-set.ts'
import { isSystem, scopePart, type RowSession, type ScopePart } from './row-session.ts'
import type { Selection } from './selection.ts'

/** A condition that is asked of the row that was written. */
interface WriteCheck {
  readonly part: ScopePart
  /** @throws Forbidden where it does not hold; the transaction undoes what was written. */
  readonly verify: (rows: RowSet, selection: Selection) => void
}

/** What is known of a row before it is written. */
type Foreseen = (comparison: Comparison) => boolean

/**
 * A row must not be written out of the writer's own reach. Where that can be foreseen nothing is asked; otherwise the statement looks at what it
 * wrote, and is undone where that is out of reach.
 */
export function writeCheck(session: RowSession, scope: Scope, foreseen: Foreseen): WriteCheck | undefined {
  if (typeof scope === 'boolean' || isSystem(session.asker)) return undefined
  if (scope.compares !== undefined && foreseen(scope.compares)) return undefined
  // Nothing would undo it. Who declares an operation decides by needsTransaction, which must foresee no more than this.
  if (!session.inTransaction)
    throw new Error('A row whose rules must be asked after it is written is written in a transaction only.')
  return {
    part: scopePart(scope, 'c'),
    verify: (rows, { columns }) => {
      for (let row = 0; row < rows.length; row += 1)
        if (rows.text(row, columns.length) !== 't') throw new Forbidden(OUT_OF_REACH)
    },
  }
}

const OUT_OF_REACH = 'The record would not be among those you may have.'

/** For a new row: what it compares is what is written. */
export function holdsOf(row: Readonly<Record<string, unknown>>, byKey: ReadonlyMap<string, ModelColumn>): Foreseen {
  const holds = (comparison: Comparison): boolean => {
    if ('of' in comparison) return comparison.type === 'all' ? comparison.of.every(holds) : comparison.of.some(holds)
    const value = row[comparison.column]
    if (value === undefined || value === null || is(value, SQL)) return false
    return isDeepStrictEqual(byKey.get(comparison.column)?.column.mapToDriverValue(value), comparison.value)
  }
  return holds
}

/** For a change of a row that is in the same scope before: none of the columns it compares are written. */
export function untouchedBy(written: readonly ModelColumn[]): Foreseen {
  const isUntouched = (comparison: Comparison): boolean =>
    'of' in comparison ? comparison.of.every(isUntouched) : written.every(({ key }) => key !== comparison.column)
  return isUntouched
}
