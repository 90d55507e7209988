import { and, eq } from 'drizzle-orm'
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
