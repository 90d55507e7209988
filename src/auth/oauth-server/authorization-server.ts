import { router } from '../../core/router.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { authorizeOperation } from './authorize.ts'
import { browserRules } from './browser-user.ts'
import { clientOperations } from './client-operations.ts'
import { decideConsentOperation, readConsentOperation } from './consent.ts'
import { consentOperations } from './consent-operations.ts'
import { introspectOperation } from './introspect.ts'
import { wellKnownRouter } from './metadata.ts'
import { serverParts, type AuthorizationServerOptions, type ServerParts } from './options.ts'
import { revokeOperation } from './revoke.ts'
import { tokenOperation } from './token.ts'

function apiRouter(parts: ServerParts) {
  const rules = browserRules(parts.core)
  return router(
    '/oauth',
    { tags: ['oauth'], idempotent: false },
    {
      authorize: authorizeOperation(parts, rules),
      readConsent: readConsentOperation(parts, rules),
      consent: decideConsentOperation(parts, rules),
      token: tokenOperation(parts),
      introspect: introspectOperation(parts),
      revoke: revokeOperation(parts),
      clients: clientOperations(parts),
      consents: consentOperations(parts),
    },
  )
}

// Interfaces, so that declarations of apps name them: written out they would name what is not public.

/** The operations below `/oauth`. */
export interface AuthorizationServerApi extends ReturnType<typeof apiRouter> {}

/** The operations below `/.well-known`. */
export interface WellKnownApi extends ReturnType<typeof wellKnownRouter> {}

/** What {@link authorizationServer} gives: routers of ordinary operations. */
export interface AuthorizationServer {
  readonly api: AuthorizationServerApi
  /** For the root of the app's tree. */
  readonly wellKnown: WellKnownApi
}

/**
 * Lets other apps act for the users of this one, with what each user has agreed to: an OAuth 2 authorization server. Grants: authorization code with PKCE, which
 * every client needs, refresh token, client credentials. `api` goes anywhere in the app's tree; `wellKnown` at its root, where clients look for it.
 *
 * Codes hold 60 s and one use; one that is used twice ends what it was exchanged for. Access tokens are those of the accounts, limited to their scopes; refresh
 * tokens are rotated.
 *
 * @example
 * const users = pgTable('users', userColumns())
 * const [authTables, oauthTables] = [accountTables(users), oauthServerTables(users)]
 * const db = database({ schema: { users, ...authTables, ...oauthTables } })
 * const auth = accounts({ database: db, users, tables: authTables })
 * const oauth = authorizationServer(auth, { tables: oauthTables, scopes: { 'posts:read': 'Read your posts' } })
 * const api = router('', { auth: auth.api, oauth: oauth.api, wellKnown: oauth.wellKnown })
 * createApp({ title: 'Blog', version: '1.0.0', auth, database: db, api })
 * @throws TypeError for scopes, pages, a prefix or an issuer that cannot be.
 * @see RFC 6749, 7009, 7636, 7662, 8252, 8414, 9068, 9207 and 9700
 */
export function authorizationServer(
  auth: { readonly core: AccountsCore },
  options: AuthorizationServerOptions,
): AuthorizationServer {
  const parts = serverParts(auth.core, options)
  return { api: apiRouter(parts), wellKnown: wellKnownRouter(parts) }
}
