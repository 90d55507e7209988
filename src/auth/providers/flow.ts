import { createHmac } from 'node:crypto'
import type { RequestHead, ResponseHead } from '../../core/request.ts'
import { TokenInvalid } from '../core/errors.ts'
import type { Delivery } from '../core/log-in-result.ts'
import { newSecret, secretHash } from '../core/secrets.ts'
import type { OneTimeTokens } from '../core/services.ts'
import type { UserId } from '../identity.ts'
import type { ProviderParts } from './options.ts'
import type { LogInChecks, ProviderClients } from './provider-clients.ts'

const PURPOSE = 'provider-flow'
const HOLDS_SECONDS = 600
/** Of the browser that a flow began in. */
const BROWSER_COOKIE = '__Host-provider'
const SECRET = /^[A-Za-z0-9_-]{43}$/

/** What a flow was begun for. */
export interface Flow {
  readonly provider: string
  /** An address that was checked. */
  readonly returnTo: string
  readonly delivery: Delivery
  /** The hash of a secret of the client that began it: who exchanges the code shows the secret (RFC 7636). */
  readonly challenge?: string | undefined
  /** Whose account the provider is linked to, and the session that asked for it; a log-in has none. */
  readonly link?: { readonly userId: UserId; readonly sessionId: string } | undefined
}

interface Uses {
  readonly request: RequestHead
  readonly response: ResponseHead
  readonly oneTimeTokens: OneTimeTokens
  readonly clients: ProviderClients
}

/** Begins a flow in this browser, and gives the URL at the provider where it goes on. */
export async function beginFlow(
  { request, response, oneTimeTokens, clients }: Uses,
  parts: ProviderParts,
  { link, ...flow }: Flow,
): Promise<string> {
  // Before the first statement: no transaction waits for a provider.
  const client = await clients.of(flow.provider)
  const known = browserSecretOf(request)
  const secret = known ?? newSecret()
  response.cookie(BROWSER_COOKIE, secret, {
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'lax',
    maxAgeSeconds: HOLDS_SECONDS,
  })
  const state = await oneTimeTokens.issue({
    purpose: PURPOSE,
    ...(link && { userId: link.userId }),
    details: { ...flow, browser: secretHash(secret), ...(link && { sessionId: link.sessionId }) },
    expiresInSeconds: HOLDS_SECONDS,
  })
  return client.authorizationUrl(redirectUriOf(parts, flow.provider), checksOf(secret, state))
}

/**
 * The flow of an answer: one that was begun in this browser with this provider, within 10 minutes, and was not answered before. It is spent by this, also where
 * the request then fails.
 *
 * @throws TokenInvalid
 */
export async function takeFlow(
  { request, oneTimeTokens }: Pick<Uses, 'request' | 'oneTimeTokens'>,
  provider: string,
  state: string | undefined,
): Promise<{ readonly flow: Flow; readonly checks: LogInChecks }> {
  const secret = browserSecretOf(request)
  if (state === undefined || secret === undefined) throw new TokenInvalid()
  const { userId, details } = await oneTimeTokens.attempt(PURPOSE, state, 1)
  if (details['browser'] !== secretHash(secret) || details['provider'] !== provider) throw new TokenInvalid()
  const {
    browser: _,
    sessionId,
    ...flow
  } = details as unknown as Flow & {
    readonly browser: string
    readonly sessionId?: string
  }
  const link = userId === null || sessionId === undefined ? undefined : { userId, sessionId }
  return { flow: { ...flow, link }, checks: checksOf(secret, state) }
}

/** Whether a request comes from the browser of a flow, by the hash of its secret. */
export function isBrowser(request: RequestHead, hash: string): boolean {
  const secret = browserSecretOf(request)
  return secret !== undefined && secretHash(secret) === hash
}

/** What of the browser is kept. */
export function browserHash(request: RequestHead): string | undefined {
  const secret = browserSecretOf(request)
  return secret && secretHash(secret)
}

/** Of the configured origin, character by character what is registered at the provider; never of a request's Host. */
export function redirectUriOf({ base }: Pick<ProviderParts, 'base'>, provider: string): string {
  return `${base}/${provider}/callback`
}

/** Flows side by side in one browser have one secret: each of its tabs comes back. */
function browserSecretOf(request: RequestHead): string | undefined {
  const secret = request.cookie(BROWSER_COOKIE)
  return secret !== undefined && SECRET.test(secret) ? secret : undefined
}

/** Nonce and verifier are made of the browser's secret and the flow's: nobody keeps them, and another browser cannot make them. */
function checksOf(secret: string, state: string): LogInChecks {
  const made = (use: string): string => createHmac('sha256', secret).update(`${use}.${state}`).digest('base64url')
  return { state, nonce: made('nonce'), verifier: made('verifier') }
}
