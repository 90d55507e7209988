import { randomUUID } from 'node:crypto'
import { isPublic } from '../clients.ts'
import { grantableScopes } from '../authorization-request.ts'
import { OAuthRefusal } from '../oauth-error.ts'
import type { GrantContext, OAuthToken } from './grant.ts'

/** A client for itself, without a user (RFC 6749 section 4.4). It has no refresh token: it can ask again at any time. */
export async function grantClientCredentials({ parts, client, form, uses }: GrantContext): Promise<OAuthToken> {
  if (isPublic(client))
    throw new OAuthRefusal('unauthorized_client', 'A client without a secret cannot act for itself.')
  const scopes = grantableScopes(form.scope, client, parts.scopes)
  const { accessTokens } = uses.process
  const token = await accessTokens.issue({
    userId: client.id,
    clientId: client.id,
    isClient: true,
    epoch: 0,
    // There is no row of it: it is what this one token can be ended by.
    sessionId: randomUUID(),
    roles: [],
    scopes,
    methods: [],
    authenticatedAt: 0,
  })
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: accessTokens.expiresInSeconds,
    scope: scopes.join(' '),
  }
}
