import { and, asc, count, eq, gt, lte, sql } from 'drizzle-orm'
import { z } from 'zod'
import { Conflict, Forbidden, NotFound, TooManyRequests } from '../../core/errors/index.ts'
import { reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { Email } from '../users/canonical-email.ts'
import type { UserId } from '../identity.ts'
import { checkMayGive, placeIn } from './membership.ts'
import type { OrganisationParts } from './options.ts'
import { organisationCallers } from './rules.ts'
import { Invitation, OrganisationId, rolesSchema, shownInvitation, type InvitationRow } from './schemas.ts'

/** Of the one-time token. */
export const INVITATION = 'organisation-invitation'
const INVITED = 'organisation_invited'
/** Of one organisation. */
const MAX_PENDING = 200
/** Messages that one user sends to strangers in a day. */
const MAX_PER_DAY = 100
const RETRY_SECONDS = 3600

/** Invitations, for who manages the members. */
export function invitationOperations(parts: OrganisationParts) {
  return { invite: invite(parts), invitations: listInvitations(parts), withdrawInvitation: withdraw(parts) }
}

function invite(parts: OrganisationParts) {
  const { tx, oneTimeTokens, mail, events } = parts.core
  return route.post(
    '/:id/invitations',
    {
      access: organisationCallers(parts).changes,
      uses: { tx, oneTimeTokens, mail, events },
      params: OrganisationId,
      body: z.object({ email: Email, roles: rolesSchema(parts) }),
      response: { 201: Invitation },
      status: 201,
      errors: [NotFound, Forbidden, Conflict, TooManyRequests],
      summary: 'Invite somebody to an organisation',
      description:
        'Sends a link to the address. The answer is the same whether there is an account with it or not. Who is invited again has a new link, and the one before opens nothing.',
    },
    async ({ params: { id }, body: { email, roles }, user, ...uses }) => {
      const place = await placeIn(parts, uses.tx, { user, id, permission: 'organisation:members', locked: true })
      checkMayGive(parts, place, roles)
      await checkMayInvite(parts, uses.tx, user.id)
      await checkNoMember(parts, uses.tx, { id, email })
      const row = await write(parts, uses.tx, { organisationId: id, email, roles, invitedBy: String(user.id) })
      const token = await uses.oneTimeTokens.issue({
        purpose: INVITATION,
        subject: email,
        details: { invitationId: row.id },
        expiresInSeconds: parts.invitationSeconds,
      })
      uses.mail.send('invitation', email, { token, organisation: place.organisation.name })
      const details = { organisationId: id, invitationId: row.id, email, roles }
      await uses.events.record(INVITED, { userId: user.id, details })
      return reply(201, shownInvitation(row))
    },
  )
}

function listInvitations(parts: OrganisationParts) {
  const { organisationInvitations: invitations } = parts.tables
  return route.get(
    '/:id/invitations',
    {
      access: organisationCallers(parts).reads,
      uses: { tx: parts.core.tx },
      params: OrganisationId,
      response: z.array(Invitation),
      errors: [NotFound, Forbidden],
      summary: 'List the invitations to an organisation',
      description: 'Those that hold.',
    },
    async ({ params: { id }, user, tx }) => {
      await placeIn(parts, tx, { user, id, permission: 'organisation:members' })
      const rows = await tx
        .select()
        .from(invitations)
        .where(and(eq(invitations.organisationId, id), gt(invitations.expiresAt, sql`now()`)))
        .orderBy(asc(invitations.email))
      return rows.map(shownInvitation)
    },
  )
}

function withdraw(parts: OrganisationParts) {
  const { organisationInvitations: invitations } = parts.tables
  return route.delete(
    '/:id/invitations/:invitationId',
    {
      access: organisationCallers(parts).changes,
      uses: { tx: parts.core.tx, events: parts.core.events },
      params: OrganisationId.extend({ invitationId: z.uuid() }),
      errors: [NotFound, Forbidden],
      summary: 'Withdraw an invitation',
      description: 'Its link opens nothing any more.',
    },
    async ({ params: { id, invitationId }, user, tx, events }) => {
      await placeIn(parts, tx, { user, id, permission: 'organisation:members', locked: true })
      const [row] = await tx
        .delete(invitations)
        .where(and(eq(invitations.id, invitationId), eq(invitations.organisationId, id)))
        .returning()
      if (row === undefined) throw new NotFound('There is no such invitation.')
      const details = { organisationId: id, invitationId, email: row.email }
      await events.record('organisation_invitation_withdrawn', { userId: user.id, details })
    },
  )
}

type NewInvitation = Pick<InvitationRow, 'organisationId' | 'email' | 'roles' | 'invitedBy'>

/** In the place of one to the same address, and of those that have expired. */
async function write(parts: OrganisationParts, tx: Transaction, values: NewInvitation): Promise<InvitationRow> {
  const { organisationInvitations: invitations } = parts.tables
  const ofOrganisation = eq(invitations.organisationId, values.organisationId)
  await tx.delete(invitations).where(and(ofOrganisation, eq(invitations.email, values.email)))
  await tx.delete(invitations).where(and(ofOrganisation, lte(invitations.expiresAt, sql`now()`)))
  const [pending] = await tx.select({ rows: count() }).from(invitations).where(ofOrganisation)
  if (pending!.rows >= MAX_PENDING)
    throw new Conflict(`There are ${MAX_PENDING} invitations to this organisation already: withdraw one first.`)
  const expiresAt = sql`now() + make_interval(secs => ${parts.invitationSeconds})`
  const [row] = await tx
    .insert(invitations)
    .values({ ...values, expiresAt })
    .returning()
  return row!
}

/** @throws TooManyRequests */
async function checkMayInvite({ core }: OrganisationParts, tx: Transaction, id: UserId): Promise<void> {
  const { authEvents: events } = core.tables
  const [found] = await tx
    .select({ sent: count() })
    .from(events)
    .where(and(eq(events.userId, String(id)), eq(events.event, INVITED), gt(events.at, sql`now() - interval '1 day'`)))
  if (found!.sent >= MAX_PER_DAY)
    throw new TooManyRequests(`You have invited ${MAX_PER_DAY} times within a day.`, {
      headers: { 'retry-after': String(RETRY_SECONDS) },
    })
}

/** Members see each other's addresses, so that this tells nothing new. @throws Conflict */
async function checkNoMember(
  { core: { users }, tables }: OrganisationParts,
  tx: Transaction,
  { id, email }: { readonly id: string; readonly email: string },
): Promise<void> {
  const { organisationMembers: members } = tables
  const rows = await tx
    .select({ userId: members.userId })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.organisationId, id), eq(users.email, email)))
  if (rows.length > 0) throw new Conflict('A member of this organisation has this address.')
}
