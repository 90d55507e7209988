import type { Pool, PoolClient } from 'pg'
import { isRefusal } from '../commit-outcome.ts'
import { CommitOutcomeUnknown } from '../errors.ts'
import { connectionLost } from '../translate-error.ts'
import { wireClient } from '../wire/runner.ts'

/** A transaction that has begun, on a connection of its own. */
export interface OpenTransaction {
  readonly client: PoolClient
  /** Saves everything, or throws. With `discard`, nobody has the connection after it. `behind` sends what is to travel right behind COMMIT. */
  commit(discard?: boolean, behind?: () => Promise<void>): Promise<void>
  /** Undoes everything. Never throws: there is an error already, and what was not committed is undone in any case. */
  rollback(discard?: boolean): Promise<void>
}

interface BeginOptions {
  /** What begins it. Default `BEGIN`. */
  readonly begin?: string
  /** Whether that is several commands. Default `false`. */
  readonly several?: boolean
}

export async function beginTransaction(
  pool: Pool,
  { begin = 'BEGIN', several = false }: BeginOptions = {},
): Promise<OpenTransaction> {
  const client = await connect(pool)
  // Not awaited: in pipeline mode they travel with the first statement. Where they fail, the connection is lost, and all else fails with it.
  if (several) client.query(begin).catch(() => {})
  else wireClient(client).begin(begin)
  return {
    client,
    commit: (discard, behind) => commit(client, discard, behind),
    rollback: (discard) => rollback(client, discard),
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw connectionLost(error) ?? error
  }
}

async function commit(client: PoolClient, discard = false, behind?: () => Promise<void>): Promise<void> {
  const command = await answerTo(client, behind)
  client.release(discard)
  // What PostgreSQL answers to COMMIT where a statement has failed before.
  if (command !== 'ROLLBACK') return
  throw new Error(
    'Nothing was saved: a statement of this transaction failed, and its error was caught instead of thrown on. ' +
      'Let it through, or put that statement into tx.transaction(), which undoes only itself.',
  )
}

async function answerTo(client: PoolClient, behind?: () => Promise<void>): Promise<string> {
  const sent = client.query('COMMIT')
  const followed = behind?.().catch(() => {})
  try {
    const { command } = await sent
    await followed
    return command
  } catch (error) {
    client.release(true)
    throw isRefusal(error) ? error : new CommitOutcomeUnknown(undefined, { cause: error })
  }
}

async function rollback(client: PoolClient, discard = false): Promise<void> {
  try {
    await client.query('ROLLBACK')
    client.release(discard)
  } catch {
    client.release(true)
  }
}
