import { eq, sql } from 'drizzle-orm'
import type { Transaction } from '../../data/drizzle.ts'
import type { Credentials } from '../core/user-row.ts'
import type { UserId } from '../identity.ts'
import type { AccountTables } from '../tables/account-tables.ts'

/** The table of passwords and epochs. */
export class CredentialRows {
  readonly #table: AccountTables['authCredentials']
  readonly #tx: Transaction

  constructor({ authCredentials }: Pick<AccountTables, 'authCredentials'>, tx: Transaction) {
    this.#table = authCredentials
    this.#tx = tx
  }

  async make(userId: UserId): Promise<void> {
    await this.#tx.insert(this.#table).values({ userId }).onConflictDoNothing()
  }

  /** Without locking them. */
  async read(userId: UserId): Promise<Credentials | undefined> {
    const [row] = await this.#tx.select().from(this.#table).where(eq(this.#table.userId, userId))
    return row
  }

  async lock(userId: UserId): Promise<Credentials> {
    const found = await this.#locked(userId)
    if (found !== undefined) return found
    // The user may be older than its accounts.
    await this.make(userId)
    return (await this.#locked(userId))!
  }

  async setPassword(userId: UserId, passwordHash: string | null): Promise<void> {
    const changes = { passwordHash, passwordChangedAt: sql`now()`, mustReset: false }
    await this.#tx
      .insert(this.#table)
      .values({ userId, ...changes })
      .onConflictDoUpdate({ target: this.#table.userId, set: changes })
  }

  async upgradePassword(userId: UserId, passwordHash: string): Promise<void> {
    await this.#tx.update(this.#table).set({ passwordHash }).where(eq(this.#table.userId, userId))
  }

  async setMustReset(userId: UserId, mustReset: boolean): Promise<void> {
    await this.#tx
      .insert(this.#table)
      .values({ userId, mustReset })
      .onConflictDoUpdate({ target: this.#table.userId, set: { mustReset } })
  }

  async #locked(userId: UserId): Promise<Credentials | undefined> {
    const [row] = await this.#tx.select().from(this.#table).where(eq(this.#table.userId, userId)).for('update')
    return row
  }
}
