import { extensible } from '../../core/extensible-router.ts'
import { router, type RouterChildren } from '../../core/router.ts'
import { accountsBase } from '../core/base.ts'
import { makeCore } from '../core/make-core.ts'
import { noStore } from '../core/no-store.ts'
import type { AccountsOptions } from '../core/options.ts'
import { passwordsDependency } from '../password/passwords.ts'
import type { UserTable } from '../tables/user-columns.ts'
import { checkTables, checkUsers } from './check-users.ts'
import { accountOperations } from './operations.ts'
import { passwordChangesDependency } from './password-changes.ts'
import { accountSchemas } from './schemas.ts'
import { accountServices } from './services.ts'
import type { Accounts } from './types.ts'

/**
 * Adds accounts to an app: registration, log-in, sessions and tokens, passwords, addresses, and their administration. What it gives knows who calls
 * (`createApp({ auth })`), has the access rules, and a router of ordinary operations below `/auth`, which can be replaced or taken away one by one.
 *
 * By default addresses are confirmed before there is an account, passwords have 15 characters, access tokens hold 15 minutes, and a session 30 days.
 * Answers never tell whether an address is known.
 *
 * @example
 * const users = pgTable('users', { ...userColumns(), name: varchar().notNull() })
 * const authTables = accountTables(users)
 * const auth = accounts({
 *   database: database({ schema: { users, ...authTables } }),
 *   users,
 *   tables: authTables,
 *   profile: ['name'],
 *   roles: { editor: ['posts:*'], admin: ['*'] },
 * })
 * const app = createApp({ title: 'Blog', version: '1', auth, database: auth.core.database, api: router('', { auth: auth.api }) })
 * @throws TypeError where the table lacks a column, an option names one that it does not have, the schema of the database lacks a table,
 *   or in production no origin is given.
 */
export function accounts<Users extends UserTable, const Options extends AccountsOptions<Users>>(
  options: Options & { readonly users: Users },
): Accounts<Users, Options> {
  const base = accountsBase<Users>(options)
  checkUsers(base.options)
  checkTables(base.options)
  const { core, authenticators } = makeCore(base)
  const passwords = passwordsDependency(core)
  const passwordChanges = passwordChangesDependency(core, passwords)
  const parts = { core, schemas: accountSchemas(base.options), passwords, passwordChanges }
  const { register, ...operations } = accountOperations(parts)
  const isClosed = base.options.register?.verification === 'closed'
  const children = { ...(!isClosed && { register }), ...operations } as unknown as RouterChildren
  const api = extensible(router('/auth', { tags: ['auth'], uses: { noStore }, idempotent: false }, children))
  // The operations are those of the types: the conditions are the same.
  return {
    kind: 'accounts',
    authenticators,
    access: core.access,
    api: api as never,
    services: accountServices(parts),
    core,
  }
}
