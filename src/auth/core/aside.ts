import { dependency } from '../../core/dependency.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { SYSTEM_CLAIMS } from '../../data/rls/claim-set.ts'
import { isSecured } from '../../data/rls/row-security.ts'
import { runInTransaction } from '../../data/transactions/run-in-transaction.ts'
import type { OfApp } from './accounts-core.ts'
import type { AccountsBase } from './base.ts'

/** Transactions beside that of the operation: what they have written stays, whatever becomes of the request. */
export interface Aside {
  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

/** What runs here must not touch rows that the operation's own transaction has locked. */
export function asideDependency({ database, outside }: Pick<AccountsBase, 'database' | 'outside'>): OfApp<Aside> {
  const claims = isSecured(database) ? SYSTEM_CLAIMS : undefined
  return dependency(
    { name: 'accounts.aside', scope: 'app', uses: { engine: database.engine, outside } },
    ({ engine, outside: pool }): Aside => ({
      run: (work) => runInTransaction({ ...engine, pool }, work, { claims }),
    }),
  )
}
