import { sql } from 'drizzle-orm'
import { dependency } from '../../core/dependency.ts'
import { currentRequest, currentResponse } from '../../core/builtin.ts'
import { Unauthenticated } from '../../core/errors/index.ts'
import { isoTime } from '../../data/wire-times.ts'
import type { AccountsCore, OfOperation } from '../core/accounts-core.ts'
import type { AccountsBase } from '../core/base.ts'
import type { Delivery, LoggedIn } from '../core/log-in-result.ts'
import { newSecret, secretHash } from '../core/secrets.ts'
import type { NewSession, SessionInfo, Sessions } from '../core/services.ts'
import type { UserRow } from '../core/user-row.ts'
import type { AuthenticationMethod, Identity, UserId } from '../identity.ts'
import { assertMaySetCookies, cookieOrigins } from '../process/same-origin.ts'
import { cleanUpDependency } from './clean-up.ts'
import { deliverSecret, deliverTokens } from './delivered.ts'
import { checkLifetimes, lifetimesOf, type SessionParts } from './parts.ts'
import { refresh, type RefreshedBy } from './refresh.ts'
import { clearSessionCookies, REFRESH_COOKIE, SESSION_COOKIE } from './session-cookies.ts'
import { inSeconds, SessionRows, type SessionRow } from './session-rows.ts'

/** How many a list shows; what is older can be ended with all others. */
const LIST_LIMIT = 200
/** Of a user agent what fits a list. */
const USER_AGENT_LENGTH = 300

type Needs = AccountsBase & Pick<AccountsCore, 'tx' | 'aside' | 'process' | 'userRows' | 'events'>

/**
 * The sessions of the operation's transaction.
 *
 * @throws TypeError where a lifetime is none.
 */
export function sessionsDependency({ tx, aside, process, userRows, events, ...base }: Needs): OfOperation<Sessions> {
  checkLifetimes(base)
  return dependency(
    {
      name: 'accounts.sessions',
      uses: {
        tx,
        aside,
        process,
        userRows,
        events,
        cleanUp: cleanUpDependency(base),
        head: currentRequest,
        answer: currentResponse,
      },
    },
    ({ head, answer, ...uses }) => new OperationSessions({ ...uses, base, request: head, response: answer }),
  )
}

class OperationSessions implements Sessions {
  readonly #parts: SessionParts
  readonly #rows: SessionRows

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#rows = new SessionRows(parts)
  }

  async begin({ user, methods, delivery, ...more }: NewSession): Promise<LoggedIn> {
    const { request } = this.#parts
    const { epoch, current } = await this.#entitled(user.id)
    if (delivery !== 'tokens') {
      assertMaySetCookies(request, cookieOrigins(this.#parts.base))
      await this.#endCookies()
    }
    const { impersonatorId, clientId, scopes, organisationId, authenticatedAt } = more
    const row = {
      userId: current.id,
      methods: [...methods],
      authenticatedAt: authenticatedAt === undefined ? inSeconds(0) : sql`to_timestamp(${authenticatedAt})`,
      expiresAt: inSeconds(this.#lifetime(delivery, impersonatorId !== undefined)),
      userAgent: request.header('user-agent')?.slice(0, USER_AGENT_LENGTH) ?? null,
      address: request.address,
      clientId: clientId ?? null,
      scopes: scopes === undefined ? null : [...scopes],
      organisationId: organisationId ?? null,
      impersonatorId: impersonatorId === undefined ? null : String(impersonatorId),
    }
    return this.#start(row, { user: current, epoch, delivery })
  }

  refresh(refreshToken: string, by: RefreshedBy = {}): Promise<LoggedIn> {
    return refresh(this.#parts, refreshToken, by)
  }

  async ofRefreshToken(
    refreshToken: string,
  ): Promise<{ readonly sessionId: string; readonly clientId: string | null } | undefined> {
    const found = await this.#rows.byToken(secretHash(refreshToken))
    return found && { sessionId: found.id, clientId: found.clientId }
  }

  async end(sessionId: string): Promise<void> {
    if ((await this.#rows.remove(sessionId)) === undefined) return
    await this.#revoked(sessionId)
  }

  async endAll(userId: UserId, { except }: { readonly except?: string | undefined } = {}): Promise<void> {
    const { process, tx, events } = this.#parts
    // First: it locks the credentials, so that a log-in under way is either seen here or sees the new epoch.
    await process.revocations.raiseEpoch(tx, userId)
    const removed = await this.#rows.removeAll(userId, except)
    // Those of the user themselves are refused by the epoch; sessions in which they act as others have another user's.
    for (const session of removed) if (String(session.userId) !== String(userId)) await this.#revoked(session.id)
    await events.record('sessions_ended', { userId, details: { sessions: removed.length } })
  }

  async endImpersonations(administrator: UserId): Promise<void> {
    for (const { id } of await this.#rows.removeImpersonations(administrator)) await this.#revoked(id)
  }

  async list(userId: UserId): Promise<readonly SessionInfo[]> {
    return (await this.#rows.list(userId, LIST_LIMIT)).map(infoOf)
  }

  renew(identity: Identity, methods: readonly AuthenticationMethod[]): Promise<LoggedIn> {
    return this.#replace(identity, (old) => ({
      methods: renewedMethods(old.methods, methods),
      authenticatedAt: inSeconds(0),
    }))
  }

  choose(identity: Identity, organisationId: string | null): Promise<LoggedIn> {
    return this.#replace(identity, () => ({ organisationId }))
  }

  async #replace(
    identity: Identity,
    changes: (old: SessionRow) => Partial<Parameters<SessionRows['insert']>[0]>,
  ): Promise<LoggedIn> {
    // Credentials before sessions, as everywhere: two that lock in another order would wait for each other.
    const { epoch, current } = await this.#entitled(identity.id)
    const old = identity.sessionId === undefined ? undefined : await this.#rows.lockLive(identity.sessionId)
    if (old === undefined || String(old.userId) !== String(current.id))
      throw new Unauthenticated('The session has ended.')
    await this.end(old.id)
    const { id: _id, secretHash: _secret, lastSeenAt: _seen, ...kept } = old
    const row = { ...kept, ...changes(old) }
    return this.#start(row, { user: current, epoch, delivery: this.#deliveryOf(old) })
  }

  /** A row for the session, and what its owner is known by. */
  async #start(
    row: Omit<Parameters<SessionRows['insert']>[0], 'kind'>,
    { delivery, ...whose }: { readonly user: UserRow; readonly epoch: number; readonly delivery: Delivery },
  ): Promise<LoggedIn> {
    const secret = newSecret()
    const hash = secretHash(secret)
    if (delivery === 'session') {
      const session = await this.#rows.insert({ ...row, kind: 'cookie', secretHash: hash })
      return deliverSecret(this.#parts, session, secret)
    }
    const session = await this.#rows.insert({ ...row, kind: 'refresh' })
    await this.#rows.insertToken(hash, session.id)
    return deliverTokens(this.#parts, { ...whose, session }, { refreshToken: secret, delivery })
  }

  /** The user as they are now, with the credentials locked: a change of the password waits until the session is there to be ended. */
  async #entitled(id: UserId): Promise<{ readonly epoch: number; readonly current: UserRow }> {
    const { userRows } = this.#parts
    const { epoch } = await userRows.credentials(id)
    const current = await userRows.byId(id)
    if (current === undefined || current.disabledAt !== null) throw new Unauthenticated('The account is not active.')
    return { epoch, current }
  }

  /** What a browser brings to a log-in is never kept: somebody else may have put it there. */
  async #endCookies(): Promise<void> {
    const { request, response } = this.#parts
    const secret = request.cookie(SESSION_COOKIE)
    const refreshToken = request.cookie(REFRESH_COOKIE)
    const found = [
      secret === undefined ? undefined : await this.#rows.bySecret(secretHash(secret)),
      refreshToken === undefined ? undefined : await this.#rows.byToken(secretHash(refreshToken)),
    ]
    for (const session of found) if (session !== undefined) await this.end(session.id)
    clearSessionCookies({ request, response })
  }

  #revoked(sessionId: string): Promise<void> {
    const { process, tx } = this.#parts
    return process.revocations.record(tx, { kind: 'session', subject: sessionId })
  }

  #lifetime(delivery: Delivery, impersonated: boolean): number {
    const { absolute, refresh: family, impersonation } = lifetimesOf(this.#parts.base)
    const seconds = delivery === 'session' ? absolute : family
    return impersonated ? Math.min(seconds, impersonation) : seconds
  }

  /** As the caller has proved themselves in this request, so the new credentials go back. */
  #deliveryOf({ kind }: SessionRow): Delivery {
    if (kind === 'cookie') return 'session'
    return this.#parts.request.header('authorization') === undefined ? 'cookies' : 'tokens'
  }
}

const SECOND_FACTORS: ReadonlySet<AuthenticationMethod> = new Set(['otp', 'passkey', 'recovery'])

/** Only the last proof's age is known. A second factor of before is left out, or a password that is typed now would pass for a fresh code. */
function renewedMethods(
  before: readonly AuthenticationMethod[],
  now: readonly AuthenticationMethod[],
): AuthenticationMethod[] {
  return [...new Set([...before.filter((method) => !SECOND_FACTORS.has(method)), ...now])]
}

function infoOf(row: SessionRow): SessionInfo {
  const { id, kind, userAgent, address, methods, clientId } = row
  const [createdAt, lastSeenAt, expiresAt] = [isoTime(row.createdAt), isoTime(row.lastSeenAt), isoTime(row.expiresAt)]
  return { id, kind, createdAt, lastSeenAt, expiresAt, userAgent, address, methods, clientId }
}
