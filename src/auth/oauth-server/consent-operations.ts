import { and, desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import { NotFound } from '../../core/errors/index.ts'
import { route } from '../../core/route.ts'
import { router } from '../../core/router.ts'
import { named } from '../../schema/named.ts'
import { DescribedScope, describedScopes } from './described-scopes.ts'
import type { ServerParts } from './options.ts'

const Consent = named(
  'OAuthConsent',
  z.object({
    client: z.object({ id: z.string(), name: z.string() }),
    scopes: z.array(DescribedScope),
    grantedAt: z.string(),
  }),
)

/** As many apps as one list shows. */
const LIMIT = 100

/** What a user has agreed to, for the user. */
export function consentOperations(parts: ServerParts) {
  const { core, tables } = parts
  const { oauthConsents, oauthClients, oauthCodes } = tables
  const access = core.access.unrestricted
  return router('/consents', {
    list: route.get(
      '/',
      { access, uses: { tx: core.tx }, response: z.array(Consent), summary: 'List the apps that act for you' },
      async ({ user, tx }) => {
        const rows = await tx
          .select({
            id: oauthClients.id,
            name: oauthClients.name,
            scopes: oauthConsents.scopes,
            grantedAt: oauthConsents.grantedAt,
          })
          .from(oauthConsents)
          .innerJoin(oauthClients, eq(oauthClients.id, oauthConsents.clientId))
          .where(eq(oauthConsents.userId, user.id))
          .orderBy(desc(oauthConsents.grantedAt))
          .limit(LIMIT)
        return rows.map(({ id, name, scopes, grantedAt }) => ({
          client: { id, name },
          scopes: describedScopes(scopes, parts),
          grantedAt,
        }))
      },
    ),
    revoke: route.delete(
      '/:clientId',
      {
        access,
        params: z.object({ clientId: z.uuid() }),
        uses: { tx: core.tx, sessions: core.sessions, events: core.events },
        errors: [NotFound],
        summary: 'End what an app may do for you',
        description: 'Its tokens end at once; it must ask again.',
      },
      async ({ params: { clientId }, user, tx, sessions, events }) => {
        const { authSessions } = core.tables
        const [consent] = await tx
          .delete(oauthConsents)
          .where(and(eq(oauthConsents.userId, user.id), eq(oauthConsents.clientId, clientId)))
          .returning()
        const theirs = await tx
          .select({ id: authSessions.id })
          .from(authSessions)
          .where(and(eq(authSessions.userId, user.id), eq(authSessions.clientId, clientId)))
        if (consent === undefined && theirs.length === 0) throw new NotFound('You have agreed to nothing of this app.')
        await tx.delete(oauthCodes).where(and(eq(oauthCodes.userId, user.id), eq(oauthCodes.clientId, clientId)))
        for (const { id } of theirs) await sessions.end(id)
        await events.record('app_revoked', { userId: user.id, details: { clientId } })
      },
    ),
  })
}
