import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { z } from 'zod'
import { anyone } from '../../core/access/index.ts'
import { Unauthenticated } from '../../core/errors/index.ts'
import { reply } from '../../core/reply.ts'
import { route } from '../../core/route.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { named } from '../../schema/named.ts'
import { secretHash } from '../core/secrets.ts'
import type { AccessTokens, AccountsProcess } from '../core/services.ts'
import type { Identity } from '../identity.ts'
import { clientAuthentication } from './client-authentication.ts'
import { isPublic, type ClientRow } from './clients.ts'
import { answered, OAuthError, oauthForm, OAuthRefusal } from './oauth-error.ts'
import type { ServerParts } from './options.ts'

/** RFC 7662 section 2.1. The hint is not needed: the two kinds of tokens look different. */
export const TokenInQuestion = z.object({
  token: z.string().optional(),
  token_type_hint: z.string().optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
})

/** RFC 7662 section 2.2. */
const Introspection = named(
  'OAuthIntrospection',
  z.object({
    active: z.boolean(),
    scope: z.string().optional(),
    client_id: z.string().optional(),
    token_type: z.enum(['Bearer', 'refresh_token']).optional(),
    exp: z.int().optional(),
    iat: z.int().optional(),
    nbf: z.int().optional(),
    sub: z.string().optional(),
    aud: z.string().optional(),
    iss: z.string().optional(),
    jti: z.string().optional(),
    auth_time: z.int().optional(),
    amr: z.array(z.string()).optional(),
  }),
)
type Introspection = z.infer<typeof Introspection>

/** All that is said of a token that does not hold, or is none of the client's business (RFC 7662 section 2.2). */
const INACTIVE: Introspection = { active: false }

/** Whether a token holds, for the client it was issued to, and for resource servers (RFC 7662). */
export function introspectOperation(parts: ServerParts) {
  const { core } = parts
  return route.post(
    '/introspect',
    {
      access: anyone,
      form: TokenInQuestion,
      uses: { tx: core.tx, process: core.process, authentication: clientAuthentication(parts) },
      middleware: [oauthForm],
      response: { 200: Introspection, 400: OAuthError, 401: OAuthError },
      summary: 'Ask whether a token holds',
    },
    ({ form, tx, process, authentication }) =>
      answered(async () => {
        const client = await authentication.authenticate(form)
        if (isPublic(client)) throw new OAuthRefusal('invalid_client', 'Only clients with a secret may ask.')
        const token = tokenOf(form)
        return reply(200, await introspection({ parts, tx, process, client }, token))
      }),
  )
}

/** @throws OAuthRefusal where it is missing. */
export function tokenOf({ token }: z.infer<typeof TokenInQuestion>): string {
  if (token !== undefined && token !== '') return token
  throw new OAuthRefusal('invalid_request', 'The token is missing.')
}

/** Access tokens are JWTs; refresh tokens have no dots. */
export function isAccessToken(token: string): boolean {
  return token.includes('.')
}

/** Whose access token it is; `undefined` where it does not hold. */
export async function holderOf(accessTokens: AccessTokens, token: string): Promise<Identity | undefined> {
  try {
    return await accessTokens.identify(token)
  } catch (error) {
    if (error instanceof Unauthenticated) return undefined
    throw error
  }
}

interface Asked {
  readonly parts: ServerParts
  readonly tx: Transaction
  readonly process: AccountsProcess
  readonly client: ClientRow
}

async function introspection(asked: Asked, token: string): Promise<Introspection> {
  if (!isAccessToken(token)) return ofRefreshToken(asked, token)
  const { process, client } = asked
  const holder = await holderOf(process.accessTokens, token)
  if (holder === undefined || !(client.introspectsAll || holder.clientId === client.id)) return INACTIVE
  const { decodeJwt } = await import('jose/jwt/decode')
  const { exp, iat, nbf, sub, aud, iss, jti } = decodeJwt<{ readonly aud?: string }>(token)
  return {
    active: true,
    scope: holder.scopes.join(' '),
    client_id: holder.clientId,
    token_type: 'Bearer',
    exp,
    iat,
    nbf,
    sub,
    aud,
    iss,
    jti,
    ...(holder.authenticatedAt > 0 && { auth_time: holder.authenticatedAt, amr: [...holder.methods] }),
  }
}

/** Refresh tokens are between a client and this server; no resource server has one to ask about. */
async function ofRefreshToken({ parts, tx, client }: Asked, token: string): Promise<Introspection> {
  const { authSessions, authRefreshTokens } = parts.core.tables
  const [found] = await tx
    .select({
      scopes: authSessions.scopes,
      userId: authSessions.userId,
      exp: epochOf(authSessions.expiresAt),
      iat: epochOf(authRefreshTokens.createdAt),
    })
    .from(authRefreshTokens)
    .innerJoin(authSessions, eq(authSessions.id, authRefreshTokens.sessionId))
    .where(
      and(
        eq(authRefreshTokens.hash, secretHash(token)),
        isNull(authRefreshTokens.usedAt),
        eq(authSessions.clientId, client.id),
        gt(authSessions.expiresAt, sql`clock_timestamp()`),
      ),
    )
  if (found === undefined) return INACTIVE
  const { scopes, userId, exp, iat } = found
  return {
    active: true,
    scope: (scopes ?? []).join(' '),
    client_id: client.id,
    token_type: 'refresh_token',
    exp,
    iat,
    sub: String(userId),
    iss: parts.issuer,
  }
}

function epochOf(column: unknown) {
  return sql<number>`floor(extract(epoch from ${column}))::int`
}
