import { and, asc, eq, gt } from 'drizzle-orm'
import { z } from 'zod'
import { Conflict, Forbidden, NotFound } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { isoTime } from '../../data/wire-times.ts'
import { named } from '../../schema/named.ts'
import type { UserId } from '../identity.ts'
import { checkMayGive, keepAnOwner, placeIn } from './membership.ts'
import type { OrganisationParts } from './options.ts'
import { organisationCallers } from './rules.ts'
import { Member, OrganisationId, rolesSchema, userIdSchema } from './schemas.ts'

const LIMIT = 50
const MAX_LIMIT = 100

/** Who is in an organisation. */
export function memberOperations(parts: OrganisationParts) {
  return {
    members: listMembers(parts),
    setMemberRoles: setMemberRoles(parts),
    removeMember: removeMember(parts),
    leave: leave(parts),
  }
}

function listMembers(parts: OrganisationParts) {
  const { core, tables } = parts
  const { organisationMembers: members } = tables
  return route.get(
    '/:id/members',
    {
      access: organisationCallers(parts).reads,
      uses: { tx: core.tx },
      params: OrganisationId,
      query: z.object({
        limit: z.int().min(1).max(MAX_LIMIT).default(LIMIT),
        /** `next` of the page before. */
        after: userIdSchema(core).optional(),
      }),
      response: named(
        'OrganisationMembers',
        z.object({ items: z.array(Member), next: Member.shape.userId.nullable() }),
      ),
      errors: [NotFound],
      summary: 'List the members of an organisation',
    },
    async ({ params: { id }, query: { limit, after }, user, tx }) => {
      await placeIn(parts, tx, { user, id })
      const { userId, roles, createdAt, organisationId } = members
      const rows = await tx
        .select({ userId, email: core.users.email, roles, createdAt })
        .from(members)
        .innerJoin(core.users, eq(core.users.id, userId))
        .where(and(eq(organisationId, id), after === undefined ? undefined : gt(userId, after)))
        .orderBy(asc(userId))
        .limit(limit + 1)
      const items = rows.slice(0, limit).map((row) => ({
        ...row,
        // A column of text, which the table has for certain: accounts were declared with it.
        email: row.email as string | null,
        createdAt: isoTime(row.createdAt),
      }))
      return { items, next: rows.length > limit ? items.at(-1)!.userId : null }
    },
  )
}

function setMemberRoles(parts: OrganisationParts) {
  const { core, tables, ownerRole } = parts
  return route.put(
    '/:id/members/:userId/roles',
    {
      access: organisationCallers(parts).changes,
      uses: { tx: core.tx, events: core.events, process: core.process },
      params: OrganisationId.extend({ userId: userIdSchema(core) }),
      body: z.object({ roles: rolesSchema(parts) }),
      errors: [NotFound, Forbidden, Conflict],
      summary: "Set a member's roles in an organisation",
      description: 'Holds at once: tokens that were issued for the roles before are refused.',
    },
    async ({ params: { id, userId }, body: { roles }, user, tx, events, process }) => {
      const place = await placeIn(parts, tx, { user, id, permission: 'organisation:members', locked: true })
      const before = await rolesOf(parts, tx, { organisationId: id, userId })
      checkMayGive(parts, place, differing(before, roles))
      if (!roles.includes(ownerRole)) await keepAnOwner(parts, tx, { organisationId: id, userId })
      await tx
        .update(tables.organisationMembers)
        .set({ roles })
        .where(isMember(parts, { organisationId: id, userId }))
      await process.revocations.raiseEpoch(tx, userId)
      const details = { organisationId: id, from: before, to: roles }
      await events.record('organisation_roles_changed', { userId, details })
    },
  )
}

function removeMember(parts: OrganisationParts) {
  const { core } = parts
  return route.delete(
    '/:id/members/:userId',
    {
      access: organisationCallers(parts).changes,
      uses: { tx: core.tx, events: core.events, process: core.process },
      params: OrganisationId.extend({ userId: userIdSchema(core) }),
      errors: [NotFound, Forbidden, Conflict],
      summary: 'Remove a member from an organisation',
      description: 'They are in it no more at once, whatever they are logged in with.',
    },
    async ({ params: { id, userId }, user, tx, events, process }) => {
      const place = await placeIn(parts, tx, { user, id, permission: 'organisation:members', locked: true })
      checkMayGive(parts, place, await rolesOf(parts, tx, { organisationId: id, userId }))
      await end(parts, tx, { organisationId: id, userId })
      await process.revocations.raiseEpoch(tx, userId)
      await events.record('organisation_member_removed', { userId, details: { organisationId: id } })
    },
  )
}

function leave(parts: OrganisationParts) {
  const { core } = parts
  return route.post(
    '/:id/leave',
    {
      access: organisationCallers(parts).changes,
      uses: { tx: core.tx, events: core.events, process: core.process },
      params: OrganisationId,
      errors: [NotFound, Conflict],
      summary: 'Leave an organisation',
      description: 'Access tokens issued until now are refused: refresh yours.',
    },
    async ({ params: { id }, user, tx, events, process }) => {
      await placeIn(parts, tx, { user, id, locked: true })
      await end(parts, tx, { organisationId: id, userId: user.id })
      await process.revocations.raiseEpoch(tx, user.id)
      await events.record('organisation_left', { userId: user.id, details: { organisationId: id } })
    },
  )
}

interface Whose {
  readonly organisationId: string
  readonly userId: UserId
}

function isMember({ tables: { organisationMembers } }: OrganisationParts, { organisationId, userId }: Whose) {
  return and(eq(organisationMembers.organisationId, organisationId), eq(organisationMembers.userId, userId))
}

/** @throws NotFound */
async function rolesOf(parts: OrganisationParts, tx: Transaction, whose: Whose): Promise<readonly string[]> {
  const { organisationMembers: members } = parts.tables
  const [row] = await tx.select({ roles: members.roles }).from(members).where(isMember(parts, whose))
  if (row === undefined) throw new NotFound('There is no such member.')
  return row.roles
}

/** @throws Conflict for the last owner. */
async function end(parts: OrganisationParts, tx: Transaction, whose: Whose): Promise<void> {
  await keepAnOwner(parts, tx, whose)
  await tx.delete(parts.tables.organisationMembers).where(isMember(parts, whose))
}

/** Those that are in one of the two alone. */
function differing(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set(a).symmetricDifference(new Set(b))]
}
