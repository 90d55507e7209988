import { sql, type SQL } from 'drizzle-orm'
import type { Transaction } from '../../../data/drizzle.ts'
import type { Revocation } from '../../core/services.ts'
import type { AccountTables } from '../../tables/account-tables.ts'

/** Told to other processes that listen; they then look at the table. */
export const CHANNEL = 'ashlar_accounts'

/** What was found in the table. */
export interface Found {
  /** The oldest transaction that was open when it was looked at: what is written by that one or a later one may not have been seen. */
  readonly xmin: bigint
  readonly rows: readonly FoundRow[]
}

export interface FoundRow extends Record<string, unknown> {
  readonly id: string
  readonly kind: Revocation['kind']
  readonly subject: string
  readonly epoch: number | null
}

type Table = AccountTables['authRevocations']

/** Writes a row and gives its id. */
export async function writeRevocation(tx: Transaction, table: Table, revocation: Revocation): Promise<string> {
  const { kind, subject } = revocation
  const epoch = revocation.kind === 'user' ? revocation.epoch : null
  const [row] = await tx
    .insert(table)
    .values({ kind, subject: String(subject), epoch })
    .returning({ id: table.id })
  // Sent by the server when the transaction is committed, and not at all where it is not.
  await tx.execute(sql`select pg_notify(${CHANNEL}, '')`)
  return String(row?.id)
}

/** What was written since a snapshot; or, of the first look, in the last seconds. */
export function revocationsSince(table: Table, since: bigint | undefined, keptSeconds: number): SQL {
  const recent = sql`r.at > now() - make_interval(secs => ${keptSeconds})`
  const condition = since === undefined ? recent : sql`r.xact >= ${String(since)}::xid8`
  // One statement: the rows are those of the snapshot that is told.
  return sql`
    select pg_snapshot_xmin(pg_current_snapshot())::text as xmin, r.id::text as id, r.kind, r.subject, r.epoch
    from (select 1) as one left join ${table} as r on ${condition}
    order by r.id`
}

export function foundIn(rows: readonly Record<string, unknown>[]): Found {
  return {
    xmin: BigInt(String(rows[0]?.['xmin'])),
    // The one row without an id says that there is none.
    rows: (rows as readonly FoundRow[]).filter(({ id }) => id !== null),
  }
}

/** Rows nobody needs any more: no process keeps so old ones, nor has one that starts to know them. */
export function oldRevocations(table: Table, keptSeconds: number): SQL {
  return sql`delete from ${table} where ${table.at} < now() - make_interval(secs => ${2 * keptSeconds})`
}
