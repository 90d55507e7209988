import { DatabaseError, type Pool, type PoolClient } from 'pg'
import type { RowSet } from './row-set.ts'
import { clientRunner, untilAborted, type Runner, type RunnerOptions } from './runner.ts'
import type { Statement } from './statement.ts'

/**
 * Runs each statement on a connection it has to itself meanwhile: for writes. Behind one another on one connection each would wait for the
 * disk alone, where PostgreSQL brings the commits of several connections to the disk together.
 */
export function exclusiveRunner(pool: Pool, options: RunnerOptions = {}): Runner {
  const run = async (statement: Statement, values: readonly unknown[]): Promise<RowSet> => {
    const client = await pool.connect()
    try {
      const rows = await clientRunner(client, options).run(statement, values)
      client.release()
      return rows
    } catch (error) {
      giveBack(client, error)
      throw error
    }
  }
  return { run: (statement, values, options) => untilAborted(run(statement, values), options?.signal) }
}

/** An answer of the server leaves the connection as it was; after anything else nobody knows. */
function giveBack(client: PoolClient, error: unknown): void {
  client.release(!(error instanceof DatabaseError))
}
