import { and, eq, gt, sql } from 'drizzle-orm'
import type { Transaction } from '../../data/drizzle.ts'
import { TokenInvalid } from '../core/errors.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { IdentityTaken } from './errors.ts'
import {
  assertActive,
  identityOf,
  linkedMail,
  recordLinked,
  type ExternalUserUses,
  type Proved,
} from './external-user.ts'
import type { Flow } from './flow.ts'
import { IdentityRows } from './identity-rows.ts'
import type { ProviderParts } from './options.ts'

type Link = NonNullable<Flow['link']>

/**
 * Links a user of a provider to the account whose session has asked for it, where that session still is.
 *
 * @throws TokenInvalid, IdentityTaken, Unauthenticated where the account is disabled
 */
export async function linkIdentity(
  { tx, userRows, events, mail }: ExternalUserUses,
  parts: ProviderParts,
  { link, ...proved }: Proved & { readonly link: Link },
): Promise<void> {
  await userRows.credentials(link.userId)
  const user = await userRows.byId(link.userId)
  if (user === undefined || !(await isLive(tx, parts.core, link))) throw new TokenInvalid()
  assertActive(user)
  const rows = new IdentityRows(tx, parts.core.tables)
  const identity = identityOf(parts, proved)
  const isNew = await rows.insert(user.id, identity)
  const owner = isNew ? undefined : await rows.find(identity)
  if (owner !== undefined && String(owner.userId) !== String(user.id)) throw new IdentityTaken()
  if (!isNew) return
  await recordLinked(events, user, proved)
  if (user.email !== null) mail.send('factor-changed', user.email, linkedMail(proved))
}

/** What has ended in the meantime cannot be linked to: its owner may have ended it for that. */
async function isLive(tx: Transaction, { tables }: AccountsCore, { userId, sessionId }: Link): Promise<boolean> {
  const { authSessions } = tables
  const [session] = await tx
    .select({ id: authSessions.id })
    .from(authSessions)
    .where(
      and(
        eq(authSessions.id, sessionId),
        eq(authSessions.userId, userId),
        gt(authSessions.expiresAt, sql`clock_timestamp()`),
      ),
    )
  return session !== undefined
}
