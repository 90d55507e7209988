import { ScopedTransaction, type DrizzleSchema, type Transaction } from './drizzle.ts'
import type { Engine } from './engine.ts'
import { observedRunner } from './observe/observed-runner.ts'
import { systemClient, systemRunner } from './rls/transaction-claims.ts'
import { clientRunner, type Runner } from './wire/runner.ts'

/** Runs statements in this transaction, among those of Drizzle. */
export function transactionRunner<Schema extends DrizzleSchema>(
  tx: Transaction<Schema>,
  { prepared, observer }: Pick<Engine<Schema>, 'prepared' | 'observer'>,
): Runner {
  return observedRunner(clientRunner(scoped(tx).client, { prepare: prepared }), observer)
}

/** The same past the policies of the database. */
export function systemTransactionRunner<Schema extends DrizzleSchema>(
  tx: Transaction<Schema>,
  { prepared, observer }: Pick<Engine<Schema>, 'prepared' | 'observer'>,
): Runner {
  const { client } = scoped(tx)
  return observedRunner(systemRunner(client, clientRunner(client, { prepare: prepared })), observer)
}

/** The same transaction past the policies of the database. */
export function systemTransaction<Schema extends DrizzleSchema>(tx: Transaction<Schema>): Transaction<Schema> {
  return scoped(tx).over(systemClient)
}

function scoped<Schema extends DrizzleSchema>(tx: Transaction<Schema>): ScopedTransaction<Schema> {
  if (tx instanceof ScopedTransaction) return tx
  throw new TypeError(
    'This is not a transaction of database.transaction, database.isolated or database.run: statements of it cannot be joined.',
  )
}
