import { and, eq } from 'drizzle-orm'
import { z } from 'zod'
import { anyone } from '../../core/access/index.ts'
import { NotFound, Unauthenticated } from '../../core/errors/index.ts'
import type { RequestHead } from '../../core/request.ts'
import { route } from '../../core/route.ts'
import { named } from '../../schema/named.ts'
import { authorizationOf, bearerChallenge } from '../credentials.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { CrossSiteRequest, InvalidGrant } from '../core/errors.ts'
import { LoggedIn } from '../core/log-in-result.ts'
import type { AccountsProcess, Sessions } from '../core/services.ts'
import type { Identity } from '../identity.ts'
import { assertSameOrigin, cookieOrigins } from '../process/same-origin.ts'
import { ACCESS_COOKIE, clearSessionCookies, REFRESH_COOKIE, SESSION_COOKIE } from './session-cookies.ts'

const RefreshToken = z.string().min(1).max(200)

/** A device on which the user is logged in. */
const Session = named(
  'Session',
  z.object({
    id: z.uuid(),
    kind: z.enum(['cookie', 'refresh']),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
    /** When it ends, whatever happens in it. */
    expiresAt: z.iso.datetime(),
    userAgent: z.string().nullable(),
    address: z.string().nullable(),
    methods: z.array(z.enum(['pwd', 'otp', 'passkey', 'recovery', 'provider'])),
    /** The app that acts for the user. */
    clientId: z.string().nullable(),
    /** Whether this request belongs to it. */
    current: z.boolean(),
  }),
)

/**
 * The operations about sessions: `logOut` POST /logout, `logOutEverywhere` POST /logout-all, `sessions` GET /sessions, `endSession` DELETE /sessions/:id,
 * and `refresh` POST /refresh. What works by a cookie must come from a page of the same origin: others are answered 403 `cross_site_request`.
 */
export function sessionOperations(core: AccountsCore) {
  return { logOut: logOut(core), refresh: refresh(core), ...ownSessions(core) }
}

function logOut(core: AccountsCore) {
  return route.post(
    '/logout',
    {
      access: anyone,
      summary: 'Log out',
      description:
        'Ends the session of the request, by whichever credentials it is known, and takes its cookies away. To end one whose access token has expired, send its refresh token.',
      uses: { sessions: core.sessions, process: core.process, events: core.events },
      body: z.object({ refreshToken: RefreshToken.optional() }).optional(),
      errors: [CrossSiteRequest],
    },
    async ({ body, request, response, sessions, process, events }) => {
      if (hasCookies(request)) assertSameOrigin(request, cookieOrigins(core))
      for (const { sessionId, userId } of await presented({ request, sessions, process }, body?.refreshToken)) {
        await sessions.end(sessionId)
        await events.record('logged_out', { ...(userId !== undefined && { userId }), details: { sessionId } })
      }
      clearSessionCookies({ request, response })
    },
  )
}

function refresh(core: AccountsCore) {
  return route.post(
    '/refresh',
    {
      access: anyone,
      summary: 'Refresh the tokens',
      description:
        'Gives a new access token and a new refresh token for a refresh token, in the body or in the cookie, which is spent by it. A spent one that is used again ends the session.',
      uses: { sessions: core.sessions },
      body: z.object({ refreshToken: RefreshToken.optional() }).optional(),
      response: LoggedIn,
      errors: [CrossSiteRequest, InvalidGrant],
    },
    ({ body, request, sessions }) => {
      const refreshToken = body?.refreshToken ?? request.cookie(REFRESH_COOKIE)
      if (refreshToken === undefined)
        throw new InvalidGrant('There is no refresh token in the body, and none in the cookie.')
      // Also where it is in the body: what is given back goes where the cookie is.
      if (request.cookie(REFRESH_COOKIE) !== undefined) assertSameOrigin(request, cookieOrigins(core))
      return sessions.refresh(refreshToken)
    },
  )
}

function ownSessions(core: AccountsCore) {
  const access = core.access.unrestricted
  return {
    logOutEverywhere: route.post(
      '/logout-all',
      { access, summary: 'Log out everywhere', uses: { sessions: core.sessions } },
      async ({ user, request, response, sessions }) => {
        await sessions.endAll(user.id)
        clearSessionCookies({ request, response })
      },
    ),
    sessions: route.get(
      '/sessions',
      {
        access,
        summary: 'List my sessions',
        description: 'Those that hold, the last used first, at most 200.',
        uses: { sessions: core.sessions },
        response: z.array(Session),
      },
      async ({ user, sessions }) =>
        (await sessions.list(user.id)).map((session) => ({ ...session, current: session.id === user.sessionId })),
    ),
    endSession: route.delete(
      '/sessions/:id',
      {
        access,
        summary: 'End one of my sessions',
        params: z.object({ id: z.uuid() }),
        uses: { tx: core.tx, sessions: core.sessions, events: core.events },
        errors: [NotFound],
      },
      async ({ params: { id }, user, request, response, tx, sessions, events }) => {
        const { authSessions } = core.tables
        const own = and(eq(authSessions.id, id), eq(authSessions.userId, user.id))
        const [found] = await tx.select({ id: authSessions.id }).from(authSessions).where(own)
        if (found === undefined) throw new NotFound('You have no such session.')
        await sessions.end(id)
        await events.record('session_ended', { userId: user.id, details: { sessionId: id } })
        if (id === user.sessionId) clearSessionCookies({ request, response })
      },
    ),
  }
}

interface Presented {
  readonly request: RequestHead
  readonly sessions: Sessions
  readonly process: AccountsProcess
}

/** The sessions of all credentials of the request. Those that are not valid any more have none, and are no error: who logs out wants to be rid of them. */
async function presented(
  { request, sessions, process }: Presented,
  refreshToken: string | undefined,
): Promise<readonly { readonly sessionId: string; readonly userId?: Identity['id'] }[]> {
  const secret = request.cookie(SESSION_COOKIE)
  const access = [bearerOf(request), request.cookie(ACCESS_COOKIE)].filter((token) => token !== undefined)
  const identities = [
    secret === undefined ? undefined : await process.identifySession(secret),
    ...(await Promise.all(access.map((token) => identified(process, token)))),
  ]
  const tokens = [refreshToken, request.cookie(REFRESH_COOKIE)].filter((token) => token !== undefined)
  const found = new Map<string, { readonly sessionId: string; readonly userId?: Identity['id'] }>()
  for (const token of tokens) {
    const of = await sessions.ofRefreshToken(token)
    // A family of another app is ended by that app, which proves who it is (RFC 7009).
    if (of?.clientId === null) found.set(of.sessionId, { sessionId: of.sessionId })
  }
  for (const identity of identities)
    // What a client's token for itself is known by is no session: that client ends it (RFC 7009).
    if (identity?.sessionId !== undefined && identity.via !== 'client')
      found.set(identity.sessionId, { sessionId: identity.sessionId, userId: identity.id })
  return [...found.values()]
}

const BEARER = bearerChallenge('Bearer')

function bearerOf(request: RequestHead): string | undefined {
  return authorizationOf(request, 'Bearer', BEARER)
}

async function identified(process: AccountsProcess, token: string): Promise<Identity | undefined> {
  try {
    return await process.accessTokens.identify(token)
  } catch (error) {
    if (error instanceof Unauthenticated) return undefined
    throw error
  }
}

function hasCookies(request: RequestHead): boolean {
  return [SESSION_COOKIE, ACCESS_COOKIE, REFRESH_COOKIE].some((name) => request.cookie(name) !== undefined)
}
