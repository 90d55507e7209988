import type { MaybePromise } from '../../core/maybe-promise.ts'
import { ScopedTransaction, type DrizzleSchema, type Transaction } from '../drizzle.ts'

/**
 * Leaves `work` for the moment after the transaction is committed. It is dropped where the transaction is rolled back, or the savepoint
 * (`tx.transaction`) it was left in. It runs in the order it was left, before the response is sent; in `database.run`, before that resolves.
 *
 * An error of it is logged and changes nothing else: the commit has happened. What must happen even if the process ends right after
 * the commit belongs into the transaction, as a row that a job reads.
 *
 * @example
 * const db = database()
 * const confirm = dependency({ uses: { tx: db.transaction, mailer } }, ({ tx, mailer }) => (customer: string) =>
 *   afterCommit(tx, () => mailer.send({ to: customer, subject: 'Your order', text: 'It is on its way.' })))
 * @throws TypeError where `tx` is not a transaction of `database.transaction`, `database.isolated` or `database.run`.
 * @throws Error where the transaction has ended.
 */
export function afterCommit<Schema extends DrizzleSchema>(
  tx: Transaction<Schema>,
  work: () => MaybePromise<void>,
): void {
  if (tx instanceof ScopedTransaction) return tx.hooks.add(work)
  throw new TypeError(
    'afterCommit(tx, work) takes the transaction of database.transaction, database.isolated or database.run. ' +
      'Drizzle outside one commits each statement by itself: there, do the work after the statement.',
  )
}
