import { createHash, timingSafeEqual } from 'node:crypto'
import { and, eq, gt, isNull, lt, sql } from 'drizzle-orm'
import { clockNow } from '../../core/clock.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { newSecret, secretHash } from '../core/secrets.ts'
import type { Sessions } from '../core/services.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
import type { Identity } from '../identity.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import type { ClientRow } from './clients.ts'
import { OAuthRefusal } from './oauth-error.ts'
import type { ServerParts } from './options.ts'
import type { OAuthServerTables } from './tables.ts'

/** RFC 6749 section 4.1.2 allows ten minutes; a client that is called back asks at once. */
const HOLDS_SECONDS = 60
/** For how long a code that is shown again is still known, and ends what it was exchanged for. */
const KEPT_SECONDS = 86_400
// RFC 7636 section 4.1.
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/

/** A row of `oauth_codes`. */
export type CodeRow = OAuthServerTables['oauthCodes']['$inferSelect']

interface CodeParts {
  readonly tx: Transaction
  readonly userRows: UserRows
  readonly parts: Pick<ServerParts, 'core' | 'tables'>
}

/** Issues a code for what a user has agreed to, in the session they have agreed in. */
export async function issueCode(
  { tx, userRows, parts: { tables } }: CodeParts,
  { client, redirectUri, codeChallenge, scopes }: AuthorizationRequest,
  user: Identity & { readonly sessionId: string },
): Promise<string> {
  const { oauthCodes } = tables
  const code = newSecret()
  const { epoch } = await userRows.credentials(user.id)
  await tx.delete(oauthCodes).where(lt(oauthCodes.expiresAt, secondsFromNow(-KEPT_SECONDS)))
  await tx.insert(oauthCodes).values({
    hash: secretHash(code),
    userId: user.id,
    clientId: client.id,
    redirectUri,
    codeChallenge,
    scopes: [...scopes],
    sessionId: user.sessionId,
    epoch,
    methods: [...user.methods],
    authenticatedAt: new Date(user.authenticatedAt * 1000).toISOString(),
    organisationId: user.organisation?.id ?? null,
    expiresAt: secondsFromNow(HOLDS_SECONDS),
  })
  return code
}

/** What a client sends for a code. */
export interface Exchange {
  readonly client: ClientRow
  readonly code: string
  readonly redirectUri: string | undefined
  readonly verifier: string
}

/**
 * Takes a code: whoever shows it, and whatever else is wrong, it is spent. One that was spent before is in two hands, and ends what it was exchanged for (RFC 6749
 * section 4.1.2).
 *
 * @throws OAuthRefusal `invalid_grant` where it is unknown, spent, expired, or bound to something else than what is shown.
 */
export async function redeemCode(
  codeParts: CodeParts & { readonly sessions: Sessions },
  exchange: Exchange,
): Promise<{ readonly code: CodeRow; readonly user: UserRow }> {
  const { tx, parts, sessions } = codeParts
  const { oauthCodes } = parts.tables
  const hash = secretHash(exchange.code)
  const [code] = await tx
    .update(oauthCodes)
    .set({ usedAt: sql`clock_timestamp()` })
    .where(and(eq(oauthCodes.hash, hash), isNull(oauthCodes.usedAt)))
    .returning()
  if (code === undefined) {
    const [spent] = await tx.select().from(oauthCodes).where(eq(oauthCodes.hash, hash))
    if (spent?.issuedSessionId != null) await sessions.end(spent.issuedSessionId)
    throw refused()
  }
  checkBinding(code, exchange)
  return { code, user: await entitledUser(codeParts, code) }
}

/** Remembers what the code was exchanged for. */
export async function keepIssued(
  { tx, parts }: Pick<CodeParts, 'tx' | 'parts'>,
  { hash }: CodeRow,
  sessionId: string,
): Promise<void> {
  const { oauthCodes } = parts.tables
  await tx.update(oauthCodes).set({ issuedSessionId: sessionId }).where(eq(oauthCodes.hash, hash))
}

function checkBinding(code: CodeRow, { client, redirectUri, verifier }: Exchange): void {
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const expired = Date.parse(code.expiresAt) <= clockNow()
  if (expired || code.clientId !== client.id || code.redirectUri !== redirectUri) throw refused()
  if (!VERIFIER.test(verifier) || !sameText(challenge, code.codeChallenge)) throw refused()
}

/** The user, where nothing has happened to the account and the session since: neither is the code's to outlive. */
async function entitledUser({ tx, userRows, parts }: CodeParts, code: CodeRow): Promise<UserRow> {
  const { authSessions } = parts.core.tables
  const { epoch } = await userRows.credentials(code.userId)
  const user = await userRows.byId(code.userId)
  const [session] = await tx
    .select({ id: authSessions.id })
    .from(authSessions)
    .where(and(eq(authSessions.id, code.sessionId), gt(authSessions.expiresAt, sql`clock_timestamp()`)))
  if (user === undefined || user.disabledAt !== null || epoch !== code.epoch || session === undefined) throw refused()
  return user
}

/** One text for all: who holds a stolen code does not learn what it lacks. */
function refused(): OAuthRefusal {
  return new OAuthRefusal('invalid_grant', 'The authorization code is not valid, or not for this request.')
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function secondsFromNow(seconds: number) {
  return sql`clock_timestamp() + make_interval(secs => ${seconds})`
}
