import { ScopedTransaction, type DrizzleSchema, type Transaction } from './drizzle.ts'
import { clientRunner, type Runner } from './wire/runner.ts'

/** Runs statements in this transaction, among those of Drizzle. */
export function transactionRunner<Schema extends DrizzleSchema>(
  tx: Transaction<Schema>,
  { prepared }: { readonly prepared: boolean },
): Runner {
  if (tx instanceof ScopedTransaction) return clientRunner(tx.client, { prepare: prepared })
  throw new TypeError(
    'This is not a transaction of database.transaction, database.isolated or database.run: statements of it cannot be joined.',
  )
}
