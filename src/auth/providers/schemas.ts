import { z } from 'zod'
import { ValidationFailed, type InputPart } from '../../core/errors/index.ts'
import { secret } from '../../schema/secret.ts'
import { safeTarget } from '../core/safe-target.ts'
import { DELIVERIES, type Delivery } from '../core/log-in-result.ts'
import { isRegistered } from '../oauth-server/redirect-uri.ts'
import type { ProviderParts } from './options.ts'

const MAX_LENGTH = 2000

/** Where a flow leads back to; checked by {@link checkedReturn}. */
export const ReturnTo = z.string().min(1).max(MAX_LENGTH).default('/')
export const Code = secret(z.string().min(1).max(200))
/** RFC 7636 section 4.2, `S256`. */
export const Challenge = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
/** RFC 7636 section 4.1. */
export const Verifier = secret(z.string().regex(/^[A-Za-z0-9\-._~]{43,128}$/))

export function deliverySchema({ core }: Pick<ProviderParts, 'core'>) {
  const { deliveries = DELIVERIES } = core.options
  const byDefault: Delivery = deliveries.includes('session') ? 'session' : (deliveries[0] ?? 'tokens')
  return z.enum(deliveries as typeof DELIVERIES).default(byDefault)
}

/**
 * The address to come back to, where the browser may be sent there: below the origin, or of a trusted one. Those of apps on a device take tokens alone.
 *
 * @throws ValidationFailed
 */
export function checkedReturn(
  { origins, returnTo }: Pick<ProviderParts, 'origins' | 'returnTo'>,
  given: string,
  { part, isOfDevice }: { readonly part: InputPart; readonly isOfDevice: boolean },
): string {
  const target = safeTarget(given, origins)
  if (target !== undefined) return target.href
  if (isOfDevice && isRegistered(returnTo, given)) return given
  const message = 'The address is none that the app sends browsers back to'
  throw new ValidationFailed([{ in: part, path: ['returnTo'], code: 'return_to_not_allowed', message }])
}

/** An address with parameters. */
export function withParameters(address: string | URL, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(address)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}
