import { extensible, type ExtensibleRouter } from '../../core/extensible-router.ts'
import { router } from '../../core/router.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { noStore } from '../core/no-store.ts'
import { identitiesOperation, linkOperation, unlinkOperation } from './link-operations.ts'
import { callbackOperation, exchangeOperation, startOperation } from './log-in-operations.ts'
import { checkedParts, type ExternalProvider, type ExternalProvidersOptions, type ProviderParts } from './options.ts'
import { providerClients } from './provider-clients.ts'

const TIMEOUT_SECONDS = 10

/**
 * Lets people log in with accounts they have elsewhere: OpenID Connect providers, below `/auth/providers`. Needs the package `openid-client`. At each provider the
 * redirect URI `<origin>/auth/providers/<name>/callback` is registered.
 *
 * A log-in is the first factor: a second one is asked for as after a password. It begins with `GET /auth/providers/<name>/start?returnTo=/` in the browser, which has
 * 10 minutes. State, nonce, PKCE and issuer are checked, and bound to that browser. Users are known by the provider's name and its subject; an account with the same address
 * is theirs only where both sides have proved the address (`trustEmail`).
 *
 * @example
 * const providers = externalProviders(auth, {
 *   google: { issuer: 'https://accounts.google.com', clientId: '1234.apps.example', clientSecret: 'secret', trustEmail: true },
 * })
 * createApp({ title: 'Notes', version: '1.0.0', auth, api: router('', { auth: auth.api, providers }) })
 * @throws TypeError for an issuer, a name, a prefix, a page or an address that cannot be.
 * @see OpenID Connect Core 1.0; RFC 6749, 7636, 9207 and 9700
 */
export function externalProviders<Name extends string>(
  auth: { readonly core: AccountsCore },
  providers: Readonly<Record<Name, ExternalProvider>>,
  options: ExternalProvidersOptions = {},
): ExtensibleRouter<ProviderOperations<Name>> {
  const { timeoutSeconds = TIMEOUT_SECONDS } = options
  if (!Number.isFinite(timeoutSeconds) || timeoutSeconds <= 0)
    throw new TypeError(`externalProviders({ timeoutSeconds }): a number above 0; got ${timeoutSeconds}.`)
  const clients = providerClients(providers, timeoutSeconds)
  const parts = { ...checkedParts(auth.core, providers, options), clients }
  const children = providerOperations(parts)
  // With the types of its children.
  return extensible(
    router('/auth/providers', { tags: ['auth'], uses: { noStore }, idempotent: false }, children),
  ) as never
}

function providerOperations<Name extends string>(parts: ProviderParts<Name>) {
  return {
    start: startOperation(parts),
    callback: callbackOperation(parts),
    exchange: exchangeOperation(parts),
    link: linkOperation(parts),
    identities: identitiesOperation(parts),
    unlink: unlinkOperation(parts),
  }
}

/** The operations of {@link externalProviders}, by their names. */
export type ProviderOperations<Name extends string = string> = ReturnType<typeof providerOperations<Name>>
