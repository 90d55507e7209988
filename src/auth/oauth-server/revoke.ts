import { anyone } from '../../core/access/index.ts'
import { empty } from '../../core/content.ts'
import { reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import type { Transaction } from '../../data/drizzle.ts'
import type { AccountsProcess, Sessions } from '../core/services.ts'
import { clientAuthentication } from './client-authentication.ts'
import type { ClientRow } from './clients.ts'
import { holderOf, isAccessToken, tokenOf, TokenInQuestion } from './introspect.ts'
import { answered, OAuthError, oauthForm, OAuthRefusal } from './oauth-error.ts'
import type { ServerParts } from './options.ts'

/**
 * Ends what a token belongs to (RFC 7009): of a user's token the whole family, access tokens included, at once; of a client's own that token. One that does not hold
 * anyway is answered with 200 as well.
 */
export function revokeOperation(parts: ServerParts) {
  const { core } = parts
  return route.post(
    '/revoke',
    {
      access: anyone,
      form: TokenInQuestion,
      uses: {
        tx: core.tx,
        process: core.process,
        sessions: core.sessions,
        authentication: clientAuthentication(parts),
      },
      middleware: [oauthForm],
      response: { 200: empty, 400: OAuthError, 401: OAuthError },
      summary: 'End a token',
    },
    ({ form, authentication, ...uses }) =>
      answered(async () => {
        const client = await authentication.authenticate(form)
        const token = tokenOf(form)
        await (isAccessToken(token) ? endAccessToken(uses, client, token) : endFamily(uses, client, token))
        return reply(200)
      }),
  )
}

interface Uses {
  readonly tx: Transaction
  readonly process: AccountsProcess
  readonly sessions: Sessions
}

async function endFamily({ sessions }: Uses, client: ClientRow, token: string): Promise<void> {
  const found = await sessions.ofRefreshToken(token)
  if (found === undefined) return
  checkOwner(found.clientId, client)
  await sessions.end(found.sessionId)
}

async function endAccessToken({ tx, process, sessions }: Uses, client: ClientRow, token: string): Promise<void> {
  const holder = await holderOf(process.accessTokens, token)
  if (holder?.sessionId === undefined) return
  checkOwner(holder.clientId, client)
  if (holder.via !== 'client') return sessions.end(holder.sessionId)
  return process.revocations.record(tx, { kind: 'session', subject: holder.sessionId })
}

/** RFC 7009 section 2.1: a token of another client is refused, and the client is told. */
function checkOwner(owner: string | null | undefined, client: ClientRow): void {
  if (owner !== client.id) throw new OAuthRefusal('unauthorized_client', 'The token was issued to another client.')
}
