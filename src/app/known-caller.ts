import type { KnownCaller } from '../core/access/decision.ts'

/**
 * Where an app's definition keeps a function that knows the caller without credentials; it is asked in the place of every authenticator, also
 * of those that rules are bound to. A symbol that the package does not export: for the test kit, and out of reach of a configuration.
 */
export const KNOWN_CALLER = Symbol('ashlar.known-caller')

export type { KnownCaller }
