import type { PoolClient } from 'pg'
import { dependency } from '../../core/dependency.ts'
import type { DrizzleSchema, ScopedTransaction } from '../../data/drizzle.ts'
import type { Engine } from '../../data/engine.ts'
import { DatabaseUnavailable, SerializationFailure } from '../../data/errors.ts'
import { SYSTEM_CLAIMS } from '../../data/rls/claim-set.ts'
import { isSecured } from '../../data/rls/row-security.ts'
import { runAfterCommit } from '../../data/transactions/commit-hooks.ts'
import { openTransaction, type HandledTransaction } from '../../data/transactions/open-transaction.ts'
import type { AccountsCore } from './accounts-core.ts'

/**
 * The transaction of an operation of accounts, past the policies of the database. It begins with its first statement: a password is checked for some
 * 20 ms, after a wait for others, and hundreds of log-ins at once would meanwhile keep all connections from everybody else.
 */
export function accountsTransaction({ database }: Pick<AccountsCore, 'database'>): AccountsCore['tx'] {
  const claims = isSecured(database) ? SYSTEM_CLAIMS : undefined
  const declared = dependency(
    {
      name: 'accounts.transaction',
      uses: { engine: database.engine },
      errors: [DatabaseUnavailable, SerializationFailure],
    },
    async function* (context) {
      const { engine } = context
      const late = new LateTransaction(engine, () =>
        openTransaction(engine, 'BEGIN', { signal: () => context.signal, claims }),
      )
      let succeeded = false
      try {
        yield late.tx
        succeeded = true
      } finally {
        if (!succeeded) await late.rollback()
      }
      await late.commit((error) =>
        context.log.error({ err: error }, 'work after the commit failed; what was committed stays'),
      )
    },
  )
  const sole = { of: database, called: `transaction of the database "${database.name}"` }
  return { ...declared, sole } as unknown as AccountsCore['tx']
}

type Opened = HandledTransaction<DrizzleSchema>

class LateTransaction {
  readonly tx: ReturnType<Engine<DrizzleSchema>['handles']['inTransaction']>
  readonly #open: () => Promise<Opened>
  #opened: Promise<Opened> | undefined

  constructor({ handles }: Engine<DrizzleSchema>, open: () => Promise<Opened>) {
    this.#open = open
    const query = async (...args: unknown[]): Promise<unknown> => {
      // Of database.engine, whose transactions are these.
      const { client } = (await (this.#opened ??= this.#open())).tx as ScopedTransaction<DrizzleSchema>
      return (client.query as (...given: unknown[]) => unknown).apply(client, args)
    }
    // All that Drizzle asks of a connection.
    this.tx = handles.inTransaction({ query } as unknown as PoolClient)
  }

  async commit(report: (error: unknown) => void): Promise<void> {
    this.tx.state.close()
    const opened = await this.#opened
    await opened?.commit(report)
    await runAfterCommit(this.tx.hooks.end(), report)
  }

  async rollback(): Promise<void> {
    this.tx.state.close()
    this.tx.hooks.end()
    // Where it could not begin, whoever sent the first statement was told.
    const opened = await this.#opened?.catch(() => undefined)
    await opened?.rollback()
  }
}
