import type { RowSession, ScopePart } from '../repository/row-session.ts'
import type { Selection } from '../repository/selection.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { IncludePlan } from './include-plan.ts'
import { keyArray } from './key-array.ts'
import { manyStatement } from './many-statement.ts'

/** The related rows of a page, of one relation: those of row `i` are from `starts[i]` to `starts[i + 1]`. */
export interface LoadedMany {
  readonly rows: RowSet
  readonly starts: readonly number[]
  readonly selection: Selection
}

/** Loads the related rows of the first `count` rows of a page in one statement, for each at most as many as the relation's limit. */
export async function loadMany(
  session: RowSession,
  plan: IncludePlan,
  { page, count, keys, scope }: PageKeys,
): Promise<LoadedMany> {
  const values: Record<string, unknown> = { ':limit': plan.limit }
  plan.relation.columns.forEach(({ from }, index) => {
    values[`:keys${index}`] = keyArray(page, { column: keys[index]!, count, type: from.getSQLType() })
  })
  scope.put(values)
  const rows = await session.run(`include ${plan.name} ${scope.shape}`, () => manyStatement(plan, scope), values)
  return { rows, starts: startsOf(rows, count), selection: plan.selection }
}

interface PageKeys {
  readonly page: RowSet
  readonly count: number
  /** Where the values are that lead to the related rows. */
  readonly keys: readonly number[]
  readonly scope: ScopePart
}

/** Rows come in the order of the page's. */
function startsOf(rows: RowSet, count: number): readonly number[] {
  const starts: number[] = []
  let row = 0
  for (let parent = 1; parent <= count; parent += 1) {
    starts.push(row)
    while (row < rows.length && rows.ordinal(row) === parent) row += 1
  }
  starts.push(row)
  return starts
}
