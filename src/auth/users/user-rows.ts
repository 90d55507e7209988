import { eq, or, type SQL } from 'drizzle-orm'
import { dependency } from '../../core/dependency.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { translateDatabaseError } from '../../data/translate-error.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { AccountsBase } from '../core/base.ts'
import type { Credentials, UserRow, UserRows } from '../core/user-row.ts'
import type { UserId } from '../identity.ts'
import { canonicalEmail } from './canonical-email.ts'
import { CredentialRows } from './credential-rows.ts'
import { canonicalLogin, columnsOf, loginColumns, storedValues, userRowReader } from './user-columns.ts'
import { userIdOf } from './user-id.ts'

/** The users of the operation's transaction. */
export function userRowsDependency(base: AccountsBase & Pick<AccountsCore, 'tx'>): AccountsCore['userRows'] {
  return dependency(
    { name: 'accounts.userRows', uses: { tx: base.tx } },
    ({ tx }): UserRows => new TableUsers(base, tx),
  )
}

/** Users in the app's own table, of which no more is known than the columns that accounts need. */
export class TableUsers implements UserRows {
  readonly #base: AccountsBase
  readonly #tx: Transaction
  readonly #credentials: CredentialRows
  readonly #read: (row: Readonly<Record<string, unknown>>) => UserRow

  constructor(base: AccountsBase, tx: Transaction) {
    this.#base = base
    this.#tx = tx
    this.#credentials = new CredentialRows(base.tables, tx)
    this.#read = userRowReader(base.users)
  }

  byId(id: UserId): Promise<UserRow | undefined> {
    const { users } = this.#base
    const known = userIdOf(users, id)
    return known === undefined ? Promise.resolve(undefined) : this.#find(eq(users.id, known))
  }

  byEmail(email: string): Promise<UserRow | undefined> {
    return this.#find(eq(this.#base.users.email, canonicalEmail(email)))
  }

  byLogin(login: string): Promise<UserRow | undefined> {
    const columns = columnsOf(this.#base.users)
    const keys = loginColumns(login, this.#base.options.logInWith ?? ['email'])
    if (keys.length === 0) return Promise.resolve(undefined)
    return this.#find(or(...keys.map((key) => eq(columns[key]!, canonicalLogin(login))))!)
  }

  async insert(values: Readonly<Record<string, unknown>>): Promise<UserRow> {
    // In a savepoint: who finds that an address is taken goes on in the same transaction.
    const row = await this.#refusing(() =>
      this.#tx.transaction(async (tx) => {
        const [inserted] = await tx
          .insert(this.#base.users)
          .values(storedValues(values, this.#base.options.logInWith))
          .returning()
        await new CredentialRows(this.#base.tables, tx).make((inserted as unknown as UserRow).id)
        return inserted!
      }),
    )
    return this.#read(row)
  }

  async update(id: UserId, changes: Readonly<Record<string, unknown>>): Promise<UserRow> {
    const { users } = this.#base
    const values = storedValues(changes, this.#base.options.logInWith)
    // Nothing changes: Drizzle has no statement for that.
    if (Object.values(values).every((value) => value === undefined)) return this.#present(await this.byId(id))
    const [row] = await this.#refusing(() =>
      this.#tx.transaction((tx) => tx.update(users).set(values).where(eq(users.id, id)).returning()),
    )
    return this.#present(row && this.#read(row))
  }

  #present(row: UserRow | undefined): UserRow {
    if (row !== undefined) return row
    throw new Error('The user that is to be changed is not there any more.')
  }

  async remove(id: UserId): Promise<void> {
    await this.#tx.delete(this.#base.users).where(eq(this.#base.users.id, id))
  }

  credentials(id: UserId): Promise<Credentials> {
    return this.#credentials.lock(id)
  }

  setPassword(id: UserId, passwordHash: string | null): Promise<void> {
    return this.#credentials.setPassword(id, passwordHash)
  }

  upgradePassword(id: UserId, passwordHash: string): Promise<void> {
    return this.#credentials.upgradePassword(id, passwordHash)
  }

  setMustReset(id: UserId, mustReset: boolean): Promise<void> {
    return this.#credentials.setMustReset(id, mustReset)
  }

  async #find(where: SQL): Promise<UserRow | undefined> {
    const [row] = await this.#tx.select().from(this.#base.users).where(where).limit(1)
    return row && this.#read(row)
  }

  /** With the error that callers know, in the place of the driver's. */
  async #refusing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw translateDatabaseError(error) ?? error
    }
  }
}
