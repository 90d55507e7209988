import { and, arrayContains, asc, count, eq } from 'drizzle-orm'
import { union } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { allOf } from '../../core/access/index.ts'
import { Conflict, Forbidden, NotFound } from '../../core/errors/index.ts'
import { reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { UniqueViolation } from '../../data/errors.ts'
import { translateDatabaseError } from '../../data/translate-error.ts'
import { RecentAuthenticationRequired } from '../core/errors.ts'
import type { Revocations } from '../core/services.ts'
import type { Identity, UserId } from '../identity.ts'
import { permissionsOf } from '../process/identity-of.ts'
import { placeIn, type Place } from './membership.ts'
import type { OrganisationParts } from './options.ts'
import { organisationCallers } from './rules.ts'
import { MyOrganisation, NewOrganisation, OrganisationChanges, OrganisationId, shownOrganisation } from './schemas.ts'

const FRESH_SECONDS = 300

/** Organisations themselves. */
export function organisationOperations(parts: OrganisationParts) {
  return {
    create: createOrganisation(parts),
    ...readOperations(parts),
    update: updateOrganisation(parts),
    remove: removeOrganisation(parts),
  }
}

function createOrganisation(parts: OrganisationParts) {
  const { tx, events, userRows } = parts.core
  return route.post(
    '/',
    {
      access: organisationCallers(parts).changes,
      uses: { tx, events, userRows },
      body: NewOrganisation,
      response: { 201: MyOrganisation },
      status: 201,
      errors: [UniqueViolation, Conflict],
      summary: 'Make an organisation',
      description: `You have the role "${parts.ownerRole}" in it. The session is in it once it is chosen.`,
    },
    async ({ body, user, ...uses }) => {
      // Locked, so that of many at once none is one too many.
      await uses.userRows.credentials(user.id)
      await checkCount(parts, uses.tx, user.id)
      const { organisations, organisationMembers } = parts.tables
      const [row] = await refusing(uses.tx.insert(organisations).values(body).returning())
      const roles = [parts.ownerRole]
      await uses.tx.insert(organisationMembers).values({ organisationId: row!.id, userId: user.id, roles })
      await uses.events.record('organisation_created', { userId: user.id, details: { organisationId: row!.id } })
      return reply(201, mine(user, { organisation: row!, roles, permissions: permissionsOf(parts.roles, roles) }))
    },
  )
}

function readOperations(parts: OrganisationParts) {
  const { organisations, organisationMembers: members } = parts.tables
  const shared = route.with({ access: organisationCallers(parts).reads, uses: { tx: parts.core.tx } })
  return {
    list: shared.get(
      '/',
      { response: z.array(MyOrganisation), summary: 'List my organisations', description: 'By their names.' },
      async ({ user, tx }) => {
        const rows = await tx
          .select({ organisation: organisations, roles: members.roles })
          .from(members)
          .innerJoin(organisations, eq(organisations.id, members.organisationId))
          .where(eq(members.userId, user.id))
          .orderBy(asc(organisations.name), asc(organisations.id))
        return rows.map((row) => mine(user, { ...row, permissions: permissionsOf(parts.roles, row.roles) }))
      },
    ),
    read: shared.get(
      '/:id',
      { params: OrganisationId, response: MyOrganisation, errors: [NotFound], summary: 'Read one of my organisations' },
      async ({ params: { id }, user, tx }) => mine(user, await placeIn(parts, tx, { user, id })),
    ),
  }
}

function updateOrganisation(parts: OrganisationParts) {
  const { organisations } = parts.tables
  return route.patch(
    '/:id',
    {
      access: organisationCallers(parts).changes,
      uses: { tx: parts.core.tx, events: parts.core.events },
      params: OrganisationId,
      body: OrganisationChanges,
      response: MyOrganisation,
      errors: [NotFound, Forbidden, UniqueViolation],
      summary: 'Change an organisation',
    },
    async ({ params: { id }, body, user, tx, events }) => {
      const place = await placeIn(parts, tx, { user, id, permission: 'organisation:update', locked: true })
      if (Object.keys(body).length === 0) return mine(user, place)
      const [row] = await refusing(tx.update(organisations).set(body).where(eq(organisations.id, id)).returning())
      await events.record('organisation_changed', { userId: user.id, details: { organisationId: id, ...body } })
      return mine(user, { ...place, organisation: row! })
    },
  )
}

function removeOrganisation(parts: OrganisationParts) {
  const { core, tables } = parts
  return route.delete(
    '/:id',
    {
      access: allOf(organisationCallers(parts).changes, core.access.recent(FRESH_SECONDS)),
      uses: { tx: core.tx, events: core.events, process: core.process },
      params: OrganisationId,
      errors: [NotFound, Forbidden, Conflict, RecentAuthenticationRequired],
      summary: 'Remove an organisation',
      description:
        'With all memberships and invitations, and with the rows of other tables that refer to it and go with it. Nobody is in it any more at once.',
    },
    async ({ params: { id }, user, tx, events, process }) => {
      const { organisation } = await placeIn(parts, tx, { user, id, permission: 'organisation:remove', locked: true })
      const inIt = await usersIn(parts, tx, id)
      await refusing(tx.delete(tables.organisations).where(eq(tables.organisations.id, id)))
      await endTokens(process.revocations, tx, inIt)
      const details = { organisationId: id, slug: organisation.slug }
      await events.record('organisation_removed', { userId: user.id, details })
    },
  )
}

function mine(user: Identity, { organisation, roles, permissions }: Place): z.output<typeof MyOrganisation> {
  return {
    ...shownOrganisation(organisation),
    roles: [...roles],
    permissions: [...permissions],
    current: user.organisation?.id === organisation.id,
  }
}

/** @throws Conflict */
async function checkCount(
  { tables, ownerRole, maxPerUser }: OrganisationParts,
  tx: Transaction,
  id: UserId,
): Promise<void> {
  const { organisationMembers: members } = tables
  const [found] = await tx
    .select({ owned: count() })
    .from(members)
    .where(and(eq(members.userId, id), arrayContains(members.roles, [ownerRole])))
  if (found!.owned >= maxPerUser)
    throw new Conflict(
      `You have the role "${ownerRole}" in ${maxPerUser} organisations already, which is the most there may be.`,
    )
}

/** Who may have a token that was issued in it: those who have chosen it, and those with keys in it. */
async function usersIn({ core: { tables } }: OrganisationParts, tx: Transaction, id: string): Promise<UserId[]> {
  const { authSessions, authApiKeys } = tables
  const rows = await union(
    tx.select({ userId: authSessions.userId }).from(authSessions).where(eq(authSessions.organisationId, id)),
    tx.select({ userId: authApiKeys.userId }).from(authApiKeys).where(eq(authApiKeys.organisationId, id)),
  )
  return rows.map(({ userId }) => userId)
}

/** In one order for all who do the same at once: two that lock in different ones would wait for each other. */
async function endTokens(revocations: Revocations, tx: Transaction, users: readonly UserId[]): Promise<void> {
  for (const userId of users.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)))
    await revocations.raiseEpoch(tx, userId)
}

/** @throws UniqueViolation where the slug is taken, in the place of the driver's error. */
async function refusing<T>(statement: PromiseLike<T>): Promise<T> {
  try {
    return await statement
  } catch (error) {
    throw translateDatabaseError(error) ?? error
  }
}
