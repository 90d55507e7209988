import type { DrizzleSchema } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import { beginTransaction } from '../transactions/begin-transaction.ts'
import type { RowSet } from '../wire/row-set.ts'
import { clientRunner, untilAborted, type Runner } from '../wire/runner.ts'
import type { Statement } from '../wire/statement.ts'
import { carryClaims } from './transaction-claims.ts'

interface ClaimsRunnerOptions {
  readonly claims: string
  /** Whether statements only read: then nothing depends on the answer to COMMIT. */
  readonly reads: boolean
}

/**
 * Runs each statement in a transaction of its own that carries claims. BEGIN, the claims, the statement and COMMIT are sent together, so that it
 * costs one round trip as the statement alone would.
 */
export function claimsRunner<Schema extends DrizzleSchema>(
  { pool, beginWith, prepared }: Pick<Engine<Schema>, 'pool' | 'beginWith' | 'prepared'>,
  { claims, reads }: ClaimsRunnerOptions,
): Runner {
  const run = async (statement: Statement, values: readonly unknown[]): Promise<RowSet> => {
    const transaction = await beginTransaction(pool, { begin: beginWith('BEGIN'), several: !prepared })
    carryClaims(transaction.client, claims, { prepared })
    const result = clientRunner(transaction.client, { prepare: prepared }).run(statement, values)
    const [rows, saved] = await Promise.allSettled([result, transaction.commit()])
    // Where the statement failed COMMIT did too, and its own error says less.
    if (rows.status === 'rejected') throw rows.reason
    if (saved.status === 'rejected' && !reads) throw saved.reason
    return rows.value
  }
  return { run: (statement, values, options) => untilAborted(run(statement, values), options?.signal) }
}
