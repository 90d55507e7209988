import { and, eq, gt, sql } from 'drizzle-orm'
import { dependency } from '../../core/dependency.ts'
import type { Transaction } from '../../data/drizzle.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { Aside } from '../core/aside.ts'
import type { AccountsBase } from '../core/base.ts'
import { TokenInvalid } from '../core/errors.ts'
import { newSecret, secretHash } from '../core/secrets.ts'
import type { OneTimeToken, OneTimeTokens } from '../core/services.ts'
import type { AccountTables } from '../tables/account-tables.ts'

type Table = AccountTables['authOneTimeTokens']

/** Tokens good for one use, in the operation's transaction. */
export function oneTimeTokensDependency({
  tables,
  tx,
  aside,
}: AccountsBase & Pick<AccountsCore, 'tx' | 'aside'>): AccountsCore['oneTimeTokens'] {
  return dependency(
    { name: 'accounts.oneTimeTokens', uses: { tx, aside } },
    (given): OneTimeTokens => new StoredTokens(tables.authOneTimeTokens, given.tx, given.aside),
  )
}

class StoredTokens implements OneTimeTokens {
  readonly #table: Table
  readonly #tx: Transaction
  readonly #aside: Aside

  constructor(table: Table, tx: Transaction, aside: Aside) {
    this.#table = table
    this.#tx = tx
    this.#aside = aside
  }

  async issue({ expiresInSeconds, ...token }: Parameters<OneTimeTokens['issue']>[0]): Promise<string> {
    const secret = newSecret()
    const expiresAt = sql`now() + make_interval(secs => ${expiresInSeconds})`
    await this.#tx.insert(this.#table).values({ ...token, hash: secretHash(secret), expiresAt })
    return secret
  }

  async take(purpose: string, token: string): Promise<OneTimeToken> {
    // Of two at once the second waits for the first, and finds nothing where that one is committed.
    const [row] = await this.#tx.delete(this.#table).where(this.#valid(purpose, token)).returning()
    return checked(row)
  }

  async attempt(purpose: string, token: string, maxAttempts: number): Promise<OneTimeToken> {
    const attempts = sql`${this.#table.attempts} + 1`
    // Beside the operation's transaction: a request that fails has tried all the same.
    const [row] = await this.#aside.run((tx) =>
      tx.update(this.#table).set({ attempts }).where(this.#valid(purpose, token)).returning(),
    )
    return checked(row !== undefined && row.attempts <= maxAttempts ? row : undefined)
  }

  async drop(userId: string | number, purpose: string): Promise<void> {
    await this.#tx.delete(this.#table).where(and(eq(this.#table.userId, userId), eq(this.#table.purpose, purpose)))
  }

  #valid(purpose: string, token: string): ReturnType<typeof and> {
    const { hash, purpose: column, expiresAt } = this.#table
    return and(eq(hash, secretHash(token)), eq(column, purpose), gt(expiresAt, sql`now()`))
  }
}

/** Unknown, used, expired or meant for something else: which of them, nobody is told. */
function checked(row: Table['$inferSelect'] | undefined): OneTimeToken {
  if (row === undefined) throw new TokenInvalid()
  const { purpose, userId, subject, details } = row
  return { purpose, userId, subject, details }
}
