import { TokenInvalid } from '../core/errors.ts'
import type { OneTimeTokens } from '../core/services.ts'
import type { UserId } from '../identity.ts'
import { CEREMONY_SECONDS } from './web-authn.ts'

/** What a ceremony of WebAuthn belongs to: its challenge is good for nothing else. */
export interface Ceremony {
  readonly purpose: 'passkey-registration' | 'passkey-second-factor' | 'passkey-log-in' | 'passkey-reauthentication'
  /** `undefined` where nobody knows yet who it will be. */
  readonly userId?: UserId
  /** The session, or the log-in, that began it. */
  readonly flow?: string
}

/** A WebAuthn challenge: a one-time token, of 256 random bits and base64url as challenges are. */
export function issueChallenge(tokens: OneTimeTokens, { purpose, userId, flow }: Ceremony): Promise<string> {
  const details = flow === undefined ? {} : { flow }
  return tokens.issue({ purpose, ...(userId !== undefined && { userId }), details, expiresInSeconds: CEREMONY_SECONDS })
}

interface Signed {
  readonly response: { readonly clientDataJSON: string }
}

/**
 * Takes the challenge that a credential has answered.
 *
 * @throws TokenInvalid where it is unknown, used, expired, or was given in another ceremony.
 */
export async function takeChallenge(
  tokens: OneTimeTokens,
  credential: Signed,
  { purpose, userId, flow }: Ceremony,
): Promise<string> {
  const challenge = challengeOf(credential)
  const token = await tokens.take(purpose, challenge)
  const isSame = String(token.userId ?? '') === String(userId ?? '') && token.details['flow'] === flow
  if (!isSame) throw new TokenInvalid()
  return challenge
}

/** @throws TokenInvalid where there is none, or where the page stood in a frame of another site. */
function challengeOf({ response }: Signed): string {
  const { challenge, crossOrigin } = clientData(response.clientDataJSON)
  if (typeof challenge !== 'string' || (crossOrigin !== undefined && crossOrigin !== false)) throw new TokenInvalid()
  return challenge
}

/** Only to look the challenge up: the library checks all of it afterwards. */
function clientData(encoded: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
