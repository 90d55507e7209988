import type { RowSession, ScopePart } from '../repository/row-session.ts'
import type { Selection } from '../repository/selection.ts'
import type { RowSet } from '../wire/row-set.ts'
import type { IncludePlan } from './include-plan.ts'
import { manyStatement } from './many-statement.ts'

/** The related rows of a page, of one relation: those of row `i` are from `starts[i]` to `starts[i + 1]`. */
export interface LoadedMany {
  readonly rows: RowSet
  readonly starts: readonly number[]
  readonly selection: Selection
}

/** Loads the related rows of all rows of a page in one statement, for each row at most as many as the relation's limit. */
export async function loadMany(
  session: RowSession,
  plan: IncludePlan,
  { keys, scope }: { readonly keys: readonly (readonly (string | null)[])[]; readonly scope: ScopePart },
): Promise<LoadedMany> {
  const values: Record<string, unknown> = { ':limit': plan.limit }
  plan.relation.columns.forEach((_, index) => {
    values[`:keys${index}`] = arrayText(keys, index)
  })
  scope.put(values)
  const rows = await session.run(`include ${plan.name} ${scope.shape}`, () => manyStatement(plan, scope), values)
  return { rows, starts: startsOf(rows, keys.length), selection: plan.selection }
}

/** Texts that PostgreSQL itself wrote, as the text of an array. */
function arrayText(keys: readonly (readonly (string | null)[])[], index: number): string {
  return `{${keys.map((key) => elementText(key[index] ?? null)).join()}}`
}

function elementText(text: string | null): string {
  if (text === null) return 'NULL'
  return /^[\w-]+$/.test(text) && text.toLowerCase() !== 'null' ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** Rows come in the order of the page's. */
function startsOf(rows: RowSet, count: number): readonly number[] {
  const starts: number[] = []
  let row = 0
  for (let parent = 0; parent < count; parent += 1) {
    starts.push(row)
    while (row < rows.length && Number(rows.text(row, 0)) === parent + 1) row += 1
  }
  starts.push(row)
  return starts
}
