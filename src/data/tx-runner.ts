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
  return observedRunner(runnerOn(scoped(tx), prepared), observer)
}

/** The same past the policies of the database. */
export function systemTransactionRunner<Schema extends DrizzleSchema>(
  tx: Transaction<Schema>,
  { prepared, observer }: Pick<Engine<Schema>, 'prepared' | 'observer'>,
): Runner {
  const transaction = scoped(tx)
  return observedRunner(systemRunner(transaction.client, runnerOn(transaction, prepared)), observer)
}

function runnerOn(
  { client, state }: Pick<ScopedTransaction<DrizzleSchema>, 'client' | 'state'>,
  prepare: boolean,
): Runner {
  const runner = clientRunner(client, { prepare })
  return {
    run: async (statement, values, options) => {
      state.check()
      return runner.run(statement, values, options)
    },
  }
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
