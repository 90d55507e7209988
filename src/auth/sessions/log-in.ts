import { and, eq, isNotNull } from 'drizzle-orm'
import { dependency, type UsedValues } from '../../core/dependency.ts'
import { Unauthenticated } from '../../core/errors/index.ts'
import type { AccountsCore, OfOperation } from '../core/accounts-core.ts'
import type { AccountsBase } from '../core/base.ts'
import { TokenInvalid } from '../core/errors.ts'
import {
  DELIVERIES,
  type Delivery,
  type LoggedIn,
  type LogInResult,
  type SecondFactorRequired,
} from '../core/log-in-result.ts'
import type { LogIn, OneTimeToken } from '../core/services.ts'
import type { UserRow } from '../core/user-row.ts'
import type { AuthenticationMethod, UserId } from '../identity.ts'

const PURPOSE = 'second-factor'
const HOLDS_SECONDS = 600
const ATTEMPTS = 5

type Needs = AccountsBase & Pick<AccountsCore, 'tx' | 'aside' | 'sessions' | 'userRows' | 'oneTimeTokens' | 'events'>
type Used = UsedValues<Pick<Needs, 'tx' | 'sessions' | 'userRows' | 'oneTimeTokens' | 'events'>> & {
  readonly base: AccountsBase
}

/** Log-ins of the operation's transaction. */
export function logInDependency({ tx, sessions, userRows, oneTimeTokens, events, ...base }: Needs): OfOperation<LogIn> {
  return dependency(
    { name: 'accounts.logIn', uses: { tx, sessions, userRows, oneTimeTokens, events } },
    (uses) => new OperationLogIn({ ...uses, base }),
  )
}

type Factor = SecondFactorRequired['factors'][number]
interface Underway {
  readonly user: UserRow
  readonly methods: readonly AuthenticationMethod[]
  readonly delivery: Delivery
}

class OperationLogIn implements LogIn {
  readonly #uses: Used

  constructor(uses: Used) {
    this.#uses = uses
  }

  async proceed({ user, methods, delivery }: Underway): Promise<LogInResult> {
    if (user.disabledAt !== null) throw new Unauthenticated('The account is not active.')
    const { userRows, oneTimeTokens } = this.#uses
    // Locked before the factors are looked up: whoever adds the first one at this moment either waits, and ends the session, or is seen here (GA7).
    const { epoch } = await userRows.credentials(user.id)
    const factors = await this.#factors(user.id)
    const asked = factors.some((factor) => factor !== 'recovery')
    if (!asked || methods.includes('passkey')) return this.#begin({ user, methods, delivery })
    const challenge = await oneTimeTokens.issue({
      purpose: PURPOSE,
      userId: user.id,
      details: { methods, delivery, epoch },
      expiresInSeconds: HOLDS_SECONDS,
    })
    return { status: 'second_factor_required', challenge, factors }
  }

  async challenge(challenge: string): Promise<Underway> {
    return this.#underway(await this.#uses.oneTimeTokens.attempt(PURPOSE, challenge, ATTEMPTS))
  }

  async complete(challenge: string, method: AuthenticationMethod): Promise<LoggedIn> {
    const { user, methods, delivery } = await this.#underway(await this.#uses.oneTimeTokens.take(PURPOSE, challenge))
    return this.#begin({ user, methods: [...new Set([...methods, method])], delivery })
  }

  async #begin(session: Underway): Promise<LoggedIn> {
    const loggedIn = await this.#uses.sessions.begin(session)
    const { sessionId } = loggedIn
    const { user, methods, delivery } = session
    await this.#uses.events.record('logged_in', { userId: user.id, details: { sessionId, methods, delivery } })
    return loggedIn
  }

  /** Whose log-in it is. One begun before the password was changed, or everything was ended, has ended with it. */
  async #underway({ userId, details }: OneTimeToken): Promise<Underway> {
    const { userRows } = this.#uses
    const credentials = userId === null ? undefined : await userRows.credentials(userId)
    const user = credentials && (await userRows.byId(credentials.userId))
    if (user === undefined || user.disabledAt !== null || details['epoch'] !== credentials?.epoch)
      throw new TokenInvalid()
    return { user, methods: details['methods'] as readonly AuthenticationMethod[], delivery: deliveryOf(details) }
  }

  async #factors(id: UserId): Promise<Factor[]> {
    const { authFactors } = this.#uses.base.tables
    const { type, userId, confirmedAt } = authFactors
    const rows = await this.#uses.tx
      .selectDistinct({ type })
      .from(authFactors)
      .where(and(eq(userId, id), isNotNull(confirmedAt)))
      .orderBy(type)
    return rows.map((row) => row.type)
  }
}

function deliveryOf({ delivery }: OneTimeToken['details']): Delivery {
  const known = DELIVERIES.find((each) => each === delivery)
  if (known === undefined) throw new TokenInvalid()
  return known
}
