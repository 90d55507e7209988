import { and, count, eq, inArray, isNotNull } from 'drizzle-orm'
import { dependency } from '../../core/dependency.ts'
import { ValidationFailed } from '../../core/errors/index.ts'
import type { Transaction } from '../../data/drizzle.ts'
import type { AccountsCore, OfOperation } from '../core/accounts-core.ts'
import type { Aside } from '../core/aside.ts'
import { EmailNotVerified, InvalidCredentials } from '../core/errors.ts'
import type { Attempts } from '../core/services.ts'
import type { Credentials, UserRow, UserRows } from '../core/user-row.ts'
import type { UserId } from '../identity.ts'
import { CredentialRows } from '../users/credential-rows.ts'
import { canonicalLogin } from '../users/user-columns.ts'
import { TableUsers } from '../users/user-rows.ts'
import { hashPassword, needsRehash, verifyPassword } from './password.ts'
import { passwordProblem } from './policy.ts'

/** Whose password it will be: what it must not be made of. */
export interface PasswordOwner {
  readonly user: Readonly<Record<string, unknown>>
  /** Of a user that exists. */
  readonly userId?: UserId
}

/**
 * Passwords checked and hashed. Each takes its time and its turn, so all of it is done before the operation's transaction begins: what the database is asked
 * before is asked beside it, and looked at again in it.
 */
export interface Passwords {
  /**
   * Whose log-in and password these are. Counts as an attempt, and hashes once whether there is such an account or not (GA3).
   *
   * @throws InvalidCredentials, EmailNotVerified, TooManyRequests, Unavailable
   */
  ofLogin(login: string, password: string): Promise<UserRow>
  /** The same for a user who is known already. */
  ofUser(userId: UserId, password: string): Promise<UserRow>
  /** Whether this is the user's password; `false` also where they have none. Counts as an attempt. */
  matches(userId: UserId, password: string): Promise<boolean>
  /** The user as they are now, read beside the operation's transaction. */
  owner(userId: UserId): Promise<UserRow | undefined>
  /** Whether the user has a password. */
  has(userId: UserId): Promise<boolean>
  /**
   * The hash of a new password.
   *
   * @param field - What it is called in the request.
   * @throws ValidationFailed where the policy does not allow it.
   */
  hash(password: string, owner: PasswordOwner, field?: string): Promise<string>
}

type Used = { readonly aside: Aside; readonly attempts: Attempts; readonly userRows: UserRows }

/** Passwords of the accounts, for an operation. */
export function passwordsDependency(core: AccountsCore): OfOperation<Passwords> {
  return dependency(
    { name: 'accounts.passwords', uses: { aside: core.aside, attempts: core.attempts, userRows: core.userRows } },
    (uses): Passwords => new CheckedPasswords(core, uses),
  )
}

interface Found {
  readonly user: UserRow | undefined
  readonly credentials: Credentials | undefined
}

/**
 * What guesses are counted under. Those at a name are answered 429 where there were too many, whether anybody has it or not. Those at a user are one count
 * for all names and sessions of theirs; where it is out, a log-in is answered as if the password were wrong, since 429 would tell whose the name is.
 */
export const OF_LOGIN = 'log-in'
export const OF_USER = 'password'
const MIN_LENGTH_WITH_FACTOR = 8

class CheckedPasswords implements Passwords {
  readonly #core: AccountsCore
  readonly #uses: Used

  constructor(core: AccountsCore, uses: Used) {
    this.#core = core
    this.#uses = uses
  }

  async ofLogin(login: string, password: string): Promise<UserRow> {
    const { attempts } = this.#uses
    const name = canonicalLogin(login)
    await attempts.count(OF_LOGIN, name)
    const found = await this.#find((users) => users.byLogin(login))
    // Also for nobody: one statement less would tell.
    const hasLeft = await attempts.hasLeft(OF_USER, String(found.user?.id ?? `nobody ${name}`))
    const isRight = await verifyPassword(password, found.credentials?.passwordHash)
    if (!hasLeft) throw new InvalidCredentials()
    const user = await this.#proved(found, isRight, password)
    attempts.succeeded(OF_LOGIN, name)
    return this.#verified(user)
  }

  async ofUser(userId: UserId, password: string): Promise<UserRow> {
    await this.#uses.attempts.count(OF_USER, String(userId))
    const found = await this.#find((users) => users.byId(userId))
    const isRight = await verifyPassword(password, found.credentials?.passwordHash)
    return this.#verified(await this.#proved(found, isRight, password))
  }

  async matches(userId: UserId, password: string): Promise<boolean> {
    const { attempts } = this.#uses
    await attempts.count(OF_USER, String(userId))
    const { credentials } = await this.#find((users) => users.byId(userId))
    const isRight = await verifyPassword(password, credentials?.passwordHash)
    if (isRight) attempts.succeeded(OF_USER, String(userId))
    return isRight
  }

  async owner(userId: UserId): Promise<UserRow | undefined> {
    return (await this.#find((users) => users.byId(userId))).user
  }

  async has(userId: UserId): Promise<boolean> {
    const { credentials } = await this.#find((users) => users.byId(userId))
    return (credentials?.passwordHash ?? null) !== null
  }

  async hash(password: string, { user, userId }: PasswordOwner, field = 'password'): Promise<string> {
    const { options, appName } = this.#core
    // What is configured holds for all: a second factor lowers the default alone.
    const minLength = options.password?.minLength ?? (await this.#defaultMinLength(userId))
    const problem = await passwordProblem(password, { ...options.password, minLength, appName, user })
    if (problem !== undefined) throw new ValidationFailed([{ in: 'body', path: [field], ...problem }])
    return hashPassword(password)
  }

  async #proved({ user, credentials }: Found, isRight: boolean, password: string): Promise<UserRow> {
    if (!isRight || user === undefined || credentials?.mustReset !== false) throw new InvalidCredentials()
    const upgraded = needsRehash(credentials.passwordHash!) ? await hashPassword(password) : undefined
    return this.#settled(credentials, upgraded)
  }

  /** In the operation's transaction: until it ends, nobody changes the password or disables the account. */
  async #settled(verified: Credentials, upgraded: string | undefined): Promise<UserRow> {
    const { userRows, attempts } = this.#uses
    const now = await userRows.credentials(verified.userId)
    const user = await userRows.byId(verified.userId)
    const isSame = now.passwordHash !== null && now.passwordChangedAt === verified.passwordChangedAt && !now.mustReset
    if (user === undefined || !isSame) throw new InvalidCredentials()
    attempts.succeeded(OF_USER, String(user.id))
    if (upgraded !== undefined) await userRows.upgradePassword(user.id, upgraded)
    return user
  }

  #verified(user: UserRow): UserRow {
    if (this.#mustVerify(user)) throw new EmailNotVerified()
    return user
  }

  #mustVerify({ email, emailVerifiedAt }: UserRow): boolean {
    const { verification = 'before' } = this.#core.options.register ?? {}
    return verification === 'before' && email !== null && emailVerifiedAt === null
  }

  #find(find: (users: UserRows) => Promise<UserRow | undefined>): Promise<Found> {
    return this.#uses.aside.run(async (tx: Transaction) => {
      const user = await find(new TableUsers(this.#core, tx))
      const rows = new CredentialRows(this.#core.tables, tx)
      return { user, credentials: user && (await rows.read(user.id)) }
    })
  }

  async #defaultMinLength(id: UserId | undefined): Promise<number | undefined> {
    return id !== undefined && (await this.#hasFactor(id)) ? MIN_LENGTH_WITH_FACTOR : undefined
  }

  #hasFactor(id: UserId): Promise<boolean> {
    const { authFactors } = this.#core.tables
    const { userId, type, confirmedAt } = authFactors
    return this.#uses.aside.run(async (tx) => {
      const where = and(eq(userId, id), inArray(type, ['totp', 'passkey']), isNotNull(confirmedAt))
      const [row] = await tx.select({ factors: count() }).from(authFactors).where(where)
      return (row?.factors ?? 0) > 0
    })
  }
}
