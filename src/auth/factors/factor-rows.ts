import { and, asc, count, eq, gt, inArray, isNotNull, isNull, lt, or, sql, type SQL } from 'drizzle-orm'
import type { Transaction } from '../../data/drizzle.ts'
import type { UserId } from '../identity.ts'
import type { AccountTables } from '../tables/account-tables.ts'

type Table = AccountTables['authFactors']
/** A row of `auth_factors`. */
export type FactorRow = Table['$inferSelect']

/** For so long a secret that was shown can be confirmed. */
const PENDING_SECONDS = 600

/** Statements about factors. */
export class FactorRows {
  readonly #table: Table
  readonly #tx: Transaction

  constructor({ authFactors }: Pick<AccountTables, 'authFactors'>, tx: Transaction) {
    this.#table = authFactors
    this.#tx = tx
  }

  /** Those that count, without recovery codes; the oldest first. */
  confirmed(userId: UserId): Promise<FactorRow[]> {
    const { createdAt, id } = this.#table
    return this.#tx.select().from(this.#table).where(this.#factors(userId)).orderBy(asc(createdAt), asc(id))
  }

  async totp(userId: UserId): Promise<FactorRow | undefined> {
    const [row] = await this.#tx.select().from(this.#table).where(this.#confirmedTotp(userId))
    return row
  }

  /** In the place of one that was begun before. */
  async beginTotp(userId: UserId, secret: string): Promise<void> {
    const { type, confirmedAt } = this.#table
    await this.#tx.delete(this.#table).where(and(this.#of(userId), eq(type, 'totp'), isNull(confirmedAt)))
    await this.#tx.insert(this.#table).values({ userId, type: 'totp', secret })
  }

  /** The one that was begun and is not confirmed. */
  async pendingTotp(userId: UserId): Promise<FactorRow | undefined> {
    const { type, confirmedAt, createdAt } = this.#table
    const isFresh = gt(createdAt, sql`now() - make_interval(secs => ${PENDING_SECONDS})`)
    const where = and(this.#of(userId), eq(type, 'totp'), isNull(confirmedAt), isFresh)
    const [row] = await this.#tx.select().from(this.#table).where(where)
    return row
  }

  /** In the place of the one before. */
  async confirmTotp({ id, userId }: FactorRow, step: number): Promise<void> {
    await this.removeTotp(userId)
    const changes = { confirmedAt: sql`now()`, counter: step }
    await this.#tx.update(this.#table).set(changes).where(eq(this.#table.id, id))
  }

  async removeTotp(userId: UserId): Promise<boolean> {
    return (await this.#tx.delete(this.#table).where(this.#confirmedTotp(userId)).returning()).length > 0
  }

  /** Takes a time step, once. */
  useStep(id: string, step: number): Promise<boolean> {
    return this.#use(and(eq(this.#table.id, id), lt(this.#table.counter, step)), step)
  }

  /** Takes a signature counter, which must have risen; authenticators without one send 0. */
  useCounter(id: string, counter: number): Promise<boolean> {
    const { counter: last } = this.#table
    const hasNone = counter === 0 ? eq(last, 0) : undefined
    return this.#use(and(eq(this.#table.id, id), or(lt(last, counter), hasNone)), counter)
  }

  async passkey(credentialId: string): Promise<FactorRow | undefined> {
    const { type, credentialId: column, confirmedAt } = this.#table
    const where = and(eq(column, credentialId), eq(type, 'passkey'), isNotNull(confirmedAt))
    const [row] = await this.#tx.select().from(this.#table).where(where)
    return row
  }

  /** @returns `undefined` where the credential is registered already, by whomever. */
  async insertPasskey(
    values: Pick<FactorRow, 'userId' | 'name' | 'secret' | 'credentialId' | 'counter' | 'details'>,
  ): Promise<FactorRow | undefined> {
    const [row] = await this.#tx
      .insert(this.#table)
      .values({ ...values, type: 'passkey', confirmedAt: sql`now()` })
      .onConflictDoNothing({ target: this.#table.credentialId })
      .returning()
    return row
  }

  async renamePasskey(userId: UserId, id: string, name: string): Promise<FactorRow | undefined> {
    const [row] = await this.#tx.update(this.#table).set({ name }).where(this.#ownPasskey(userId, id)).returning()
    return row
  }

  async removePasskey(userId: UserId, id: string): Promise<FactorRow | undefined> {
    const [row] = await this.#tx.delete(this.#table).where(this.#ownPasskey(userId, id)).returning()
    return row
  }

  async replaceRecoveryCodes(userId: UserId, hashes: readonly string[]): Promise<void> {
    await this.removeRecoveryCodes(userId)
    const rows = hashes.map((secret) => ({ userId, type: 'recovery' as const, secret, confirmedAt: sql`now()` }))
    await this.#tx.insert(this.#table).values(rows)
  }

  async removeRecoveryCodes(userId: UserId): Promise<void> {
    await this.#tx.delete(this.#table).where(this.#recovery(userId))
  }

  /** Takes a recovery code: one of two at once has it. */
  async takeRecoveryCode(userId: UserId, hash: string): Promise<boolean> {
    const where = and(this.#recovery(userId), eq(this.#table.secret, hash))
    return (await this.#tx.delete(this.#table).where(where).returning()).length > 0
  }

  async recoveryCodesLeft(userId: UserId): Promise<number> {
    const [row] = await this.#tx.select({ left: count() }).from(this.#table).where(this.#recovery(userId))
    return row?.left ?? 0
  }

  /** Also those that are not confirmed. Gives how many there were, without recovery codes. */
  async removeAll(userId: UserId): Promise<number> {
    const removed = await this.#tx.delete(this.#table).where(this.#of(userId)).returning({ type: this.#table.type })
    return removed.filter(({ type }) => type !== 'recovery').length
  }

  async #use(where: SQL | undefined, counter: number): Promise<boolean> {
    const changes = { counter, lastUsedAt: sql`now()` }
    return (await this.#tx.update(this.#table).set(changes).where(where).returning()).length > 0
  }

  #of(userId: UserId): SQL {
    return eq(this.#table.userId, userId)
  }

  #factors(userId: UserId): SQL | undefined {
    const { type, confirmedAt } = this.#table
    return and(this.#of(userId), inArray(type, ['totp', 'passkey']), isNotNull(confirmedAt))
  }

  #confirmedTotp(userId: UserId): SQL | undefined {
    return and(this.#of(userId), eq(this.#table.type, 'totp'), isNotNull(this.#table.confirmedAt))
  }

  #recovery(userId: UserId): SQL | undefined {
    return and(this.#of(userId), eq(this.#table.type, 'recovery'))
  }

  #ownPasskey(userId: UserId, id: string): SQL | undefined {
    return and(this.#of(userId), eq(this.#table.type, 'passkey'), eq(this.#table.id, id))
  }
}
