import type { Pool } from 'pg'
import type { AccessFor, AccessRule } from '../../core/access/index.ts'
import type { Dependency } from '../../core/dependency.ts'
import type { Database } from '../../data/database.ts'
import type { DrizzleSchema, Transaction } from '../../data/drizzle.ts'
import type { AuthenticationMethod, Identity } from '../identity.ts'
import type { AccountTables } from '../tables/account-tables.ts'
import type { UserTable } from '../tables/user-columns.ts'
import type { Aside } from './aside.ts'
import type { AccountsOptions } from './options.ts'
import type {
  AccountEvents,
  AccountMail,
  AccountsProcess,
  Attempts,
  LogIn,
  OneTimeTokens,
  Sessions,
} from './services.ts'
import type { UserRows } from './user-row.ts'

/** Of an operation, without inputs of its own. */
export type OfOperation<Value> = Dependency<
  Value,
  { inputs: {}; uses: {}; errors: never; life: 'handled'; request: true }
>
/** Of the app, from start to stop. */
export type OfApp<Value> = Dependency<Value, { inputs: {}; uses: {}; errors: never; life: 'app'; request: false }>

/** The access rules with the identity as `user`, and those that only accounts can give. */
export interface IdentityRules extends AccessFor<Identity> {
  /**
   * A caller who has proved who they are within the last seconds, by any method or by one of `methods`. Others are answered 401 `recent_authentication_required`
   * with `max_age` in the challenge (RFC 9470).
   */
  readonly recent: (seconds: number, methods?: readonly AuthenticationMethod[]) => AccessRule<Identity>
  /** A caller with all rights of their user: not an API key with scopes, not another app. For managing the account itself. */
  readonly unrestricted: AccessRule<Identity>
}

/**
 * What the parts of accounts are made of: factors, keys, providers and the authorization server take it and give operations.
 *
 * @internal
 */
export interface AccountsCore {
  readonly options: AccountsOptions
  /** Without a slash at the end. */
  readonly origin: string
  readonly appName: string
  readonly database: Database<DrizzleSchema>
  readonly users: UserTable
  readonly tables: AccountTables
  readonly access: IdentityRules
  /** The operation's transaction, past the policies of the database: accounts act for the app itself. */
  readonly tx: OfOperation<Transaction>
  /**
   * Connections outside of the operations' transactions, each statement for itself, for what must stay whatever becomes of the operation: never
   * `database.pool`, whose connections may all be held by operations that wait for one more.
   */
  readonly outside: OfApp<Pool>
  /** What must stay where the request then fails. */
  readonly aside: OfApp<Aside>
  readonly process: OfApp<AccountsProcess>
  readonly userRows: OfOperation<UserRows>
  readonly sessions: OfOperation<Sessions>
  readonly logIn: OfOperation<LogIn>
  readonly oneTimeTokens: OfOperation<OneTimeTokens>
  readonly attempts: OfOperation<Attempts>
  readonly mail: OfOperation<AccountMail>
  readonly events: OfOperation<AccountEvents>
}
