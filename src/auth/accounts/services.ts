/* eslint-disable typescript/no-generated-empty-object-type -- a row's type is known where a table is named */
import type { Transaction } from '../../data/drizzle.ts'
import { dependency } from '../../core/dependency.ts'
import type { AccountsCore, OfApp, OfOperation } from '../core/accounts-core.ts'
import type {
  AccessTokens,
  AccountEvents,
  AccountMail,
  Attempts,
  LogIn,
  OneTimeTokens,
  Sessions,
} from '../core/services.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
import type { Passwords } from '../password/passwords.ts'
import type { UserTable } from '../tables/user-columns.ts'
import type { AccountParts } from './parts.ts'
import type { PasswordChanges } from './password-changes.ts'

/**
 * What the operations of accounts are made of, as dependencies: for operations of your own in their place, or beside them. All of them work in one
 * transaction, `transaction`, which is committed before the response is sent, and which the policies of the database do not bind. Only `accessTokens` is the
 * app's, and works without a request.
 */
export interface AccountServices<Users extends UserTable = UserTable> {
  /** Drizzle, for statements of your own. An operation that uses it, or any of the others, cannot use `database.transaction` as well. */
  readonly transaction: OfOperation<Transaction>
  /** Checks and hashes passwords. */
  readonly passwords: OfOperation<Passwords>
  /** Sets them anew, by whoever may or by a link in a mail. */
  readonly passwordChanges: OfOperation<PasswordChanges>
  /** From the first proved factor to a session, or to the challenge of the second. */
  readonly logIn: OfOperation<LogIn>
  readonly sessions: OfOperation<Sessions>
  /** Rows of the app's table of users, with their credentials. */
  readonly users: OfOperation<UserRows<UserRow & Users['$inferSelect'], Partial<Users['$inferInsert']>>>
  /**
   * Issues access tokens and says whose they are, for an authenticator of your own, a WebSocket or a test. A token that is issued here belongs to no session,
   * unless the subject names one: it is ended by what ends all of its user's. `epoch` is that of the user's `credentials`.
   *
   * @example
   * const socketUser = dependency({ uses: { accessTokens: auth.services.accessTokens } }, ({ accessTokens }) => (token: string) =>
   *   accessTokens.identify(token),
   * )
   * @throws Unauthenticated of `identify`, where a token is not valid, has expired or was ended.
   */
  readonly accessTokens: OfApp<Pick<AccessTokens, 'issue' | 'identify' | 'expiresInSeconds'>>
  readonly oneTimeTokens: OfOperation<OneTimeTokens>
  readonly attempts: OfOperation<Attempts>
  readonly mail: OfOperation<AccountMail>
  readonly events: OfOperation<AccountEvents>
}

type Parts = Pick<AccountParts, 'passwords' | 'passwordChanges'> & { readonly core: AccountsCore }

export function accountServices<Users extends UserTable>(parts: Parts): AccountServices<Users> {
  const { tx, userRows, logIn, sessions, oneTimeTokens, attempts, mail, events } = parts.core
  const { passwords, passwordChanges } = parts
  const accessTokens = dependency(
    { name: 'accounts.accessTokens', scope: 'app', uses: { process: parts.core.process } },
    ({ process }) => process.accessTokens,
  )
  return {
    transaction: tx,
    passwords,
    passwordChanges,
    logIn,
    sessions,
    users: userRows,
    accessTokens,
    oneTimeTokens,
    attempts,
    mail,
    events,
  }
}
