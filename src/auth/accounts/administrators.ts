import { allOf } from '../../core/access/index.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { FRESH_SECONDS } from './parts.ts'

/** An administrator with all of their rights: no key with scopes, no other app. */
export function administrators({ access, options }: AccountsCore) {
  return allOf(access.role(options.adminRole ?? 'admin'), access.unrestricted)
}

/** One who has just proved who they are, for what gives power away. */
export function provenAdministrators(core: AccountsCore) {
  return allOf(administrators(core), core.access.recent(FRESH_SECONDS))
}
