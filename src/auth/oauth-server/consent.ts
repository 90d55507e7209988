import { z } from 'zod'
import { empty } from '../../core/content.ts'
import { redirect } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import { BadRequest, Forbidden } from '../../core/errors/index.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { named } from '../../schema/named.ts'
import { TokenInvalid } from '../core/errors.ts'
import {
  answerTarget,
  codeResponse,
  errorResponse,
  grantableScopes,
  type AuthorizationRequest,
} from './authorization-request.ts'
import { isAtBrowser, type BrowserRules, type BrowserUser } from './browser-user.ts'
import type { Identity } from '../identity.ts'
import { issueCode } from './codes.ts'
import { rememberConsent } from './consents.ts'
import { DescribedScope, describedScopes } from './described-scopes.ts'
import { OAuthRefusal } from './oauth-error.ts'
import type { ServerParts } from './options.ts'
import { openPending, type PendingConsent } from './pending-consent.ts'

const ConsentRequest = named(
  'OAuthConsentRequest',
  z.object({
    client: z.object({ id: z.string(), name: z.string(), firstParty: z.boolean() }),
    redirectUri: z.string(),
    scopes: z.array(DescribedScope),
  }),
)

/** What is asked, for a consent page of the front end. */
export function readConsentOperation(parts: ServerParts, rules: BrowserRules) {
  const { core } = parts
  return route.get(
    '/consent',
    {
      access: rules.user,
      query: z.object({ request: z.string() }),
      uses: { tx: core.tx, process: core.process },
      response: ConsentRequest,
      errors: [BadRequest, TokenInvalid],
      summary: 'What a client asks a user for',
    },
    async ({ query, user, tx, process, response }) => {
      response.header('cache-control', 'no-store')
      const pending = await openPending(process, query.request, whoDecides(user).sessionId)
      const { client, redirectUri, scopes } = await stillValid(tx, parts, pending)
      const { id, name, firstParty } = client
      return { client: { id, name, firstParty }, redirectUri, scopes: describedScopes(scopes, parts) }
    },
  )
}

/** The decision of a user: the form of the consent page. The browser goes on to the client, with a code or with `access_denied`. */
export function decideConsentOperation(parts: ServerParts, rules: BrowserRules) {
  const { core, issuer } = parts
  return route.post(
    '/consent',
    {
      access: rules.user,
      form: z.object({ request: z.string(), decision: z.enum(['allow', 'deny']) }),
      uses: { tx: core.tx, process: core.process, userRows: core.userRows, events: core.events },
      response: { 303: empty },
      errors: [BadRequest, TokenInvalid],
      summary: 'Allow or deny what a client asks for',
    },
    async ({ form, user, tx, process, userRows, events, response }) => {
      response.header('cache-control', 'no-store')
      const caller = whoDecides(user)
      const asked = await stillValid(tx, parts, await openPending(process, form.request, caller.sessionId))
      if (form.decision === 'deny') {
        const denied = { error: 'access_denied', message: 'The user has denied it.' } as const
        return redirect(errorResponse(asked, denied, issuer), 303)
      }
      const { client, scopes } = asked
      await rememberConsent(tx, parts.tables, { clientId: client.id, userId: caller.id, scopes })
      const code = await issueCode({ tx, userRows, parts }, asked, caller)
      await events.record('app_authorized', { userId: caller.id, details: { clientId: client.id, scopes } })
      return redirect(codeResponse(asked, code, issuer), 303)
    },
  )
}

function whoDecides(user: Identity): BrowserUser {
  if (!isAtBrowser(user)) throw new Forbidden()
  return user
}

/** The client may have been changed or removed while its user was thinking. */
async function stillValid(
  tx: Transaction,
  parts: ServerParts,
  { clientId, redirectUri, state, scopes, codeChallenge }: PendingConsent,
): Promise<AuthorizationRequest> {
  const target = await answerTarget(tx, parts, { client_id: clientId, redirect_uri: redirectUri, state })
  const granted = possibleScopes(target, scopes, parts)
  return { ...target, scopes: granted, codeChallenge, prompt: new Set(), authenticatedAfter: 0 }
}

function possibleScopes(
  { client }: Pick<AuthorizationRequest, 'client'>,
  scopes: readonly string[],
  { scopes: known }: ServerParts,
): readonly string[] {
  try {
    return grantableScopes(scopes.join(' '), client, known)
  } catch (cause) {
    if (cause instanceof OAuthRefusal) throw new TokenInvalid(undefined, { cause })
    throw cause
  }
}
