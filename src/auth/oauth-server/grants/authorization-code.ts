import { keepIssued, redeemCode } from '../codes.ts'
import { OAuthRefusal } from '../oauth-error.ts'
import type { GrantContext, OAuthToken } from './grant.ts'
import { tokenResponse } from './token-response.ts'

/** A code for tokens (RFC 6749 section 4.1.3), with the proof that it was asked for by the same client (RFC 7636 section 4.5). */
export async function grantCode({ parts, client, form, uses }: GrantContext): Promise<OAuthToken> {
  const { code: shown, code_verifier: verifier, redirect_uri: redirectUri } = form
  if (shown === undefined || verifier === undefined || redirectUri === undefined)
    throw new OAuthRefusal('invalid_request', 'The code, the code_verifier and the redirect_uri are required.')
  const { code, user } = await redeemCode({ ...uses, parts }, { client, code: shown, redirectUri, verifier })
  const { scopes, methods, organisationId } = code
  const session = await uses.sessions.begin({
    user,
    methods,
    authenticatedAt: Math.floor(Date.parse(code.authenticatedAt) / 1000),
    delivery: 'tokens',
    clientId: client.id,
    scopes,
    ...(organisationId !== null && { organisationId }),
  })
  await keepIssued({ ...uses, parts }, code, session.sessionId)
  return tokenResponse(session, scopes, client)
}
