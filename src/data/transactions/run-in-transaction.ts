import type { DrizzleSchema, Transaction } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import { openTransaction } from './open-transaction.ts'
import { beginStatement, retriesOf, type TransactionOptions } from './options.ts'
import { withRetries } from './retry.ts'

/** Runs `work` in a transaction: committed when it resolves, rolled back when it rejects. */
export function runInTransaction<Schema extends DrizzleSchema, T>(
  engine: Engine<Schema>,
  work: (tx: Transaction<Schema>) => Promise<T>,
  { claims, ...options }: TransactionOptions & { readonly claims?: string | undefined },
): Promise<T> {
  const begin = beginStatement(options)
  return withRetries(retriesOf(options), async () => {
    const transaction = await openTransaction(engine, begin, { claims })
    let result: T
    try {
      result = await work(transaction.tx)
    } catch (error) {
      await transaction.rollback()
      throw error
    }
    await transaction.commit(warn)
    return result
  })
}

/** Outside a request there is no log to write to, and no answer that the failure belongs to. */
function warn(error: unknown): void {
  const detail = error instanceof Error ? error.stack : undefined
  const message = `work after the commit failed; what was committed stays: ${String(error)}`
  process.emitWarning(message, { type: 'AfterCommitWarning', ...(detail !== undefined && { detail }) })
}
