import { isRecent } from './recent.ts'
import { accessFor, type AccessRule, type Authenticator } from '../../core/access/index.ts'
import type { AuthenticationMethod, Identity } from '../identity.ts'
import type { IdentityRules } from './accounts-core.ts'
import { RecentAuthenticationRequired } from './errors.ts'

/** The access rules of accounts: those of every authenticator, and two that need to know how the caller is known. */
export function identityRules(
  authenticators: readonly [Authenticator<Identity>, ...Authenticator<Identity>[]],
): IdentityRules {
  const rules = accessFor(...authenticators)
  return {
    ...rules,
    recent: (seconds, methods) => recentRule(rules.rule, seconds, methods),
    unrestricted: rules.rule(
      { name: 'unrestricted' },
      // Who acts as somebody else uses their app, and leaves their account alone.
      ({ user }) => !user.restricted && user.impersonatedBy === undefined,
    ),
  }
}

function recentRule(
  rule: IdentityRules['rule'],
  seconds: number,
  methods?: readonly AuthenticationMethod[],
): AccessRule<Identity> {
  if (!Number.isInteger(seconds) || seconds < 1)
    throw new TypeError(`recent(seconds): a whole number of seconds above 0; got ${seconds}.`)
  const words = [String(seconds), ...(methods ?? [])]
  return rule({ name: `recent(${words.join(', ')})` }, ({ user }) => {
    // Asked first: `ashlar access explain` tells what a rule reads of a caller before it fails for want of something.
    const isFresh = isRecent(user, seconds)
    const byThese = methods === undefined || user.methods.some((method) => methods.includes(method))
    if (isFresh && byThese) return true
    throw new RecentAuthenticationRequired(undefined, {
      headers: { 'www-authenticate': `Bearer error="insufficient_user_authentication", max_age=${seconds}` },
    })
  })
}
