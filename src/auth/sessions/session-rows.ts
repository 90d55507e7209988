import { and, eq, getTableColumns, gt, ne, or, sql, type SQL } from 'drizzle-orm'
import type { PgInsertValue } from 'drizzle-orm/pg-core'
import type { Transaction } from '../../data/drizzle.ts'
import type { UserId } from '../identity.ts'
import type { AccountTables } from '../tables/account-tables.ts'
import { lifetimesOf, type SessionParts } from './parts.ts'

/** A row of `auth_sessions`. */
export type SessionRow = AccountTables['authSessions']['$inferSelect']
/** Times are SQL, by the clock of the database. */
type NewSessionRow = PgInsertValue<AccountTables['authSessions']>

/** Statements about sessions. */
export class SessionRows {
  readonly #tx: Transaction
  readonly #sessions: AccountTables['authSessions']
  readonly #tokens: AccountTables['authRefreshTokens']
  readonly #idleSeconds: number

  constructor({ base, tx }: Pick<SessionParts, 'base' | 'tx'>) {
    this.#tx = tx
    this.#sessions = base.tables.authSessions
    this.#tokens = base.tables.authRefreshTokens
    this.#idleSeconds = lifetimesOf(base).idle
  }

  async insert(values: NewSessionRow): Promise<SessionRow> {
    const [row] = await this.#tx.insert(this.#sessions).values(values).returning()
    return row!
  }

  async insertToken(hash: string, sessionId: string): Promise<void> {
    await this.#tx.insert(this.#tokens).values({ hash, sessionId })
  }

  async byId(id: string): Promise<SessionRow | undefined> {
    const [row] = await this.#tx.select().from(this.#sessions).where(eq(this.#sessions.id, id))
    return row
  }

  /** One that has not expired; nobody else changes it until the transaction ends. */
  async lockLive(id: string): Promise<SessionRow | undefined> {
    const [row] = await this.#tx
      .select()
      .from(this.#sessions)
      .where(and(eq(this.#sessions.id, id), this.#live()))
      .for('update')
    return row
  }

  async bySecret(hash: string): Promise<Pick<SessionRow, 'id' | 'userId'> | undefined> {
    const { id, userId, secretHash } = this.#sessions
    const [row] = await this.#tx.select({ id, userId }).from(this.#sessions).where(eq(secretHash, hash))
    return row
  }

  async byToken(hash: string): Promise<Pick<SessionRow, 'id' | 'userId' | 'clientId'> | undefined> {
    const { id, userId, clientId } = this.#sessions
    const [row] = await this.#tx
      .select({ id, userId, clientId })
      .from(this.#tokens)
      .innerJoin(this.#sessions, eq(this.#tokens.sessionId, id))
      .where(eq(this.#tokens.hash, hash))
    return row
  }

  /** With how long ago it was spent. Read after the session is locked, it stays as it is. */
  async token(hash: string): Promise<TokenRow | undefined> {
    const usedSecondsAgo = sql<number | null>`extract(epoch from clock_timestamp() - ${this.#tokens.usedAt})::float8`
    const [row] = await this.#tx
      .select({ ...getTableColumns(this.#tokens), usedSecondsAgo })
      .from(this.#tokens)
      .where(eq(this.#tokens.hash, hash))
    return row
  }

  async spend(hash: string, successor: string): Promise<void> {
    await this.#tx
      .update(this.#tokens)
      .set({ usedAt: sql`clock_timestamp()`, successor })
      .where(eq(this.#tokens.hash, hash))
  }

  async seen(id: string): Promise<void> {
    await this.#tx
      .update(this.#sessions)
      .set({ lastSeenAt: sql`clock_timestamp()` })
      .where(eq(this.#sessions.id, id))
  }

  /** With its refresh tokens. */
  async remove(id: string): Promise<SessionRow | undefined> {
    const [row] = await this.#tx.delete(this.#sessions).where(eq(this.#sessions.id, id)).returning()
    return row
  }

  /** All of a user, and those in which the user acts as somebody else. */
  removeAll(user: UserId, except: string | undefined): Promise<Pick<SessionRow, 'id' | 'userId'>[]> {
    const { id, userId, impersonatorId } = this.#sessions
    const theirs = or(eq(userId, user), eq(impersonatorId, String(user)))
    return this.#tx
      .delete(this.#sessions)
      .where(except === undefined ? theirs : and(theirs, ne(id, except)))
      .returning({ id, userId })
  }

  /** Those in which the user acts as somebody else. */
  removeImpersonations(user: UserId): Promise<Pick<SessionRow, 'id'>[]> {
    const { id, impersonatorId } = this.#sessions
    return this.#tx
      .delete(this.#sessions)
      .where(eq(impersonatorId, String(user)))
      .returning({ id })
  }

  list(user: UserId, limit: number): Promise<SessionRow[]> {
    const { userId, lastSeenAt, id } = this.#sessions
    return this.#tx
      .select()
      .from(this.#sessions)
      .where(and(eq(userId, user), this.#live()))
      .orderBy(sql`${lastSeenAt} desc, ${id} desc`)
      .limit(limit)
  }

  #live(): SQL | undefined {
    const { expiresAt, kind, lastSeenAt } = this.#sessions
    const idleSince = sql`clock_timestamp() - make_interval(secs => ${this.#idleSeconds})`
    return and(gt(expiresAt, sql`clock_timestamp()`), or(ne(kind, 'cookie'), gt(lastSeenAt, idleSince)))
  }
}

/** A row of `auth_refresh_tokens`. */
export type TokenRow = AccountTables['authRefreshTokens']['$inferSelect'] & { readonly usedSecondsAgo: number | null }

/** `now` and so many seconds, by the clock of the database. */
export function inSeconds(seconds: number): SQL {
  return sql`clock_timestamp() + make_interval(secs => ${seconds})`
}
