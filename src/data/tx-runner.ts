import { ScopedTransaction, type DrizzleSchema, type Transaction } from './drizzle.ts'
import type { Engine } from './engine.ts'
import { observedRunner } from './observe/observed-runner.ts'
import { clientRunner, type Runner } from './wire/runner.ts'

/** Runs statements in this transaction, among those of Drizzle. */
export function transactionRunner<Schema extends DrizzleSchema>(
  tx: Transaction<Schema>,
  { prepared, observer }: Pick<Engine<Schema>, 'prepared' | 'observer'>,
): Runner {
  if (tx instanceof ScopedTransaction) return observedRunner(clientRunner(tx.client, { prepare: prepared }), observer)
  throw new TypeError(
    'This is not a transaction of database.transaction, database.isolated or database.run: statements of it cannot be joined.',
  )
}
