import { extensible, type ExtensibleRouter } from '../../core/extensible-router.ts'
import { router } from '../../core/router.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { noStore } from '../core/no-store.ts'
import { adminKeyOperations } from './admin-keys.ts'
import { keyParts, type ApiKeysOptions, type KeyParts } from './options.ts'
import { ownKeyOperations } from './own-keys.ts'

/**
 * API keys for programs of your users: made, listed, renamed and revoked below `/auth/keys`, and by administrators below `/auth/admin/users/:userId/keys`.
 * A key is sent as `Authorization: Bearer ak_...` or as `X-API-Key: ak_...`, and is the same identity as its user in every operation, limited to its scopes.
 *
 * A key is shown once and kept as a hash. With `scopes: ['read']` it changes nothing anywhere; without scopes it may what its user may, but for making
 * keys. It ends at once, on all processes, when it is revoked or its user is disabled.
 *
 * @example
 * const users = pgTable('users', userColumns())
 * const tables = accountTables(users)
 * const db = database({ schema: { users, ...tables } })
 * const auth = accounts({ database: db, users, tables })
 * const keys = apiKeys(auth, { scopes: { 'posts:write': 'Write posts' }, maxExpiresInDays: 365 })
 * createApp({ title: 'Blog', version: '1.0.0', auth, database: db, api: router('', { auth: auth.api, keys }) })
 * @throws TypeError for a scope that is none, or a number that is not whole and above 0.
 */
export function apiKeys(
  auth: { readonly core: AccountsCore },
  options: ApiKeysOptions = {},
): ExtensibleRouter<ApiKeyOperations> {
  const operations = keyOperations(keyParts(auth.core, options))
  const made = router('/auth', { tags: ['api-keys'], uses: { noStore }, idempotent: false }, operations)
  // Its children are those that it was made of.
  return extensible(made) as ExtensibleRouter<ApiKeyOperations>
}

function keyOperations(parts: KeyParts) {
  return { ...ownKeyOperations(parts), admin: adminKeyOperations(parts) }
}

/** The operations of {@link apiKeys}, by their names. */
export type ApiKeyOperations = ReturnType<typeof keyOperations>
