import { and, count, desc, eq, sql } from 'drizzle-orm'
import type { UsedValues } from '../../core/dependency.ts'
import { Conflict, NotFound } from '../../core/errors/index.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { newApiKey } from '../core/api-key-format.ts'
import type { UserId } from '../identity.ts'
import type { KeyParts } from './options.ts'
import type { KeyRow, NewKey } from './schemas.ts'

type Used = Pick<AccountsCore, 'tx' | 'userRows' | 'events' | 'process'>

/** Whose keys, and who acts. */
interface Whose {
  readonly userId: UserId
  readonly actorId: UserId
}

export interface MadeKey {
  readonly row: KeyRow
  readonly key: string
}

/** The keys of one user, in the operation's transaction. */
export class UserKeys {
  readonly #parts: KeyParts
  readonly #uses: UsedValues<Used>
  readonly #whose: Whose

  constructor(parts: KeyParts, uses: UsedValues<Used>, whose: Whose) {
    this.#parts = parts
    this.#uses = uses
    this.#whose = whose
  }

  async make(wanted: NewKey, organisationId: string | null): Promise<MadeKey> {
    const { tx, userRows, events } = this.#uses
    const { userId, actorId } = this.#whose
    // Locked, so that of many at once none is one too many.
    await userRows.credentials(userId)
    await this.#checkCount()
    const { key, ...kept } = newApiKey()
    const { name, scopes, expiresInDays, perMinute } = wanted
    const [row] = await tx
      .insert(this.#keys)
      .values({
        ...kept,
        userId,
        name,
        scopes,
        perMinute,
        organisationId,
        createdBy: String(actorId),
        expiresAt: expiresInDays === null ? null : sql`now() + make_interval(days => ${expiresInDays})`,
      })
      .returning()
    const { id, prefix } = row!
    await events.record('api_key_created', { userId, actorId, details: { keyId: id, prefix, name, scopes } })
    return { row: row!, key }
  }

  /** The newest first. */
  list(): Promise<KeyRow[]> {
    const { tx } = this.#uses
    const { userId, id } = this.#keys
    return tx.select().from(this.#keys).where(eq(userId, this.#whose.userId)).orderBy(desc(id))
  }

  /** @throws NotFound */
  async rename(id: string, name: string): Promise<KeyRow> {
    const [row] = await this.#uses.tx.update(this.#keys).set({ name }).where(this.#own(id)).returning()
    if (row === undefined) throw missing()
    return row
  }

  /** @throws NotFound */
  async revoke(id: string): Promise<void> {
    const { tx, process, events } = this.#uses
    const [row] = await tx.delete(this.#keys).where(this.#own(id)).returning()
    if (row === undefined) throw missing()
    await process.revocations.record(tx, { kind: 'key', subject: id })
    const { prefix, name } = row
    await events.record('api_key_revoked', { ...this.#whose, details: { keyId: id, prefix, name } })
  }

  get #keys() {
    return this.#parts.core.tables.authApiKeys
  }

  #own(id: string) {
    return and(eq(this.#keys.id, id), eq(this.#keys.userId, this.#whose.userId))
  }

  async #checkCount(): Promise<void> {
    const { maxPerUser } = this.#parts
    const ofUser = eq(this.#keys.userId, this.#whose.userId)
    const [found] = await this.#uses.tx.select({ keys: count() }).from(this.#keys).where(ofUser)
    if (found!.keys >= maxPerUser)
      throw new Conflict(`There are ${maxPerUser} keys already, expired ones included: revoke one first.`)
  }
}

function missing(): Error {
  return new NotFound('There is no such key.')
}
