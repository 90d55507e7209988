import { dependency } from '../../core/dependency.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { createPool } from '../../data/pool.ts'
import { SYSTEM_CLAIMS } from '../../data/rls/claim-set.ts'
import { isSecured } from '../../data/rls/row-security.ts'
import { runInTransaction } from '../../data/transactions/run-in-transaction.ts'
import type { OfApp } from './accounts-core.ts'
import type { AccountsBase } from './base.ts'

/** Transactions beside that of the operation: what they have written stays, whatever becomes of the request. */
export interface Aside {
  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

/** Enough for what is rare; more wait their turn, and hold each other up by nothing. */
const CONNECTIONS = 2
const IDLE_MS = 10_000

/**
 * Its connections are not the pool's: those may all be held by operations that wait for this. They are opened when the first is needed.
 * What runs here must not touch rows that the operation's own transaction has locked.
 */
export function asideDependency({ database }: Pick<AccountsBase, 'database'>): OfApp<Aside> {
  const secured = isSecured(database)
  const behindPooler = database.options.pooler === 'transaction'
  return dependency(
    { name: 'accounts.aside', scope: 'app', uses: { engine: database.engine } },
    async function* ({ engine }) {
      const pool = createPool(engine.url, { max: CONNECTIONS, idleTimeoutMs: IDLE_MS, behindPooler })
      try {
        yield {
          run: <T>(work: (tx: Transaction) => Promise<T>) =>
            runInTransaction({ ...engine, pool }, work, { claims: secured ? SYSTEM_CLAIMS : undefined }),
        }
      } finally {
        await pool.end()
      }
    },
  ) as unknown as OfApp<Aside>
}
