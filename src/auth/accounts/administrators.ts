import { and, arrayContains, asc, isNull } from 'drizzle-orm'
import { allOf } from '../../core/access/index.ts'
import { Conflict } from '../../core/errors/index.ts'
import type { Transaction } from '../../data/drizzle.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { UserRow } from '../core/user-row.ts'
import { FRESH_SECONDS } from './parts.ts'

/** An administrator with all of their rights: no key with scopes, no other app. */
export function administrators({ access, options }: AccountsCore) {
  return allOf(access.role(options.adminRole ?? 'admin'), access.unrestricted)
}

/** One who has just proved who they are, for what gives power away. */
export function provenAdministrators(core: AccountsCore) {
  return allOf(administrators(core), core.access.recent(FRESH_SECONDS))
}

/**
 * Before an account stops being one of an administrator.
 *
 * @throws Conflict where nobody could administer accounts any more.
 */
export async function keepAnAdministrator(
  { users, options }: AccountsCore,
  tx: Transaction,
  leaving: UserRow,
): Promise<void> {
  const { adminRole = 'admin' } = options
  if (!leaving.roles.includes(adminRole)) return
  // Locked, all of them and in one order: of two who send each other away at once, the second waits, and finds that there is nobody else.
  const administering = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(isNull(users.disabledAt), arrayContains(users.roles, [adminRole])))
    .orderBy(asc(users.id))
    .for('no key update')
  const [last, ...others] = administering
  if (others.length === 0 && last !== undefined && String(last.id) === String(leaving.id))
    throw new Conflict(`This is the last account with the role "${adminRole}": give it to another one first.`)
}
