import { possibleCaller } from '../../core/builtin.ts'
import { dependency, type Dependency } from '../../core/dependency.ts'
import type { DatabaseDependency } from '../database-dependency.ts'
import type { DrizzleSchema, Transaction } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import { DatabaseUnavailable, SerializationFailure } from '../errors.ts'
import { rowSecurityOf } from '../rls/row-security.ts'
import { openTransaction } from './open-transaction.ts'
import { beginStatement, retriesOf, type TransactionOptions } from './options.ts'
import { isSerializationFailure, retryDelayMs } from './retry.ts'

interface Declared<Schema extends DrizzleSchema> {
  /** Of the database, for messages. */
  readonly name: string
  readonly engine: DatabaseDependency<Engine<Schema>, 'app'>
  /** Stands for the database: an operation has one transaction of it. */
  readonly database: object
  /** Whether transactions carry what policies ask of the caller. */
  readonly secured: boolean
}

/** A transaction per request: committed when the operation has succeeded, before the response is sent, and rolled back when it throws. */
export function transactionDependency<Schema extends DrizzleSchema>(
  { name, engine, database, secured }: Declared<Schema>,
  options: TransactionOptions,
): DatabaseDependency<Transaction<Schema>, 'handled'> {
  const begin = beginStatement(options)
  const times = retriesOf(options)
  const declared = dependency(
    {
      name: `${name}.transaction`,
      uses: { engine, caller: possibleCaller },
      errors: [DatabaseUnavailable, SerializationFailure],
    },
    async function* (context) {
      const { caller } = context
      const claims = secured ? () => rowSecurityOf(database).claims(caller) : undefined
      const transaction = await openTransaction(context.engine, begin, {
        signal: () => context.signal,
        claims: claims?.(),
      })
      // One that helps to find out who calls begins before that is known.
      if (claims !== undefined) caller?.whenKnown(() => transaction.carry(claims()))
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
  const made = {
    ...declared,
    sole: { of: database, called: `transaction of the database "${name}"` },
    ...(times > 0 && { rerun: { times, when: isSerializationFailure, delayMs: retryDelayMs } }),
  }
  MODES.set(made, options)
  return made
}

const MODES = new WeakMap<object, TransactionOptions>()

/** How the transaction of this dependency runs; `undefined` for what is none, or one that is begun in another way. */
export function transactionModes(of: Dependency): TransactionOptions | undefined {
  return MODES.get(of)
}
