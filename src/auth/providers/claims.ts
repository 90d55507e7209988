import { OWN_COLUMNS } from '../accounts/check-users.ts'
import { Email } from '../users/canonical-email.ts'
import type { ProviderClaims, ProviderParts } from './options.ts'

/** The address a provider gives, and whether its word for it is a proof. */
export function addressOf(
  { providers }: Pick<ProviderParts, 'providers'>,
  provider: string,
  claims: ProviderClaims,
): { readonly email: string | undefined; readonly isProved: boolean } {
  const email = Email.safeParse(claims['email']).data
  // Some providers write it as text.
  const isVerified = claims['email_verified'] === true || claims['email_verified'] === 'true'
  return { email, isProved: email !== undefined && isVerified && providers[provider]?.trustEmail === true }
}

/**
 * The columns of a user that a provider fills.
 *
 * @throws Error where the app's function gives one that accounts keep themselves.
 */
export function profileOf(
  { core, providers }: Pick<ProviderParts, 'core' | 'providers'>,
  provider: string,
  claims: ProviderClaims,
): Readonly<Record<string, unknown>> {
  const { profile = standardColumns } = providers[provider]!
  const columns = profile(claims)
  const kept = OWN_COLUMNS.filter((key) => key in columns)
  if (kept.length > 0)
    throw new Error(`externalProviders({ ${provider}: { profile } }) gives ${kept.join(', ')}, which accounts keep.`)
  return columns

  function standardColumns(): Readonly<Record<string, unknown>> {
    const keys = (core.options.profile ?? []).filter((key) => typeof claims[key] === 'string')
    return Object.fromEntries(keys.map((key) => [key, claims[key]]))
  }
}
