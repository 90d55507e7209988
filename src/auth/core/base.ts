import type { Database } from '../../data/database.ts'
import type { DrizzleSchema } from '../../data/drizzle.ts'
import type { UserTable } from '../tables/user-columns.ts'
import type { AccountsCore } from './accounts-core.ts'
import type { AccountsOptions } from './options.ts'
import { outsideConnections } from './outside.ts'

/** What everything else of accounts is made of. */
export type AccountsBase = Pick<
  AccountsCore,
  'options' | 'origin' | 'appName' | 'database' | 'users' | 'tables' | 'outside'
>

const DEVELOPMENT_ORIGIN = 'http://localhost:3000'

/** @throws TypeError where the origin is missing in production, or is none. */
export function accountsBase<Users extends UserTable>(options: AccountsOptions<Users>): AccountsBase {
  const { users, tables } = options
  // The database's own schema does not matter here.
  const database = options.database as unknown as Database<DrizzleSchema>
  const origin = originOf(options.origin ?? process.env.ASHLAR_ORIGIN)
  const appName = options.appName ?? new URL(origin).host
  const outside = outsideConnections({ database })
  return { options, origin, appName, database, users, tables, outside }
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
