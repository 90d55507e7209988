import { eq } from 'drizzle-orm'
import { holdsName } from '../../core/access/grant.ts'
import { InvalidGrant, InvalidScope } from '../core/errors.ts'
import type { LoggedIn } from '../core/log-in-result.ts'
import { newSecret, secretHash } from '../core/secrets.ts'
import type { UserRow } from '../core/user-row.ts'
import { FIRST_EPOCH } from '../process/revocations/revocations.ts'
import { deliverTokens } from './delivered.ts'
import { lifetimesOf, type SessionParts } from './parts.ts'
import { openSuccessor, sealSuccessor } from './sealed-successor.ts'
import { REFRESH_COOKIE } from './session-cookies.ts'
import { SessionRows, type SessionRow, type TokenRow } from './session-rows.ts'

/** Whom a refresh token is presented by, and what for. */
export interface RefreshedBy {
  readonly clientId?: string
  readonly scopes?: readonly string[]
}

/** A spent token has come again, and the family it belongs to must end. */
class Reused {
  readonly session: SessionRow
  constructor(session: SessionRow) {
    this.session = session
  }
}

/**
 * Spends a refresh token for a new pair. The row of the session is locked, so that of many requests with one token the first makes the successor,
 * and the others are given the same.
 *
 * Reuse must be remembered although the request is refused, and so its transaction is undone. The lock is given back by undoing a savepoint; then the
 * family is ended in a transaction aside.
 */
export async function refresh(parts: SessionParts, refreshToken: string, by: RefreshedBy): Promise<LoggedIn> {
  const outcome = await parts.tx
    .transaction(async (tx) => {
      const spent = await spend({ ...parts, tx }, refreshToken, by)
      if (spent instanceof Reused) throw spent
      return spent
    })
    .catch((error: unknown) => {
      if (error instanceof Reused) return error
      throw error
    })
  if (outcome instanceof Reused) {
    await endFamily(parts, outcome.session)
    throw new InvalidGrant('This refresh token was used before; everything issued with it has ended.')
  }
  const { session, user, epoch, successor } = outcome
  // What came in a cookie goes back in one: scripts of the page never see it.
  const delivery = parts.request.cookie(REFRESH_COOKIE) === refreshToken ? 'cookies' : 'tokens'
  return deliverTokens(parts, { session, user, epoch, scopes: by.scopes }, { refreshToken: successor, delivery })
}

interface Spent {
  readonly session: SessionRow
  readonly user: UserRow
  readonly epoch: number
  readonly successor: string
}

async function spend(parts: SessionParts, refreshToken: string, by: RefreshedBy): Promise<Spent | Reused> {
  const rows = new SessionRows(parts)
  const hash = secretHash(refreshToken)
  const found = await rows.byToken(hash)
  const session = found && (await rows.lockLive(found.id))
  const token = session && (await rows.token(hash))
  if (session === undefined || token === undefined)
    throw new InvalidGrant('This refresh token is unknown, ended or expired.')
  if ((session.clientId ?? undefined) !== by.clientId)
    throw new InvalidGrant('This refresh token was issued to another client.')
  // Before the user is: whoever changes their roles in between raises it, and the token with the old ones is refused.
  const epoch = await epochOf(parts, session)
  const user = await entitled(parts, session)
  checkScopes(session, by.scopes)
  if (token.usedAt === null) return { session, user, epoch, successor: await succeed(rows, session, refreshToken) }
  const successor = await successorInGrace(parts, rows, { token, refreshToken })
  return successor === undefined ? new Reused(session) : { session, user, epoch, successor }
}

async function succeed(rows: SessionRows, session: SessionRow, refreshToken: string): Promise<string> {
  const successor = newSecret()
  await rows.spend(secretHash(refreshToken), sealSuccessor(refreshToken, successor))
  await rows.insertToken(secretHash(successor), session.id)
  await rows.seen(session.id)
  return successor
}

/** The successor once more, for a client that did not get it; who has used it did, and then somebody else asks. */
async function successorInGrace(
  { base }: SessionParts,
  rows: SessionRows,
  { token, refreshToken }: { readonly token: TokenRow; readonly refreshToken: string },
): Promise<string | undefined> {
  const { successor, usedSecondsAgo } = token
  if (successor === null || usedSecondsAgo === null || usedSecondsAgo > lifetimesOf(base).grace) return undefined
  const opened = openSuccessor(refreshToken, successor)
  const next = await rows.token(secretHash(opened))
  return next?.usedAt === null ? opened : undefined
}

/** The user as they are now. An impersonation ends with what entitled to it. */
async function entitled({ userRows, base }: SessionParts, session: SessionRow): Promise<UserRow> {
  const user = await userRows.byId(session.userId)
  if (!isActive(user)) throw new InvalidGrant('The account is not active.')
  if (session.impersonatorId === null) return user
  const impersonator = await userRows.byId(session.impersonatorId)
  if (!isActive(impersonator) || !impersonator.roles.includes(base.options.adminRole ?? 'admin'))
    throw new InvalidGrant('Who acts as this user may not do so any more.')
  return user
}

function isActive(user: UserRow | undefined): user is UserRow {
  return user !== undefined && user.disabledAt === null
}

function checkScopes({ scopes }: SessionRow, asked: readonly string[] | undefined): void {
  const beyond = scopes === null ? undefined : asked?.find((scope) => !holdsName(scopes, scope))
  if (beyond !== undefined) throw new InvalidScope(`The scope ${JSON.stringify(beyond)} goes beyond what was granted.`)
}

/** Without a lock: who raises it locks the credentials first and the session then, and the other way round both would wait for ever. */
async function epochOf({ tx, base }: SessionParts, { userId }: SessionRow): Promise<number> {
  const { authCredentials } = base.tables
  const [row] = await tx
    .select({ epoch: authCredentials.epoch })
    .from(authCredentials)
    .where(eq(authCredentials.userId, userId))
  return row?.epoch ?? FIRST_EPOCH
}

async function endFamily({ aside, base, process, request }: SessionParts, session: SessionRow): Promise<void> {
  await aside.run(async (tx) => {
    const removed = await new SessionRows({ base, tx }).remove(session.id)
    // Another replay was quicker.
    if (removed === undefined) return
    await process.revocations.record(tx, { kind: 'session', subject: session.id })
    await tx.insert(base.tables.authEvents).values({
      event: 'refresh_token_reused',
      userId: String(session.userId),
      requestId: request.id,
      address: request.address,
      details: { sessionId: session.id, clientId: session.clientId },
    })
  })
}
