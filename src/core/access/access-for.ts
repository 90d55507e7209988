import type { Uses } from '../dependency.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import type { AuthenticatedBy, Authenticator } from './authenticator.ts'
import { rowRules, type RowRules } from './row-rule.ts'
import {
  anyone,
  customRule,
  makeRule,
  type AccessRule,
  type RuleConfig,
  type RuleContext,
  type RuleInputs,
} from './rule.ts'

/** The rules, bound to authenticators and typed with their user. */
export interface AccessFor<User> extends RowRules<User> {
  readonly authenticated: AccessRule<User>
  readonly optionallyAuthenticated: AccessRule<User | undefined>
  readonly role: (name: string) => AccessRule<User>
  readonly scope: (name: string) => AccessRule<User>
  readonly permission: (name: string) => AccessRule<User>
  readonly rule: <const I extends RuleInputs = {}, const U extends Uses = {}>(
    config: RuleConfig<I, U>,
    check: (context: RuleContext<User, I, U>) => MaybePromise<boolean>,
  ) => AccessRule<User>
}

/**
 * The access rules for these authenticators: `user` is what they give, and they, rather than the app's own, are asked.
 *
 * @example
 * const token = jwtBearer({ secret: config.jwtSecret, user: ({ sub }) => ({ id: Number(sub), premium: true }) })
 * export const { authenticated, role } = accessFor(token)
 */
export function accessFor<const A extends readonly [Authenticator, ...Authenticator[]]>(
  ...authenticators: A
): AccessFor<AuthenticatedBy<A[number]>> {
  type User = AuthenticatedBy<A[number]>
  const authenticated = makeRule<User>({ type: 'authenticated' }, authenticators)
  return {
    authenticated,
    optionallyAuthenticated: makeRule({ type: 'anyOf', rules: [authenticated, anyone] }),
    role: (name) => makeRule({ type: 'role', name }, authenticators),
    scope: (name) => makeRule({ type: 'scope', name }, authenticators),
    permission: (name) => makeRule({ type: 'permission', name }, authenticators),
    rule: <const I extends RuleInputs = {}, const U extends Uses = {}>(
      config: RuleConfig<I, U>,
      check: (context: RuleContext<User, I, U>) => MaybePromise<boolean>,
    ) => customRule<User, I, U>(config, check, authenticators),
    ...rowRules<User>(authenticators),
  }
}
