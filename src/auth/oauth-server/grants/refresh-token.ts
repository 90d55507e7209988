import { eq } from 'drizzle-orm'
import { InvalidGrant } from '../../core/errors.ts'
import { grantableScopes } from '../authorization-request.ts'
import { OAuthRefusal } from '../oauth-error.ts'
import type { GrantContext, OAuthToken } from './grant.ts'
import { tokenResponse } from './token-response.ts'

/**
 * A refresh token for the next pair (RFC 6749 section 6). Less than was granted may be asked for, never more; what the client is no longer registered for is
 * left out.
 */
export async function grantRefresh(context: GrantContext): Promise<OAuthToken> {
  const { client, form, uses } = context
  if (form.refresh_token === undefined) throw new OAuthRefusal('invalid_request', 'The refresh_token is missing.')
  const scopes = scopesFor(context, await grantedScopes(context, form.refresh_token))
  const session = await uses.sessions.refresh(form.refresh_token, { clientId: client.id, scopes })
  return tokenResponse(session, scopes, client)
}

async function grantedScopes({ parts, client, uses }: GrantContext, refreshToken: string): Promise<readonly string[]> {
  const { authSessions } = parts.core.tables
  const found = await uses.sessions.ofRefreshToken(refreshToken)
  if (found === undefined || found.clientId !== client.id) throw new InvalidGrant()
  const [session] = await uses.tx
    .select({ scopes: authSessions.scopes })
    .from(authSessions)
    .where(eq(authSessions.id, found.sessionId))
  return session?.scopes ?? []
}

function scopesFor({ parts, client, form }: GrantContext, granted: readonly string[]): readonly string[] {
  const still = granted.filter((scope) => client.scopes.includes(scope) && Object.hasOwn(parts.scopes, scope))
  const asked =
    form.scope === undefined || form.scope === '' ? still : grantableScopes(form.scope, client, parts.scopes)
  // That it is no more than was granted, the session checks.
  if (asked.length > 0) return asked
  throw new OAuthRefusal('invalid_scope', 'The client is not registered for anything it was granted.')
}
