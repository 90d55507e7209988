import { dependency } from '../../core/dependency.ts'
import type { DatabaseDependency } from '../database-dependency.ts'
import type { DrizzleSchema, Transaction } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import { DatabaseUnavailable, SerializationFailure } from '../errors.ts'
import { openTransaction } from './open-transaction.ts'
import { beginStatement, retriesOf, type TransactionOptions } from './options.ts'
import { isSerializationFailure, retryDelayMs } from './retry.ts'

interface Declared<Schema extends DrizzleSchema> {
  /** Of the database, for messages. */
  readonly name: string
  readonly engine: DatabaseDependency<Engine<Schema>, 'app'>
  /** Stands for the database: an operation has one transaction of it. */
  readonly database: object
}

/** A transaction per request: committed when the operation has succeeded, before the response is sent, and rolled back when it throws. */
export function transactionDependency<Schema extends DrizzleSchema>(
  { name, engine, database }: Declared<Schema>,
  options: TransactionOptions,
): DatabaseDependency<Transaction<Schema>, 'handled'> {
  const begin = beginStatement(options)
  const times = retriesOf(options)
  const declared = dependency(
    { name: `${name}.transaction`, uses: { engine }, errors: [DatabaseUnavailable, SerializationFailure] },
    async function* (context) {
      const transaction = await openTransaction(context.engine, begin, () => context.signal)
      let succeeded = false
      try {
        yield transaction.tx
        succeeded = true
      } finally {
        // Also where the generator is only closed: a transaction nobody ends would keep its connection.
        if (!succeeded) await transaction.rollback()
      }
      await transaction.commit((error) =>
        context.log.error({ err: error }, 'work after the commit failed; what was committed stays'),
      )
    },
  )
  return {
    ...declared,
    sole: { of: database, called: `transaction of the database "${name}"` },
    ...(times > 0 && { rerun: { times, when: isSerializationFailure, delayMs: retryDelayMs } }),
  }
}
