import { and, eq, gt, lt, sql } from 'drizzle-orm'
import { isoTime } from '../../../data/wire-times.ts'
import type { Aside } from '../../core/aside.ts'
import type { AccountsBase } from '../../core/base.ts'
import { membershipOf } from '../../core/membership.ts'
import { secretHash } from '../../core/secrets.ts'
import { lifetimesOf } from '../../sessions/parts.ts'
import { userIdOf } from '../../users/user-id.ts'
import type { IdentityMaker } from '../identity-of.ts'
import { FIRST_EPOCH } from '../revocations/revocations.ts'
import type { Found } from './remembered.ts'

export interface LookupParts {
  readonly base: AccountsBase
  readonly aside: Aside
  readonly identityOf: IdentityMaker
}

/** A session by the secret in its cookie, with its user as they are now. */
export function sessionLookup({
  base,
  aside,
  identityOf,
}: LookupParts): (secret: string) => Promise<Found | undefined> {
  const { users, tables } = base
  const { authSessions: sessions, authCredentials: credentials } = tables
  const { idle } = lifetimesOf(base)
  return async (secret) => {
    const [row] = await aside.run((tx) =>
      tx
        .select({
          session: sessions,
          userId: users.id,
          roles: users.roles,
          disabledAt: users.disabledAt,
          epoch: credentials.epoch,
        })
        .from(sessions)
        .innerJoin(users, eq(users.id, sessions.userId))
        .leftJoin(credentials, eq(credentials.userId, sessions.userId))
        .where(
          and(
            eq(sessions.secretHash, secretHash(secret)),
            eq(sessions.kind, 'cookie'),
            gt(sessions.expiresAt, sql`now()`),
          ),
        ),
    )
    if (row === undefined || row.disabledAt !== null) return undefined
    const { session } = row
    const organisation = await membershipOf(base, (work) => aside.run(work), session)
    const issued = {
      userId: session.userId,
      epoch: row.epoch ?? FIRST_EPOCH,
      sessionId: session.id,
      clientId: session.clientId ?? undefined,
    }
    const { impersonatorId } = session
    return {
      issued,
      identity: identityOf({
        ...issued,
        via: 'session',
        // A column of text[], which the table has for certain: accounts were declared with it.
        roles: row.roles as readonly string[],
        scopes: session.scopes ?? undefined,
        methods: session.methods,
        authenticatedAt: Math.floor(timeOf(session.authenticatedAt) / 1000),
        impersonatorId: impersonatorId === null ? undefined : (userIdOf(users, impersonatorId) ?? impersonatorId),
        organisation,
      }),
      endsAt: timeOf(session.expiresAt),
      idleMs: idle * 1000,
      usedAt: timeOf(session.lastSeenAt),
    }
  }
}

/** Writes when a session was last seen; never backwards. */
export function sessionTouch({ base: { tables }, aside }: LookupParts): (found: Found) => Promise<void> {
  const { authSessions: sessions } = tables
  return async ({ issued: { sessionId } }) => {
    if (sessionId === undefined) return
    const now = sql`now()`
    await aside.run((tx) =>
      tx
        .update(sessions)
        .set({ lastSeenAt: now })
        .where(and(eq(sessions.id, sessionId), lt(sessions.lastSeenAt, now))),
    )
  }
}

/** Milliseconds since the epoch. */
export function timeOf(text: string): number {
  return Date.parse(isoTime(text))
}
