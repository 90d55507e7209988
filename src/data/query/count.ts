import { sql, type SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'

/** How rows are counted. */
export type Counting = 'exact' | 'estimated'

/** The statement that counts the rows of `where`: one row of one text, for {@link readCount}. */
export function countStatement(counting: Counting, table: PgTable, where: SQL | undefined): SQL {
  const from = where === undefined ? sql`from ${table}` : sql`from ${table} where ${where}`
  return counting === 'exact' ? sql`select count(*) ${from}` : sql`explain (format json) select ${from}`
}

/** The number in what {@link countStatement} gave, as text or parsed. */
export function readCount(counting: Counting, answer: unknown): number {
  if (counting === 'exact') return Number(answer)
  const [explained] = (typeof answer === 'string' ? JSON.parse(answer) : answer) as [{ Plan: { 'Plan Rows': number } }]
  return explained.Plan['Plan Rows']
}
