import { and, arrayContains, asc, eq, notExists, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { Conflict } from '../../core/errors/index.ts'
import type { Transaction } from '../../data/drizzle.ts'
import type { UserId } from '../identity.ts'
import type { AccountsBase } from './base.ts'

/** A user's place in an organisation. */
export interface Membership {
  /** The organisation's. */
  readonly id: string
  readonly roles: readonly string[]
}

/**
 * The membership as it is now; `undefined` where there is none any more, or none was asked for. Who issues a token for it reads the user's epoch before: a
 * member who is removed in between has a higher one.
 */
export async function membershipOf(
  { options: { organisations } }: Pick<AccountsBase, 'options'>,
  run: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>,
  { userId, organisationId }: { readonly userId: UserId; readonly organisationId: string | null },
): Promise<Membership | undefined> {
  if (organisations === undefined || organisationId === null) return undefined
  const { organisationMembers: members } = organisations.tables
  const theirs = and(eq(members.organisationId, organisationId), eq(members.userId, userId))
  const [row] = await run((tx) => tx.select({ roles: members.roles }).from(members).where(theirs))
  return row && { id: organisationId, roles: row.roles }
}

/**
 * Before a user goes, and their memberships with them.
 *
 * @throws Conflict where an organisation would be without an owner.
 */
export async function keepOwners(
  { options }: Pick<AccountsBase, 'options'>,
  tx: Transaction,
  userId: UserId,
): Promise<void> {
  if (options.organisations === undefined) return
  const { tables, ownerRole = 'owner' } = options.organisations
  const { organisations, organisationMembers: members } = tables
  const owns = and(
    eq(members.organisationId, organisations.id),
    eq(members.userId, userId),
    arrayContains(members.roles, [ownerRole]),
  )
  const { id, slug } = organisations
  const owned = tx.select({ id, slug }).from(organisations).innerJoin(members, owns).orderBy(asc(id))
  // Locked, as by everybody who changes their members: of two owners who go at once the second finds nobody else.
  await owned.for('no key update', { of: organisations })
  const others = alias(members, 'others')
  const another = and(
    eq(others.organisationId, id),
    sql`${others.userId} <> ${userId}`,
    arrayContains(others.roles, [ownerRole]),
  )
  const [alone] = await tx
    .select({ slug })
    .from(organisations)
    .innerJoin(members, owns)
    .where(
      notExists(
        tx
          .select({ one: sql`1` })
          .from(others)
          .where(another),
      ),
    )
    .limit(1)
  if (alone !== undefined)
    throw new Conflict(
      `Only you have the role "${ownerRole}" in the organisation "${alone.slug}": remove it, or give the role to another member first.`,
    )
}
