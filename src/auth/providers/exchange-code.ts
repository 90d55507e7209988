import type { RequestHead } from '../../core/request.ts'
import { TokenInvalid } from '../core/errors.ts'
import type { Delivery } from '../core/log-in-result.ts'
import { secretHash } from '../core/secrets.ts'
import type { OneTimeTokens } from '../core/services.ts'
import type { UserRow, UserRows } from '../core/user-row.ts'
import { browserHash, isBrowser, type Flow } from './flow.ts'

const PURPOSE = 'provider-code'
/** Who is sent on with it exchanges it at once. */
const HOLDS_SECONDS = 60

interface Uses {
  readonly request: RequestHead
  readonly oneTimeTokens: OneTimeTokens
  readonly userRows: UserRows
}

/** A code for a log-in that goes on elsewhere. It says nothing by itself: whoever began the flow exchanges it, and no one else can. */
export async function issueCode(
  { request, oneTimeTokens, userRows }: Uses,
  { id }: UserRow,
  { provider, delivery, challenge }: Flow,
): Promise<string> {
  const { epoch } = await userRows.credentials(id)
  const bound = challenge === undefined ? { browser: browserHash(request) } : { challenge }
  return oneTimeTokens.issue({
    purpose: PURPOSE,
    userId: id,
    details: { provider, delivery, epoch, ...bound },
    expiresInSeconds: HOLDS_SECONDS,
  })
}

/**
 * Takes a code; it is spent by this, also where the request then fails.
 *
 * @throws TokenInvalid where it is unknown, spent, expired or another client's, or everything of the user was ended since.
 */
export async function takeCode(
  { request, oneTimeTokens, userRows }: Uses,
  provider: string,
  { code, verifier }: { readonly code: string; readonly verifier?: string | undefined },
): Promise<{ readonly user: UserRow; readonly delivery: Delivery }> {
  const { userId, details } = await oneTimeTokens.attempt(PURPOSE, code, 1)
  const { browser, challenge, epoch, delivery } = details as unknown as {
    readonly browser?: string
    readonly challenge?: string
    readonly epoch: number
    readonly delivery: Delivery
  }
  const isBound =
    challenge === undefined
      ? browser !== undefined && isBrowser(request, browser)
      : verifier !== undefined && secretHash(verifier) === challenge
  if (!isBound || details['provider'] !== provider || userId === null) throw new TokenInvalid()
  const credentials = await userRows.credentials(userId)
  const user = await userRows.byId(userId)
  if (user === undefined || credentials.epoch !== epoch) throw new TokenInvalid()
  return { user, delivery }
}
