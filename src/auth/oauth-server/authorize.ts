import { clockNow } from '../../core/clock.ts'
import { empty, html } from '../../core/content.ts'
import { redirect, reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import type { RequestHead } from '../../core/request.ts'
import {
  answerTarget,
  AuthorizationParameters,
  checkedRequest,
  codeResponse,
  errorResponse,
  type AuthorizationRequest,
} from './authorization-request.ts'
import { isAtBrowser, type BrowserRules } from './browser-user.ts'
import { issueCode } from './codes.ts'
import { consentHeaders, consentPage } from './consent-page.ts'
import { mustAsk } from './consents.ts'
import { describedScopes } from './described-scopes.ts'
import { OAuthRefusal } from './oauth-error.ts'
import type { ServerParts } from './options.ts'
import { sealPending } from './pending-consent.ts'
import { BadRequest } from '../../core/errors/index.ts'
import type { Identity } from '../identity.ts'

/**
 * The authorization endpoint (RFC 6749 section 3.1): sends the browser on with a code, to log in, or to be asked. Errors go to the client once its address is
 * known to be its own, and are shown until then.
 */
export function authorizeOperation(parts: ServerParts, rules: BrowserRules) {
  const { core } = parts
  return route.get(
    '/authorize',
    {
      access: rules.visitor,
      query: AuthorizationParameters,
      uses: { tx: core.tx, process: core.process, userRows: core.userRows },
      response: { 200: html, 303: empty },
      errors: [BadRequest],
      summary: 'Ask a user for an authorization code',
      description: 'Opened in the browser. PKCE with `S256` is required of every client (RFC 7636).',
    },
    async ({ query, user, request, response, ...uses }) => {
      response.header('cache-control', 'no-store')
      const target = await answerTarget(uses.tx, parts, query)
      try {
        const asked = checkedRequest(target, query, parts)
        return await decided({ ...uses, parts }, { asked, user, backTo: () => logInAddress(parts, request, query) })
      } catch (error) {
        if (error instanceof OAuthRefusal) return redirect(errorResponse(target, error, parts.issuer), 303)
        throw error
      }
    },
  )
}

type Used = Parameters<typeof issueCode>[0] & {
  readonly process: Parameters<typeof sealPending>[0]
  readonly parts: ServerParts
}

interface Question {
  readonly asked: AuthorizationRequest
  readonly user: Identity | undefined
  /** Where people log in, and come back from. */
  readonly backTo: () => string
}

async function decided(used: Used, { asked, user, backTo }: Question) {
  const { parts, tx, process } = used
  const silent = asked.prompt.has('none')
  if (!isAtBrowser(user) || asked.prompt.has('login') || user.authenticatedAt < asked.authenticatedAfter) {
    if (silent) throw new OAuthRefusal('login_required', 'Nobody is logged in.')
    return redirect(backTo(), 303)
  }
  if (!(await mustAsk(tx, parts.tables, asked, user.id)))
    return redirect(codeResponse(asked, await issueCode(used, asked, user), parts.issuer), 303)
  if (silent) throw new OAuthRefusal('consent_required', 'The user has not agreed to this.')
  const request = await sealPending(process, asked, user.sessionId)
  if (parts.consentPage !== undefined) return redirect(withParameter(parts.consentPage, 'request', request), 303)
  const question = {
    client: asked.client.name,
    redirectUri: asked.redirectUri,
    scopes: describedScopes(asked.scopes, parts),
    request,
  }
  return reply(200, consentPage(question), consentHeaders(asked.redirectUri))
}

/**
 * The log-in page, with the way back. It is made of this very path and of known parameters, on the configured origin: nothing of it is an address that somebody
 * else has chosen (GA15). `prompt=login` would come back for ever; the moment from which on a log-in counts takes its place.
 */
function logInAddress(
  { core, logInPage }: ServerParts,
  request: Pick<RequestHead, 'basePath' | 'path'>,
  query: AuthorizationParameters,
): string {
  const { prompt = '', ...others } = query
  const kept = prompt.split(' ').filter((value) => value !== 'login' && value !== '')
  const anew = prompt.split(' ').includes('login')
  const parameters = {
    ...others,
    ...(kept.length > 0 && { prompt: kept.join(' ') }),
    ...(anew && { authenticated_after: String(Math.floor(clockNow() / 1000)) }),
  }
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const path = `${request.basePath}${request.path}?${new URLSearchParams(given).toString()}`
  // Another origin needs all of it; on the same one a path can lead nowhere else.
  return withParameter(logInPage, 'return_to', logInPage.origin === core.origin ? path : `${core.origin}${path}`)
}

function withParameter(page: URL, name: string, value: string): string {
  const url = new URL(page)
  url.searchParams.set(name, value)
  return url.href
}
