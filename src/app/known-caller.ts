import type { Authenticator, Principal } from '../core/access/index.ts'
import type { RequestHead } from '../core/request.ts'

/**
 * Where an app's definition keeps a function that knows the caller without credentials; it is asked in the place of every authenticator, also
 * of those that rules are bound to. A symbol that the package does not export: for the test kit, and out of reach of a configuration.
 */
export const KNOWN_CALLER = Symbol('ashlar.known-caller')

export type KnownCaller = (request: RequestHead) => Principal | undefined

/** The same authenticators for the documents, which ask `known` first. */
export function knowing(authenticators: readonly Authenticator[], known: KnownCaller): Authenticator[] {
  return authenticators.map((authenticator) => ({
    ...authenticator,
    authenticate: (request, uses) => known(request) ?? authenticator.authenticate(request, uses),
  }))
}
