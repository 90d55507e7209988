import { dependency } from '../../core/dependency.ts'
import { isSecured } from '../../data/rls/row-security.ts'
import { systemTransaction } from '../../data/tx-runner.ts'
import type { UserTable } from '../tables/user-columns.ts'
import type { AccountsCore } from './accounts-core.ts'
import type { AccountsOptions } from './options.ts'

/** What everything else of accounts is made of. */
export type AccountsBase = Pick<AccountsCore, 'options' | 'origin' | 'appName' | 'database' | 'users' | 'tables'>

const DEVELOPMENT_ORIGIN = 'http://localhost:3000'

/** @throws TypeError where the origin is missing in production, or is none. */
export function accountsBase<Users extends UserTable>(options: AccountsOptions<Users>): AccountsBase {
  const { database, users, tables } = options
  const origin = originOf(options.origin ?? process.env.ASHLAR_ORIGIN)
  const appName = options.appName ?? new URL(origin).host
  return { options: options as unknown as AccountsOptions, origin, appName, database, users, tables }
}

function originOf(given: string | undefined): string {
  if (given === undefined || given === '') {
    if (process.env.NODE_ENV !== 'production') return DEVELOPMENT_ORIGIN
    throw new TypeError(
      'accounts({ origin }): in production say where the app is reached, as origin or in ASHLAR_ORIGIN, such as "https://app.example.com". Links in mails are made of it, never of a request.',
    )
  }
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || given.replace(/\/$/, '') !== url.origin)
    throw new TypeError(
      `accounts({ origin }): an origin is a scheme and a host, such as "https://app.example.com"; got ${JSON.stringify(given)}.`,
    )
  return url.origin
}

/** The operation's transaction, past the policies of the database. */
export function accountsTransaction({ database }: Pick<AccountsBase, 'database'>): AccountsCore['tx'] {
  const secured = isSecured(database)
  return dependency({ name: 'accounts.transaction', uses: { tx: database.transaction } }, ({ tx }) =>
    secured ? systemTransaction(tx) : tx,
  ) as unknown as AccountsCore['tx']
}
