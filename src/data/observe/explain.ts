import type { Pool } from 'pg'

/** What has a plan. */
const PLANNED = /^\s*(?:select|insert|update|delete|merge|with|values|table)\b/i

/**
 * The plan of a statement, by EXPLAIN, which does not run it: on a connection of its own, and only where one is free. The values go with it,
 * since the plan depends on them; in what comes back, texts are left out.
 */
export async function explain(pool: Pool, text: string, values: readonly unknown[]): Promise<string | undefined> {
  const isBusy = pool.waitingCount > 0 || (pool.idleCount === 0 && pool.totalCount >= pool.options.max)
  if (isBusy || !PLANNED.test(text)) return undefined
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, [...values])
  return rows
    .map((row) => row['QUERY PLAN'])
    .join('\n')
    .replaceAll(/'(?:[^']|'')*'/g, "'…'")
}
