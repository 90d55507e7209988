import { and, desc, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Transaction } from '../../data/drizzle.ts'
import type { UserId } from '../identity.ts'
import type { AccountTables } from '../tables/account-tables.ts'

/** A row of `auth_identities`. */
export type IdentityRow = AccountTables['authIdentities']['$inferSelect']

/** A user as a provider knows them. */
export interface ExternalIdentity {
  readonly provider: string
  readonly subject: string
  readonly email: string | null
}

/** Statements about the users of providers. */
export class IdentityRows {
  readonly #tx: Transaction
  readonly #table: AccountTables['authIdentities']

  constructor(tx: Transaction, { authIdentities }: Pick<AccountTables, 'authIdentities'>) {
    this.#tx = tx
    this.#table = authIdentities
  }

  async find({ provider, subject }: ExternalIdentity): Promise<IdentityRow | undefined> {
    const [row] = await this.#tx.select().from(this.#table).where(this.#is(provider, subject))
    return row
  }

  async seen({ provider, subject, email }: ExternalIdentity): Promise<void> {
    await this.#tx
      .update(this.#table)
      .set({ lastUsedAt: sql`clock_timestamp()`, email })
      .where(this.#is(provider, subject))
  }

  /** `false`: it belongs to somebody by now. */
  async insert(userId: UserId, identity: ExternalIdentity): Promise<boolean> {
    const inserted = await this.#tx
      .insert(this.#table)
      .values({ ...identity, userId, lastUsedAt: sql`clock_timestamp()` })
      .onConflictDoNothing()
      .returning({ id: this.#table.id })
    return inserted.length > 0
  }

  ofUser(userId: UserId): Promise<IdentityRow[]> {
    const { createdAt, id } = this.#table
    return this.#tx.select().from(this.#table).where(eq(this.#table.userId, userId)).orderBy(desc(createdAt), desc(id))
  }

  async remove(userId: UserId, id: string): Promise<IdentityRow | undefined> {
    const [row] = await this.#tx
      .delete(this.#table)
      .where(and(eq(this.#table.id, id), eq(this.#table.userId, userId)))
      .returning()
    return row
  }

  /** Whether the user has another one, of one of these providers. */
  async hasOther(userId: UserId, id: string, providers: readonly string[]): Promise<boolean> {
    const { userId: owner, id: own, provider } = this.#table
    const others = await this.#tx
      .select({ id: own })
      .from(this.#table)
      .where(and(eq(owner, userId), ne(own, id), inArray(provider, [...providers])))
      .limit(1)
    return others.length > 0
  }

  #is(provider: string, subject: string): ReturnType<typeof and> {
    return and(eq(this.#table.provider, provider), eq(this.#table.subject, subject))
  }
}
