import { z } from 'zod'
import { BadRequest } from '../../core/errors/index.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { findClient, type ClientRow } from './clients.ts'
import { OAuthRefusal, type OAuthErrorCode } from './oauth-error.ts'
import type { ServerParts } from './options.ts'
import { isRegistered, withParameters } from './redirect-uri.ts'
import { areWithin, scopesOf } from './scope-names.ts'

/**
 * The parameters of RFC 6749 section 4.1.1 and RFC 7636 section 4.3. Unknown ones are ignored, as the RFC says; one that stands twice is refused before anything
 * is made of it.
 */
export const AuthorizationParameters = z.object({
  client_id: z.string(),
  redirect_uri: z.string(),
  response_type: z.string().optional(),
  response_mode: z.string().optional(),
  scope: z.string().optional(),
  state: z.string().optional(),
  code_challenge: z.string().optional(),
  code_challenge_method: z.string().optional(),
  prompt: z.string().optional(),
  /** Set by this server when it sends the browser to log in once more; in seconds since the epoch. */
  authenticated_after: z.string().optional(),
})
export type AuthorizationParameters = z.infer<typeof AuthorizationParameters>

/** Where the answer goes: a client and an address of it that has been checked. */
export interface AnswerTarget {
  readonly client: ClientRow
  readonly redirectUri: string
  readonly state: string | undefined
}

/** An authorization request that can be granted, if its user agrees. */
export interface AuthorizationRequest extends AnswerTarget {
  readonly scopes: readonly string[]
  readonly codeChallenge: string
  readonly prompt: ReadonlySet<string>
  readonly authenticatedAfter: number
}

// The base64url of a SHA-256 hash.
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/
const PROMPTS = ['none', 'login', 'consent']

/**
 * Who asks, and where the answer may go.
 *
 * @throws BadRequest where the client or the address is not a registered one. That is shown, and the browser is sent nowhere: the address is the attacker's.
 */
export async function answerTarget(
  tx: Transaction,
  { tables }: Pick<ServerParts, 'tables'>,
  parameters: Pick<AuthorizationParameters, 'client_id' | 'redirect_uri' | 'state'>,
): Promise<AnswerTarget> {
  const client = await findClient(tx, tables, parameters.client_id)
  if (client === undefined) throw new BadRequest('There is no client with this client_id.')
  if (!isRegistered(client.redirectUris, parameters.redirect_uri))
    throw new BadRequest('The redirect_uri is none of those that the client has registered.')
  return { client, redirectUri: parameters.redirect_uri, state: parameters.state }
}

/** @throws OAuthRefusal for what the client is told at its address. */
export function checkedRequest(
  target: AnswerTarget,
  given: AuthorizationParameters,
  { scopes: known }: Pick<ServerParts, 'scopes'>,
): AuthorizationRequest {
  const { client } = target
  if (given.response_type !== 'code')
    throw new OAuthRefusal(
      given.response_type === undefined ? 'invalid_request' : 'unsupported_response_type',
      'The response_type must be "code".',
    )
  if ((given.response_mode ?? 'query') !== 'query')
    throw new OAuthRefusal('invalid_request', 'The response_mode must be "query".')
  if (!client.grants.includes('authorization_code'))
    throw new OAuthRefusal('unauthorized_client', 'The client may not use authorization codes.')
  return {
    ...target,
    codeChallenge: challengeOf(given),
    scopes: grantableScopes(given.scope, client, known),
    prompt: promptsOf(given.prompt),
    authenticatedAfter: Number(/^\d{1,12}$/.exec(given.authenticated_after ?? '')?.[0] ?? 0),
  }
}

/** RFC 9700 section 2.1.1: PKCE for every client, and `plain` for none, which is what a missing method would mean. */
function challengeOf({ code_challenge, code_challenge_method }: AuthorizationParameters): string {
  if (code_challenge === undefined || code_challenge_method !== 'S256')
    throw new OAuthRefusal('invalid_request', 'PKCE is required: send code_challenge and code_challenge_method=S256.')
  if (!CHALLENGE.test(code_challenge))
    throw new OAuthRefusal('invalid_request', 'The code_challenge is not the base64url of a SHA-256 hash.')
  return code_challenge
}

/**
 * The scopes that are asked for; all of the client's where the request names none.
 *
 * @throws OAuthRefusal `invalid_scope` where one is unknown or not the client's.
 */
export function grantableScopes(
  asked: string | undefined,
  { scopes: registered }: Pick<ClientRow, 'scopes'>,
  known: ServerParts['scopes'],
): readonly string[] {
  const possible = registered.filter((scope) => Object.hasOwn(known, scope))
  const scopes = asked === undefined || asked === '' ? possible : scopesOf(asked)
  if (scopes === undefined || scopes.length === 0 || !areWithin(scopes, possible))
    throw new OAuthRefusal('invalid_scope', 'A scope is unknown, or is none that the client may ask for.')
  return scopes
}

function promptsOf(text: string | undefined): ReadonlySet<string> {
  const prompts = new Set((text ?? '').split(' ').filter((value) => value !== ''))
  const known = [...prompts].every((prompt) => PROMPTS.includes(prompt))
  if (known && (prompts.size < 2 || !prompts.has('none'))) return prompts
  throw new OAuthRefusal('invalid_request', 'The prompt is none, login or consent; none stands alone.')
}

/** Where the browser goes with a code. `iss` tells a client of several servers which of them answers (RFC 9207). */
export function codeResponse({ redirectUri, state }: AnswerTarget, code: string, issuer: string): string {
  return withParameters(redirectUri, { code, state, iss: issuer })
}

/** Where the browser goes with a refusal (RFC 6749 section 4.1.2.1). */
export function errorResponse(
  { redirectUri, state }: AnswerTarget,
  refusal: { readonly error: OAuthErrorCode; readonly message: string },
  issuer: string,
): string {
  return withParameters(redirectUri, { error: refusal.error, error_description: refusal.message, state, iss: issuer })
}
