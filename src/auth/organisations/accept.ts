import { and, eq, gt, sql } from 'drizzle-orm'
import { z } from 'zod'
import { Conflict, Forbidden } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { secret } from '../../schema/secret.ts'
import { TokenInvalid } from '../core/errors.ts'
import type { OneTimeToken } from '../core/services.ts'
import { INVITATION } from './invitations.ts'
import { find } from './membership.ts'
import type { OrganisationParts } from './options.ts'
import { organisationCallers } from './rules.ts'
import { Organisation, shownOrganisation, type InvitationRow } from './schemas.ts'

const MAX_TOKEN_LENGTH = 200

/** Follows the link of an invitation. A refusal undoes the transaction, so that the token is still good for whom it was sent to. */
export function acceptInvitation(parts: OrganisationParts) {
  const { tx, oneTimeTokens, userRows, events } = parts.core
  return route.post(
    '/invitations/accept',
    {
      access: organisationCallers(parts).changes,
      uses: { tx, oneTimeTokens, userRows, events },
      body: z.object({ token: secret(z.string().min(1).max(MAX_TOKEN_LENGTH)) }),
      response: Organisation,
      errors: [TokenInvalid, Forbidden, Conflict],
      summary: 'Accept an invitation',
      description: 'By the account whose confirmed address was invited. Who has none registers first.',
    },
    async ({ body: { token }, user, ...uses }) => {
      const taken = await uses.oneTimeTokens.take(INVITATION, token)
      const me = await uses.userRows.byId(user.id)
      if (me?.emailVerifiedAt == null || me.email !== taken.subject)
        throw new Forbidden('The invitation is for another address, or yours is not confirmed.')
      const { organisation, roles } = await invitationOf(parts, uses.tx, taken)
      const { organisationMembers } = parts.tables
      const [added] = await uses.tx
        .insert(organisationMembers)
        .values({ organisationId: organisation.id, userId: me.id, roles })
        .onConflictDoNothing()
        .returning({ userId: organisationMembers.userId })
      if (added === undefined) throw new Conflict('You are in this organisation already.')
      await uses.events.record('organisation_joined', {
        userId: me.id,
        details: { organisationId: organisation.id, roles },
      })
      return shownOrganisation(organisation)
    },
  )
}

/** Takes the invitation with its organisation, which is locked first: whoever removes that locks it before its invitations. */
async function invitationOf(parts: OrganisationParts, tx: Transaction, { details }: OneTimeToken) {
  const { organisationInvitations: invitations } = parts.tables
  const where = and(eq(invitations.id, String(details['invitationId'])), gt(invitations.expiresAt, sql`now()`))
  const [seen] = await tx.select().from(invitations).where(where)
  const organisation = seen && (await find(parts, tx, { id: seen.organisationId, locked: true }))
  const [taken]: (InvitationRow | undefined)[] =
    organisation === undefined ? [] : await tx.delete(invitations).where(where).returning()
  // It was withdrawn, or the organisation is gone.
  if (organisation === undefined || taken === undefined) throw new TokenInvalid()
  return { organisation, roles: taken.roles }
}
