import type { PoolClient } from 'pg'

/** A place in PostgreSQL's log: `16/B374D848`, high and low half in hexadecimal. */
export function parsePosition(text: string): bigint {
  const [high = '', low = ''] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

/** As it is handed to clients. */
export function tokenOf(position: bigint): string {
  return position.toString(16)
}

/** What a client has sent; nothing where it is none of ours. */
export function parseToken(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[\da-f]{1,16}$/.test(text) ? BigInt(`0x${text}`) : undefined
}

/** Where the primary's log ended once a transaction was committed; nothing where it wrote nothing. */
interface CommitPosition {
  /** To be sent right behind COMMIT. */
  readonly behindCommit: () => Promise<void>
  readonly position: () => bigint | undefined
}

/** Asks along with the commit, so that it costs no round trip. To be called right before COMMIT is sent. */
export function commitPosition(client: PoolClient): CommitPosition {
  let position: bigint | undefined
  const wrote = client
    .query<{ wrote: boolean }>('SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS wrote')
    .then(({ rows }) => rows[0]?.wrote === true)
  // The commit itself tells what is wrong.
  wrote.catch(() => {})
  const behindCommit = async (): Promise<void> => {
    const { rows } = await client.query<{ position: string }>('SELECT pg_current_wal_flush_lsn()::text AS position')
    const [row] = rows
    if (row !== undefined && (await wrote)) position = parsePosition(row.position)
  }
  return { behindCommit, position: () => position }
}
