import type { Pool, PoolClient } from 'pg'
import { isRefusal } from '../commit-outcome.ts'
import { CommitOutcomeUnknown } from '../errors.ts'
import { connectionLost } from '../translate-error.ts'
import type { RowSet } from './row-set.ts'
import { clientRunner, untilAborted, type Runner, type RunnerOptions } from './runner.ts'
import type { Statement } from './statement.ts'

/**
 * Runs each statement on a connection it has to itself meanwhile: for writes. Behind one another on one connection each would wait for the
 * disk alone, where PostgreSQL brings the commits of several connections to the disk together.
 */
export function exclusiveRunner(pool: Pool, options: RunnerOptions = {}): Runner {
  const run = async (statement: Statement, values: readonly unknown[]): Promise<RowSet> => {
    const client = await pool.connect().catch((error: unknown) => {
      throw connectionLost(error) ?? error
    })
    try {
      const rows = await clientRunner(client, options).run(statement, values)
      client.release()
      return rows
    } catch (error) {
      giveBack(client, error)
      // What was asked of the server may have been saved before it could say so: to say "try again" would double it.
      throw isRefusal(error) || isRead(statement) ? error : new CommitOutcomeUnknown(undefined, { cause: error })
    }
  }
  return { run: (statement, values, options) => untilAborted(run(statement, values), options?.signal) }
}

const isRead = ({ text }: Statement): boolean => /^select\b/i.test(text)

/** A refusal leaves the connection as it was; after anything else nobody knows, and of a server that is about to stop it is the last word. */
export function giveBack(client: PoolClient, error: unknown): void {
  client.release(!isRefusal(error))
}
