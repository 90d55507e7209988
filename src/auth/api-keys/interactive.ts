import { allOf, type AccessRule } from '../../core/access/index.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { Identity } from '../identity.ts'

/** A person with all of their rights. A key makes no keys: one that leaked would have successors after it is revoked. */
export function interactive({ access }: AccountsCore): AccessRule<Identity> {
  return allOf(
    access.unrestricted,
    access.rule({ name: 'interactive' }, ({ user }) => user.via === 'session' || user.via === 'token'),
  )
}
