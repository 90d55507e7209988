import type { NodeOf } from './ast.ts'
import { constraintsOf } from './column-type.ts'
import type { Statement } from './statement.ts'

/** A column's definition as it is written. */
interface ColumnText {
  /** All of it: `title text NOT NULL`. */
  readonly whole: string
  readonly type: string
  /** From the type's end on: `NOT NULL`. */
  readonly constraints: string
  /** The expression after DEFAULT. */
  readonly value: string | undefined
}

export function columnText(statement: Statement, column: NodeOf<'ColumnDef'>): ColumnText {
  const whole = statement.clauseAt(column.location)
  const fromType = statement.clauseAt(column.typeName?.location)
  const constraints = constraintsOf(column)
    .flatMap(({ location }) => (location === undefined ? [] : statement.clauseAt(location)))
    .toSorted((a, b) => b.length - a.length)
  const default_ = constraintsOf(column).find(({ contype }) => contype === 'CONSTR_DEFAULT')
  return {
    whole,
    type: fromType.slice(0, fromType.length - (constraints[0]?.length ?? 0)).trim(),
    constraints: constraints[0] ?? '',
    value: default_ === undefined ? undefined : valueIn(statement.clauseAt(default_.location), constraints),
  }
}

/** Each constraint's text goes on to the column's end, so the next shorter one is what follows it. */
function valueIn(text: string, constraints: readonly string[]): string {
  const next = constraints.find((other) => other.length < text.length) ?? ''
  return text
    .slice(0, text.length - next.length)
    .replace(/^(CONSTRAINT\s+\S+\s+)?DEFAULT\s+/i, '')
    .trim()
}
