import { and, eq, sql } from 'drizzle-orm'
import type { Transaction } from '../../data/drizzle.ts'
import type { UserId } from '../identity.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { isPublic } from './clients.ts'
import { provesClient } from './redirect-uri.ts'
import { areWithin } from './scope-names.ts'
import type { OAuthServerTables } from './tables.ts'

type Tables = Pick<OAuthServerTables, 'oauthConsents'>

/**
 * Whether the user is asked. A public client is not taken at its word where another program could stand at its address: then the user is asked each time,
 * also for the operator's own (RFC 8252 section 8.6).
 */
export async function mustAsk(
  tx: Transaction,
  tables: Tables,
  { client, redirectUri, scopes, prompt }: AuthorizationRequest,
  userId: UserId,
): Promise<boolean> {
  if (prompt.has('consent')) return true
  if (isPublic(client) && !provesClient(redirectUri)) return true
  return !client.firstParty && !areWithin(scopes, await consentedScopes(tx, tables, { clientId: client.id, userId }))
}

interface ConsentKey {
  readonly clientId: string
  readonly userId: UserId
}

async function consentedScopes(
  tx: Transaction,
  { oauthConsents }: Tables,
  { clientId, userId }: ConsentKey,
): Promise<readonly string[]> {
  const [consent] = await tx
    .select({ scopes: oauthConsents.scopes })
    .from(oauthConsents)
    .where(and(eq(oauthConsents.userId, userId), eq(oauthConsents.clientId, clientId)))
  return consent?.scopes ?? []
}

/** What was agreed to before stays. */
export async function rememberConsent(
  tx: Transaction,
  { oauthConsents }: Tables,
  { clientId, userId, scopes }: ConsentKey & { readonly scopes: readonly string[] },
): Promise<void> {
  const all = sql`array(select distinct unnest(${oauthConsents.scopes} || excluded.scopes))`
  await tx
    .insert(oauthConsents)
    .values({ userId, clientId, scopes: [...scopes] })
    .onConflictDoUpdate({
      target: [oauthConsents.userId, oauthConsents.clientId],
      set: { scopes: all, grantedAt: sql`clock_timestamp()` },
    })
}
