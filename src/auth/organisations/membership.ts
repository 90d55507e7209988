import { and, arrayContains, count, eq, ne } from 'drizzle-orm'
import { holdsName } from '../../core/access/grant.ts'
import { Conflict, Forbidden, NotFound } from '../../core/errors/index.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { membershipOf } from '../core/membership.ts'
import type { Identity, UserId } from '../identity.ts'
import { permissionsOf } from '../process/identity-of.ts'
import type { OrganisationParts, OrganisationPermission } from './options.ts'
import type { OrganisationRow } from './schemas.ts'

/** The caller's place in an organisation, as it is in the database now: what the credentials say may be about another one. */
export interface Place {
  readonly organisation: OrganisationRow
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
}

interface Asked {
  readonly user: Identity
  readonly id: string
  readonly permission?: OrganisationPermission
  /** `true`: nobody else changes who is in it, or removes it, until the transaction ends. */
  readonly locked?: boolean
}

/**
 * @throws NotFound where the caller is not in it: whether there is such an organisation is not told.
 * @throws Forbidden where their roles in it do not carry the permission.
 */
export async function placeIn(
  parts: OrganisationParts,
  tx: Transaction,
  { user, id, permission, locked = false }: Asked,
): Promise<Place> {
  const organisation = await find(parts, tx, { id, locked })
  const organisationId = organisation?.id ?? null
  const membership = await membershipOf(parts.core, (work) => work(tx), { userId: user.id, organisationId })
  if (organisation === undefined || membership === undefined) throw new NotFound('You are in no such organisation.')
  const permissions = permissionsOf(parts.roles, membership.roles)
  if (permission !== undefined && !holdsName(permissions, permission))
    throw new Forbidden(`Your roles in this organisation do not carry the permission "${permission}".`)
  return { organisation, roles: membership.roles, permissions }
}

export async function find(
  { tables: { organisations } }: OrganisationParts,
  tx: Transaction,
  { id, locked }: { readonly id: string; readonly locked: boolean },
): Promise<OrganisationRow | undefined> {
  const query = tx.select().from(organisations).where(eq(organisations.id, id))
  const [row] = await (locked ? query.for('no key update') : query)
  return row
}

/**
 * Who may manage members gives and takes what they may themselves, and no more: otherwise they could make themselves owners.
 *
 * @throws Forbidden
 */
export function checkMayGive(
  { roles: known }: OrganisationParts,
  { permissions }: Place,
  roles: readonly string[],
): void {
  const beyond = roles.find((role) => !permissionsOf(known, [role]).every((name) => holdsName(permissions, name)))
  if (beyond !== undefined)
    throw new Forbidden(
      `The role "${beyond}" may more than you may in this organisation: you neither give nor take it.`,
    )
}

/** @throws Conflict where nobody else has the owner's role. The organisation must be locked. */
export async function keepAnOwner(
  { tables, ownerRole }: OrganisationParts,
  tx: Transaction,
  { organisationId, userId }: { readonly organisationId: string; readonly userId: UserId },
): Promise<void> {
  const { organisationMembers: members } = tables
  const [others] = await tx
    .select({ owners: count() })
    .from(members)
    .where(
      and(
        eq(members.organisationId, organisationId),
        ne(members.userId, userId),
        arrayContains(members.roles, [ownerRole]),
      ),
    )
  if (others!.owners === 0)
    throw new Conflict(`This is the last member with the role "${ownerRole}": give it to another one first.`)
}
