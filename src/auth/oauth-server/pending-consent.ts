import { z } from 'zod'
import { clockNow } from '../../core/clock.ts'
import { TokenInvalid } from '../core/errors.ts'
import type { AccountsProcess } from '../core/services.ts'
import type { AuthorizationRequest } from './authorization-request.ts'

/** How long a user may think about it. */
const HOLDS_SECONDS = 600

const Pending = z.object({
  clientId: z.string(),
  redirectUri: z.string(),
  state: z.string().optional(),
  scopes: z.array(z.string()),
  codeChallenge: z.string(),
  /** In seconds since the epoch. */
  until: z.int(),
})
/** A checked request that waits for its user to agree. */
export type PendingConsent = z.infer<typeof Pending>

/**
 * A checked request, sealed for the session it came in: it cannot be made by anybody else, and says nothing in another session. So the form that carries it
 * needs no other proof against requests of other sites (GA14).
 */
export function sealPending(
  process: AccountsProcess,
  { client, redirectUri, state, scopes, codeChallenge }: AuthorizationRequest,
  sessionId: string,
): Promise<string> {
  const until = nowSeconds() + HOLDS_SECONDS
  const pending: PendingConsent = { clientId: client.id, redirectUri, state, scopes: [...scopes], codeChallenge, until }
  return process.seal(JSON.stringify(pending), contextOf(sessionId))
}

/** @throws TokenInvalid where it is of another session, has been changed or is older than 10 minutes. */
export async function openPending(
  process: AccountsProcess,
  sealed: string,
  sessionId: string,
): Promise<PendingConsent> {
  const plain = await process.open(sealed, contextOf(sessionId)).catch((cause: unknown) => {
    throw new TokenInvalid(undefined, { cause })
  })
  const pending = Pending.parse(JSON.parse(plain))
  if (pending.until < nowSeconds()) throw new TokenInvalid()
  return pending
}

function contextOf(sessionId: string): string {
  return `oauth.consent:${sessionId}`
}

function nowSeconds(): number {
  return Math.floor(clockNow() / 1000)
}
