import { dependency, type UsedValues } from '../../core/dependency.ts'
import type { AccountsCore, OfOperation } from '../core/accounts-core.ts'
import { TokenInvalid } from '../core/errors.ts'
import type { UserRow } from '../core/user-row.ts'
import { OF_LOGIN, OF_USER, type Passwords } from '../password/passwords.ts'
import { canonicalEmail } from '../users/canonical-email.ts'
import { endPreRegistration } from '../users/pre-registration.ts'
import { RESET_PASSWORD } from './parts.ts'

const MAX_LOOKS = 10

/** Passwords set anew, with all that goes with it. */
export interface PasswordChanges {
  /**
   * Sends a link to set another password with; nothing where nobody has the address. Counts as an attempt.
   *
   * @throws TooManyRequests
   */
  requestReset(email: string): Promise<void>
  /**
   * Sets another password by the token of a mail. All sessions end.
   *
   * @param field - What the password is called in the request. Default `password`.
   * @throws TokenInvalid, and ValidationFailed where the policy does not allow it.
   */
  reset(token: string, password: string, field?: string): Promise<void>
  /**
   * Sets a password that {@link Passwords.hash} has hashed. All sessions end, but for the one named `except`, whose tokens must be renewed; the owner is
   * told by mail.
   */
  set(user: UserRow, passwordHash: string, options?: { readonly except?: string | undefined }): Promise<void>
}

type Uses = Pick<AccountsCore, 'tx' | 'userRows' | 'oneTimeTokens' | 'sessions' | 'mail' | 'attempts' | 'events'> & {
  readonly passwords: OfOperation<Passwords>
}

/** Changes of passwords in the operation's transaction. */
export function passwordChangesDependency(core: AccountsCore, passwords: OfOperation<Passwords>) {
  const { tx, userRows, oneTimeTokens, sessions, mail, attempts, events } = core
  const uses: Uses = { tx, userRows, oneTimeTokens, sessions, mail, attempts, events, passwords }
  return dependency(
    { name: 'accounts.passwordChanges', uses },
    (used): PasswordChanges => new OperationPasswordChanges(core, used),
  )
}

class OperationPasswordChanges implements PasswordChanges {
  readonly #core: AccountsCore
  readonly #uses: UsedValues<Uses>

  constructor(core: AccountsCore, uses: UsedValues<Uses>) {
    this.#core = core
    this.#uses = uses
  }

  async requestReset(address: string): Promise<void> {
    const email = canonicalEmail(address)
    const { userRows, oneTimeTokens, mail, attempts, events } = this.#uses
    await attempts.count('reset', email)
    const user = await userRows.byEmail(email)
    if (user === undefined || user.disabledAt !== null) return
    await oneTimeTokens.drop(user.id, RESET_PASSWORD.purpose)
    const token = await oneTimeTokens.issue({ ...RESET_PASSWORD, userId: user.id, subject: email })
    mail.send('reset-password', email, { token })
    await events.record('password_reset_requested', { userId: user.id })
  }

  async reset(token: string, password: string, field?: string): Promise<void> {
    const { userRows, oneTimeTokens, passwords } = this.#uses
    const { userId } = await oneTimeTokens.attempt(RESET_PASSWORD.purpose, token, MAX_LOOKS)
    const owner = userId === null ? undefined : await passwords.owner(userId)
    if (owner === undefined || owner.disabledAt !== null) throw new TokenInvalid()
    const passwordHash = await passwords.hash(password, { user: owner, userId: owner.id }, field)
    await userRows.credentials(owner.id)
    const { subject } = await oneTimeTokens.take(RESET_PASSWORD.purpose, token)
    const user = await userRows.byId(owner.id)
    if (user === undefined || user.disabledAt !== null || user.email !== subject) throw new TokenInvalid()
    await this.#settle(user, passwordHash)
  }

  async #settle(user: UserRow, passwordHash: string): Promise<void> {
    const { userRows, sessions, mail, attempts, events } = this.#uses
    // Who has read the message has shown that the address is theirs; who set the account up has not (GA11).
    if (user.emailVerifiedAt === null) {
      await endPreRegistration(this.#uses, this.#core.tables, user.id)
      await userRows.update(user.id, { emailVerifiedAt: new Date().toISOString() })
    }
    await userRows.setPassword(user.id, passwordHash)
    await sessions.endAll(user.id)
    await events.record('password_reset', { userId: user.id })
    attempts.succeeded(OF_USER, String(user.id))
    if (user.email === null) return
    attempts.succeeded(OF_LOGIN, user.email)
    mail.send('password-changed', user.email)
  }

  async set(user: UserRow, passwordHash: string, { except }: { readonly except?: string | undefined } = {}) {
    const { userRows, sessions, mail, events } = this.#uses
    await userRows.setPassword(user.id, passwordHash)
    await sessions.endAll(user.id, { except })
    await events.record('password_changed', { userId: user.id })
    if (user.email !== null) mail.send('password-changed', user.email)
  }
}
