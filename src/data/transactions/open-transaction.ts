import { AshlarError } from '../../core/errors/index.ts'
import { isRefusal } from '../commit-outcome.ts'
import type { DrizzleSchema, Transaction } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import { CommitOutcomeUnknown } from '../errors.ts'
import { carryClaims } from '../rls/transaction-claims.ts'
import { commitPosition } from '../scale/wal-position.ts'
import { beginTransaction } from './begin-transaction.ts'
import { runAfterCommit } from './commit-hooks.ts'

/** A transaction with its handle. */
export interface HandledTransaction<Schema extends DrizzleSchema> {
  readonly tx: Transaction<Schema>
  /** Sets what policies ask of the caller anew. */
  carry(claims: string): void
  /** Saves everything, or throws; then runs what waited for it. Failures of that go to `report`. */
  commit(report: (error: unknown) => void): Promise<void>
  /** Undoes everything. Never throws. */
  rollback(): Promise<void>
}

export interface TransactionCircumstances {
  /** Whose end ends the running statement. */
  readonly signal?: () => AbortSignal
  /** What policies ask of the caller, where the database has some. */
  readonly claims?: string | undefined
}

export async function openTransaction<Schema extends DrizzleSchema>(
  { pool, handles, beginWith, abandoned, replicas, prepared, changes }: Engine<Schema>,
  begin: string,
  { signal, claims }: TransactionCircumstances = {},
): Promise<HandledTransaction<Schema>> {
  const open = await beginTransaction(pool, { begin: beginWith(begin), several: !prepared })
  if (claims !== undefined) carryClaims(open.client, claims, { prepared })
  const tx = handles.inTransaction(open.client)
  const unwatch = signal === undefined ? undefined : abandoned.watch(open.client, signal)
  return {
    tx,
    carry: (changed) => carryClaims(open.client, changed, { prepared }),
    commit: async (report) => {
      const last = tx.hooks.sendLast()
      tx.state.close()
      const discard = await unwatch?.()
      const place = replicas && commitPosition(open.client)
      const changed = tx.hooks.takeChanged()
      try {
        await open.commit(discard, place?.behindCommit).catch((error: unknown) => failed(error, last))
      } finally {
        // Also where it is not known whether it was saved.
        if (changed !== undefined) await changes.announcer.announce(changed)
      }
      const position = place?.position()
      if (position !== undefined) replicas?.consistency.tell(position)
      await runAfterCommit(tx.hooks.end(), report)
    },
    rollback: async () => {
      tx.state.close()
      tx.hooks.end()
      await open.rollback(await unwatch?.())
    },
  }
}

/**
 * COMMIT says only that nothing was saved. Why is what the statement before it was refused with, a full disk too. Where it is not known whether anything was
 * saved, a lost connection says less than that.
 */
async function failed(ofCommit: unknown, last: readonly Promise<void>[]): Promise<never> {
  const isUndone = !(ofCommit instanceof CommitOutcomeUnknown)
  for (const outcome of await Promise.allSettled(last))
    if (outcome.status === 'rejected' && (isUndone || isRefused(outcome.reason))) throw outcome.reason
  throw ofCommit
}

function isRefused(error: unknown): boolean {
  return error instanceof AshlarError || isRefusal(error)
}
