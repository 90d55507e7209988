import { dependency, type UsedValues } from '../../core/dependency.ts'
import type { Logger } from '../../core/request.ts'
import type { OfOperation } from '../core/accounts-core.ts'
import { InvalidSecondFactor } from '../core/errors.ts'
import type { UserId } from '../identity.ts'
import { issueChallenge, takeChallenge, type Ceremony } from './ceremony.ts'
import type { Assertion, RequestOptions } from './credential-schemas.ts'
import type { PasskeyParts } from './passkey-operations.ts'
import type { z } from 'zod'

/** Who somebody is, proved by a passkey. */
export interface PasskeyProof {
  /** What to call `navigator.credentials.get()` with; the passkeys of the ceremony's user, or any that the authenticator has. */
  options(ceremony: Ceremony): Promise<RequestOptions>
  /**
   * Whose passkey has signed the challenge of this ceremony. Where that has no user, the passkey alone says who it is, and its authenticator must have
   * verified them.
   *
   * @throws InvalidSecondFactor, TokenInvalid
   */
  owner(credential: z.infer<typeof Assertion>, ceremony: Ceremony): Promise<UserId>
}

export function passkeyProof({ core, factors, webAuthn }: PasskeyParts): OfOperation<PasskeyProof> {
  return dependency(
    { name: 'accounts.passkeyProof', uses: { factors, webAuthn, oneTimeTokens: core.oneTimeTokens } },
    ({ log, ...uses }): PasskeyProof => new OperationProof(uses, log),
  )
}

type Used = UsedValues<Pick<PasskeyParts, 'factors' | 'webAuthn'> & Pick<PasskeyParts['core'], 'oneTimeTokens'>>

class OperationProof implements PasskeyProof {
  readonly #uses: Used
  readonly #log: Logger

  constructor(uses: Used, log: Logger) {
    this.#uses = uses
    this.#log = log
  }

  async options(ceremony: Ceremony): Promise<RequestOptions> {
    const { factors, webAuthn, oneTimeTokens } = this.#uses
    const { userId } = ceremony
    const factorsOf = userId === undefined ? undefined : await factors.rows.confirmed(userId)
    const challenge = await issueChallenge(oneTimeTokens, ceremony)
    return webAuthn.requestOptions(
      challenge,
      factorsOf?.filter(({ type }) => type === 'passkey'),
    )
  }

  async owner(credential: z.infer<typeof Assertion>, ceremony: Ceremony): Promise<UserId> {
    const { factors, webAuthn, oneTimeTokens } = this.#uses
    const challenge = await takeChallenge(oneTimeTokens, credential, ceremony)
    const found = await factors.rows.passkey(credential.id)
    if (found === undefined || !isOf(found.userId, ceremony.userId)) throw new InvalidSecondFactor()
    await factors.lock(found.userId)
    // Once more: until it was locked, it could be removed or used.
    const passkey = await factors.rows.passkey(credential.id)
    if (passkey === undefined) throw new InvalidSecondFactor()
    const isOnly = ceremony.userId === undefined
    const counter = await webAuthn.signed(credential, { passkey, challenge, isOnly })
    if (await factors.rows.useCounter(passkey.id, counter)) return passkey.userId
    this.#log.warn(
      { passkey: passkey.id },
      'a passkey was refused: its counter has not risen, so there may be a copy of it',
    )
    throw new InvalidSecondFactor()
  }
}

function isOf(owner: UserId, expected: UserId | undefined): boolean {
  return expected === undefined || String(owner) === String(expected)
}
