import { z } from 'zod'
import type { AccessTokenSubject } from '../core/services.ts'
import type { AuthenticationMethod } from '../identity.ts'
import type { JwtClaims } from '../jwt/verify.ts'
import type { UserTable } from '../tables/user-columns.ts'
import { userIdOf } from '../users/user-id.ts'

/** What an access token says about whom it was issued for; what has no claim of RFC 9068 has a short name of ours. */
const Claims = z.object({
  sub: z.string().min(1),
  /** The user's epoch. */
  epo: z.int(),
  sid: z.string().optional(),
  roles: z.array(z.string()),
  scope: z.string().optional(),
  amr: z.array(z.string()),
  auth_time: z.int(),
  client_id: z.string().optional(),
  act: z.object({ sub: z.string() }).optional(),
  org: z.object({ id: z.string(), roles: z.array(z.string()) }).optional(),
  /** `client`: there is no user. */
  sub_type: z.literal('client').optional(),
})

export function claimsOf(subject: AccessTokenSubject): z.input<typeof Claims> {
  const { userId, epoch, roles, methods, authenticatedAt, sessionId, scopes, clientId, organisation } = subject
  return {
    sub: String(userId),
    epo: epoch,
    roles: [...roles],
    amr: [...methods],
    auth_time: authenticatedAt,
    ...(sessionId !== undefined && { sid: sessionId }),
    ...(scopes !== undefined && { scope: scopes.join(' ') }),
    ...(clientId !== undefined && { client_id: clientId }),
    ...(subject.impersonatorId !== undefined && { act: { sub: String(subject.impersonatorId) } }),
    ...(organisation !== undefined && { org: { id: organisation.id, roles: [...organisation.roles] } }),
    ...(subject.isClient === true && { sub_type: 'client' as const }),
  }
}

/** `undefined` where the claims are none that were issued here. */
export function subjectOf(claims: JwtClaims, users: Pick<UserTable, 'id'>): AccessTokenSubject | undefined {
  const parsed = Claims.safeParse(claims)
  if (!parsed.success) return undefined
  const { sub, sid, scope, act, org, ...rest } = parsed.data
  const isClient = rest.sub_type === 'client'
  const userId = isClient ? sub : userIdOf(users, sub)
  if (userId === undefined) return undefined
  return {
    userId,
    epoch: rest.epo,
    sessionId: sid,
    clientId: rest.client_id,
    roles: rest.roles,
    scopes: scope?.split(' ').filter((name) => name !== ''),
    // Written by us, and read of a token that we have signed.
    methods: rest.amr as AuthenticationMethod[],
    authenticatedAt: rest.auth_time,
    impersonatorId: act === undefined ? undefined : (userIdOf(users, act.sub) ?? act.sub),
    organisation: org,
    isClient,
  }
}
