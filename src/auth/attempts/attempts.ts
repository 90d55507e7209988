import { createHash } from 'node:crypto'
import type { RateLimiterRes } from 'rate-limiter-flexible'
import { currentRequest } from '../../core/builtin.ts'
import { dependency } from '../../core/dependency.ts'
import { TooManyRequests } from '../../core/errors/index.ts'
import type { Transaction } from '../../data/drizzle.ts'
import { afterCommit } from '../../data/transactions/after-commit.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import type { AccountsBase } from '../core/base.ts'
import type { Attempts } from '../core/services.ts'
import { limiterPackage } from './limiter-package.ts'
import { limitsDependency, type Limit, type Limits } from './limiters.ts'
import { policyMember, secondsUntil, stateMember } from '../../limits/header-fields.ts'
import { networkPrefix } from '../../limits/network-prefix.ts'

/**
 * Counts attempts by the account and by the network they come from. Both stand in the database, or those of networks in Redis where one is named. Those of
 * accounts never do: a cache that is flushed must not give everybody's password five more guesses.
 *
 * The network is counted first, and where it is out nothing is counted for the account: so one network can lock only a few accounts out.
 */
export function attemptsDependency(base: AccountsBase & Pick<AccountsCore, 'tx'>): AccountsCore['attempts'] {
  const limits = limitsDependency(base)
  const counted = dependency(
    { name: 'accounts.attempts', uses: { limits, tx: base.tx, head: currentRequest }, errors: [TooManyRequests] },
    ({ limits: counters, tx, head }): Attempts => new CountedAttempts(counters, tx, networkPrefix(head.address)),
  )
  // The operations that count declare the error for their clients; here it reaches the documentation.
  return counted as unknown as AccountsCore['attempts']
}

class CountedAttempts implements Attempts {
  readonly #limits: Limits
  readonly #tx: Transaction
  readonly #network: string
  /** What this request has counted for its network, to be given back once. */
  readonly #counted = new Set<string>()

  constructor(limits: Limits, tx: Transaction, network: string) {
    this.#limits = limits
    this.#tx = tx
    this.#network = network
  }

  async count(kind: string, account: string | undefined): Promise<void> {
    // Where nothing tells addresses apart, as on a unix socket, one limit for everybody would be a way to lock everybody out.
    if (this.#network !== '') {
      await consume(this.#limits.network, this.#networkKey(kind))
      this.#counted.add(kind)
    }
    if (account !== undefined) await consume(this.#limits.account, accountKey(kind, account))
  }

  async begun(kind: string): Promise<void> {
    if (this.#network !== '') await consume(this.#limits.begun, `${this.#networkKey(kind)}:begun`)
  }

  async hasLeft(kind: string, account: string): Promise<boolean> {
    try {
      await consume(this.#limits.account, accountKey(kind, account))
      return true
    } catch (error) {
      if (error instanceof TooManyRequests) return false
      throw error
    }
  }

  succeeded(kind: string, account: string): void {
    const { account: ofAccount, network } = this.#limits
    // Its own attempt and no more: an office behind one address may log in, and who has an account gains no guesses at others by it.
    const isCounted = this.#counted.delete(kind)
    // When the locks are given back: the connections that count may all wait for one of them, such as that of a token which others show as well.
    afterCommit(this.#tx, async () => {
      await Promise.all([
        ofAccount.counters.delete(accountKey(kind, account)),
        isCounted ? network.counters.reward(this.#networkKey(kind)) : undefined,
      ])
    })
  }

  #networkKey(kind: string): string {
    return `${kind}:network:${this.#network}`
  }
}

/** A hash, since a log-in is as long as its sender likes and belongs to a person. */
function accountKey(kind: string, account: string): string {
  const canonical = account.normalize('NFC').trim().toLowerCase().normalize('NFC')
  return `${kind}:account:${createHash('sha256').update(canonical).digest('base64url')}`
}

/** @throws TooManyRequests where there were too many. */
export async function consume(limit: Limit, key: string): Promise<void> {
  try {
    await limit.counters.consume(key)
  } catch (error) {
    const { RateLimiterRes } = await limiterPackage()
    // Anything else is the database's, and has an answer of its own: what cannot be counted is not let in.
    throw error instanceof RateLimiterRes ? tooMany(limit, error) : error
  }
}

/** Fields of RFC 9110 section 10.2.3 and of the draft ietf-httpapi-ratelimit-headers. */
function tooMany({ name, quota: max, windowSeconds }: Limit, { msBeforeNext }: RateLimiterRes): Error {
  const resetSeconds = secondsUntil(msBeforeNext)
  return new TooManyRequests('There were too many attempts.', {
    headers: {
      'retry-after': String(resetSeconds),
      'ratelimit-policy': policyMember({ name, max, windowSeconds }),
      ratelimit: stateMember({ name }, { remaining: 0, resetSeconds }),
    },
  })
}
