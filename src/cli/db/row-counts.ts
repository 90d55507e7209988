import type { Database } from '../../data/database.ts'
import { table } from '../table.ts'

/** Rows by table, under `database.table` where the app has several databases. */
type RowCounts = ReadonlyMap<string, number>

/** One statement that counts every table. Partitions are counted by their table. */
const STATEMENT = `SELECT string_agg(format('SELECT %L AS "table", count(*)::int AS rows FROM %I.%I',
    CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END, n.nspname, c.relname), ' UNION ALL ') AS sql
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'ashlar_migrations'
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`

export async function countRows(databases: readonly Database[]): Promise<RowCounts> {
  const counts = new Map<string, number>()
  for (const { name, pool } of databases) {
    const { rows: made } = await pool.query<{ sql: string | null }>(STATEMENT)
    if (made[0]?.sql == null) continue
    const { rows } = await pool.query<{ table: string; rows: number }>(made[0].sql)
    for (const row of rows) counts.set(databases.length === 1 ? row.table : `${name}.${row.table}`, row.rows)
  }
  return counts
}

/** A line for each table that has more rows than before, or fewer. */
export function inWords(before: RowCounts, after: RowCounts): readonly string[] {
  const rows = [...after]
    .map(([name, count]) => ({ name, count, difference: count - (before.get(name) ?? 0) }))
    .filter(({ difference }) => difference !== 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, count, difference }) => [name, signed(difference), `now ${count}`])
  if (rows.length === 0) return after.size === 0 ? [] : ['every table has as many rows as before']
  return table(['', '', ''], rows).split('\n').slice(1)
}

function signed(difference: number): string {
  return difference > 0 ? `+${difference}` : String(difference)
}
