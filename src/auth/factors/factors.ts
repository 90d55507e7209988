import { z } from 'zod'
import { clockNow } from '../../core/clock.ts'
import { dependency, type UsedValues } from '../../core/dependency.ts'
import type { AccountsCore, OfOperation } from '../core/accounts-core.ts'
import { InvalidSecondFactor, TokenInvalid } from '../core/errors.ts'
import { LoggedIn } from '../core/log-in-result.ts'
import type { AuthenticationMethod, Identity, UserId } from '../identity.ts'
import { named } from '../../schema/named.ts'
import { FactorRows, type FactorRow } from './factor-rows.ts'
import { newRecoveryCodes, recoveryHash } from './recovery-codes.ts'
import { matchingStep } from './totp.ts'

/** The answer to a factor that was added. */
export const FactorAdded = named(
  'FactorAdded',
  z.object({
    /** Of the account's first factor; shown this once. Empty for others. */
    recoveryCodes: z.array(z.string()),
    /** The session goes on under a new secret or new tokens. */
    session: LoggedIn,
  }),
)
export type FactorAdded = z.infer<typeof FactorAdded>

/** What tries of codes and passkeys are counted under. */
export const SECOND_FACTOR = 'second-factor'

/** What has changed, for the events of the account and for its owner's mail. */
interface Change {
  readonly event: string
  /** What it says in the mail. */
  readonly words: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Second factors in the operation's transaction. Who changes or uses them has locked the credentials: of two at once, one waits. */
export interface Factors {
  readonly rows: FactorRows
  /** Locks the factors of a user, until the operation ends. */
  lock(userId: UserId): Promise<void>
  /**
   * Takes a code of the authenticator app or a recovery code. Each is good for one use, also of many at once; where the request then fails, so that nobody
   * has gained anything by it, it is as it was.
   *
   * @throws InvalidSecondFactor
   */
  takeCode(userId: UserId, code: string): Promise<'otp' | 'recovery'>
  /**
   * The step of a code of a secret that is not confirmed yet.
   *
   * @throws InvalidSecondFactor
   */
  stepOf(factor: FactorRow, code: string): Promise<number>
  /** What follows where a factor is there: the first one brings recovery codes, and ends all sessions that did not ask for one. */
  added(
    caller: Identity,
    method: AuthenticationMethod,
    change: Change & { readonly isFirst: boolean },
  ): Promise<FactorAdded>
  /** What follows where one is gone: with the last one the recovery codes go. */
  removed(userId: UserId, change: Change): Promise<void>
  /** New recovery codes in the place of those before. */
  renewRecoveryCodes(userId: UserId): Promise<readonly string[]>
  /** Tells the events and the owner. */
  changed(userId: UserId, change: Change): Promise<void>
}

/** The context under which the secrets of a user's authenticator app are sealed. */
export const totpContext = (userId: UserId): string => `totp ${userId}`

type Used = UsedValues<Pick<AccountsCore, 'tx' | 'process' | 'userRows' | 'sessions' | 'mail' | 'events'>>

/** @param recoveryCodes - Whether the first factor brings some. */
export function factorsDependency(core: AccountsCore, recoveryCodes: boolean): OfOperation<Factors> {
  const { tx, process, userRows, sessions, mail, events } = core
  return dependency(
    { name: 'accounts.factors', uses: { tx, process, userRows, sessions, mail, events } },
    (uses): Factors => new OperationFactors(new FactorRows(core.tables, uses.tx), uses, recoveryCodes),
  )
}

class OperationFactors implements Factors {
  readonly rows: FactorRows
  readonly #uses: Used
  readonly #givesCodes: boolean

  constructor(rows: FactorRows, uses: Used, givesCodes: boolean) {
    this.rows = rows
    this.#uses = uses
    this.#givesCodes = givesCodes
  }

  async lock(userId: UserId): Promise<void> {
    await this.#uses.userRows.credentials(userId)
  }

  async takeCode(userId: UserId, code: string): Promise<'otp' | 'recovery'> {
    await this.lock(userId)
    const digits = code.replace(/\s/g, '')
    if (!/^\d{6}$/.test(digits)) return this.#takeRecoveryCode(userId, code)
    const factor = await this.rows.totp(userId)
    if (factor === undefined) throw new InvalidSecondFactor()
    const step = await this.stepOf(factor, digits)
    if (!(await this.rows.useStep(factor.id, step))) throw new InvalidSecondFactor()
    return 'otp'
  }

  async stepOf({ userId, secret, counter }: FactorRow, code: string): Promise<number> {
    const shared = Buffer.from(await this.#uses.process.open(secret, totpContext(userId)), 'base64url')
    const step = matchingStep(shared, code.replace(/\s/g, ''), { now: clockNow(), after: counter })
    if (step === undefined) throw new InvalidSecondFactor()
    return step
  }

  async added(
    caller: Identity,
    method: AuthenticationMethod,
    { isFirst, ...change }: Change & { readonly isFirst: boolean },
  ): Promise<FactorAdded> {
    const recoveryCodes = isFirst && this.#givesCodes ? await this.renewRecoveryCodes(caller.id) : []
    // They were begun with less than the account asks for from now on (GA7).
    if (isFirst) await this.#uses.sessions.endAll(caller.id, { except: caller.sessionId })
    await this.changed(caller.id, change)
    return { recoveryCodes: [...recoveryCodes], session: await this.#uses.sessions.renew(caller, [method]) }
  }

  async removed(userId: UserId, change: Change): Promise<void> {
    const left = await this.rows.confirmed(userId)
    if (left.length === 0) await this.rows.removeRecoveryCodes(userId)
    await this.changed(userId, change)
  }

  async renewRecoveryCodes(userId: UserId): Promise<readonly string[]> {
    const codes = newRecoveryCodes()
    await this.rows.replaceRecoveryCodes(
      userId,
      codes.map((code) => recoveryHash(userId, code)),
    )
    return codes
  }

  async changed(userId: UserId, { event, words, details = {} }: Change): Promise<void> {
    const { events, userRows, mail } = this.#uses
    await events.record(event, { userId, details })
    const email = (await userRows.byId(userId))?.email ?? null
    if (email !== null) mail.send('factor-changed', email, { change: words })
  }

  async #takeRecoveryCode(userId: UserId, code: string): Promise<'recovery'> {
    if (!(await this.rows.takeRecoveryCode(userId, recoveryHash(userId, code)))) throw new InvalidSecondFactor()
    const left = await this.rows.recoveryCodesLeft(userId)
    const words = `a recovery code was used, and ${left} are left`
    await this.changed(userId, { event: 'recovery_code_used', words, details: { left } })
    return 'recovery'
  }
}

/** The session of the caller, which alone can be renewed. @throws TokenInvalid where the credentials belong to none. */
export function assertSession(caller: Identity): void {
  if (caller.sessionId === undefined)
    throw new TokenInvalid('Only a session can be renewed, and these credentials belong to none.')
}
