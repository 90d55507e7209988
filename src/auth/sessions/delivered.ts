import { clockNow } from '../../core/clock.ts'
import { membershipOf, type Membership } from '../core/membership.ts'
import type { UserRow } from '../core/user-row.ts'
import type { Delivery, LoggedIn } from '../core/log-in-result.ts'
import type { SessionParts } from './parts.ts'
import { ACCESS_COOKIE, REFRESH_COOKIE, SESSION_COOKIE, setSessionCookie } from './session-cookies.ts'
import type { SessionRow } from './session-rows.ts'

interface Delivered {
  readonly session: SessionRow
  readonly user: UserRow
  readonly epoch: number
  /** In place of the session's own, and not more than those. */
  readonly scopes?: readonly string[] | undefined
}

/** A session known by the secret in its cookie. */
export function deliverSecret({ response }: SessionParts, session: SessionRow, secret: string): LoggedIn {
  uncached(response)
  setSessionCookie(response, SESSION_COOKIE, { value: secret, maxAgeSeconds: secondsLeft(session) })
  return { status: 'logged_in', userId: session.userId, sessionId: session.id }
}

/** An access token and a refresh token, in the body or in cookies. */
export async function deliverTokens(
  { base, tx, response, process: { accessTokens } }: SessionParts,
  issued: Delivered,
  { refreshToken, delivery }: { readonly refreshToken: string; readonly delivery: Exclude<Delivery, 'session'> },
): Promise<LoggedIn> {
  const { session } = issued
  uncached(response)
  const organisation = await membershipOf(base, (work) => work(tx), session)
  const accessToken = await accessTokens.issue(subjectOf(issued, organisation))
  const expiresIn = accessTokens.expiresInSeconds
  const loggedIn = { status: 'logged_in', userId: session.userId, sessionId: session.id, expiresIn } as const
  if (delivery === 'tokens') return { ...loggedIn, accessToken, tokenType: 'Bearer', refreshToken }
  setSessionCookie(response, ACCESS_COOKIE, { value: accessToken, maxAgeSeconds: expiresIn })
  setSessionCookie(response, REFRESH_COOKIE, { value: refreshToken, maxAgeSeconds: secondsLeft(session) })
  return loggedIn
}

/** RFC 6749 section 5.1: what carries credentials is kept by nobody on the way. */
function uncached(response: SessionParts['response']): void {
  response.header('cache-control', 'no-store')
}

function subjectOf(
  { session, user, epoch, scopes }: Delivered,
  organisation: Membership | undefined,
): Parameters<SessionParts['process']['accessTokens']['issue']>[0] {
  return {
    userId: user.id,
    epoch,
    sessionId: session.id,
    clientId: session.clientId ?? undefined,
    roles: user.roles,
    scopes: scopes ?? session.scopes ?? undefined,
    methods: session.methods,
    authenticatedAt: Math.floor(Date.parse(session.authenticatedAt) / 1000),
    impersonatorId: session.impersonatorId ?? undefined,
    organisation,
  }
}

function secondsLeft({ expiresAt }: SessionRow): number {
  return (Date.parse(expiresAt) - clockNow()) / 1000
}
