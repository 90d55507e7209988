import type { LoggedIn } from '../../core/log-in-result.ts'
import type { ClientRow } from '../clients.ts'
import type { OAuthToken } from './grant.ts'

/** Tokens as RFC 6749 section 5.1 has them; a refresh token only for clients that may use one. */
export function tokenResponse(
  { accessToken, refreshToken, expiresIn }: LoggedIn,
  scopes: readonly string[],
  { grants }: Pick<ClientRow, 'grants'>,
): OAuthToken {
  if (accessToken === undefined || expiresIn === undefined)
    throw new Error('The session gave no token, although it was asked for one in the body.')
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresIn,
    ...(grants.includes('refresh_token') && { refresh_token: refreshToken }),
    scope: scopes.join(' '),
  }
}
