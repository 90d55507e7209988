import { sql } from 'drizzle-orm'
import { afterCommit } from '../../../data/transactions/after-commit.ts'
import type { Transaction } from '../../../data/drizzle.ts'
import type { AccountsBase } from '../../core/base.ts'
import type { Issued, Revocation, Revocations } from '../../core/services.ts'
import type { UserId } from '../../identity.ts'
import type { KnownRevocations } from './known-revocations.ts'
import type { RevocationFeed } from './revocation-feed.ts'
import { writeRevocation } from './revocation-rows.ts'

/** Ends things before their time, and knows what was ended. */
export class ProcessRevocations implements Revocations {
  readonly #tables: AccountsBase['tables']
  readonly #known: KnownRevocations
  readonly #feed: RevocationFeed

  constructor({ tables }: Pick<AccountsBase, 'tables'>, known: KnownRevocations, feed: RevocationFeed) {
    this.#tables = tables
    this.#known = known
    this.#feed = feed
  }

  async record(tx: Transaction, revocation: Revocation): Promise<void> {
    const id = await writeRevocation(tx, this.#tables.authRevocations, revocation)
    afterCommit(tx, () => this.#known.add(revocation, id))
  }

  async raiseEpoch(tx: Transaction, userId: UserId): Promise<number> {
    const { authCredentials } = this.#tables
    const [row] = await tx
      .insert(authCredentials)
      // Whoever has no row yet has the first epoch.
      .values({ userId, epoch: FIRST_EPOCH + 1 })
      .onConflictDoUpdate({ target: authCredentials.userId, set: { epoch: sql`${authCredentials.epoch} + 1` } })
      .returning({ epoch: authCredentials.epoch })
    const epoch = row!.epoch
    await this.record(tx, { kind: 'user', subject: userId, epoch })
    return epoch
  }

  isRevoked(issued: Issued): boolean {
    return this.#known.isRevoked(issued)
  }

  get current(): boolean {
    return this.#feed.current
  }

  onRevoked(listener: (revocation: Revocation) => void): () => void {
    return this.#known.onRevoked(listener)
  }
}

/** Of users who have no credentials of their own yet. */
export const FIRST_EPOCH = 1
