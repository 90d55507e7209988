import type { NodeOf } from './ast.ts'
import { constraintsOf, hasConstraint, isNull, isSerial, typeOfColumn } from './column-type.ts'
import { volatileFunction } from './volatile.ts'

/** Where a column's values come from, if from more than one value for all rows. */
export function perRow(column: NodeOf<'ColumnDef'>): string | undefined {
  if (isSerial(typeOfColumn(column))) return 'a sequence'
  for (const { contype, raw_expr, generated_kind } of constraintsOf(column)) {
    if (contype === 'CONSTR_IDENTITY') return 'an identity'
    if (contype === 'CONSTR_GENERATED' && generated_kind !== 'v') return 'a stored expression'
    const volatile = contype === 'CONSTR_DEFAULT' ? volatileFunction(raw_expr) : undefined
    if (volatile !== undefined) return `${volatile}()`
  }
  return undefined
}

/** Whether the rows that are there get something other than NULL. */
export function hasValue(column: NodeOf<'ColumnDef'>): boolean {
  if (isSerial(typeOfColumn(column)) || hasConstraint(column, 'CONSTR_IDENTITY', 'CONSTR_GENERATED')) return true
  return constraintsOf(column).some(({ contype, raw_expr }) => contype === 'CONSTR_DEFAULT' && !isNull(raw_expr))
}
