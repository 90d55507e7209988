import { TooManyRequests } from '../core/errors/index.ts'
import { isPromise, type MaybePromise } from '../core/maybe-promise.ts'
import type { Counter } from '../core/observation/meters.ts'
import type { CounterStore, Quota, Taken } from '../core/policy/counter-store.ts'
import type { Call } from '../core/policy/policy.ts'
import { partitionKey, policyMember, secondsUntil, stateMember } from './header-fields.ts'
import type { Settings } from './options.ts'
import { whoseOf, type Whose } from './whose.ts'

const MAX_PARTITIONS = 10_000

interface LimiterParts {
  readonly counters: CounterStore
  /** What stands before the keys of this limit. */
  readonly prefix: string
  /** Counts what is refused. */
  readonly refused: Counter
}

/** Whose count it is, as the headers tell it. */
interface Partition {
  /** A hash. */
  readonly key: string
  /** The whole member of `RateLimit-Policy`. */
  readonly policy: string
}

/** One limit on one operation. */
export class Limiter {
  readonly #settings: Settings
  readonly #counters: CounterStore
  readonly #prefix: string
  readonly #refused: Counter
  readonly #whose: Whose
  readonly #quota: Quota
  /** Of those who have called of late. */
  readonly #partitions = new Map<string, Partition>()

  constructor(settings: Settings, { counters, prefix, refused }: LimiterParts) {
    const { by, cost, max, windowSeconds } = settings
    this.#settings = settings
    this.#counters = counters
    this.#prefix = prefix
    this.#refused = refused
    this.#whose = whoseOf(by)
    this.#quota = { cost: typeof cost === 'number' ? cost : 1, max, windowMs: windowSeconds * 1000 }
  }

  /** @throws TooManyRequests where there is too little left. */
  count(call: Call): MaybePromise<void> {
    const who = this.#whose(call)
    if (who === undefined) return undefined
    const quota = this.#quotaOf(call)
    if (quota.cost === 0) return undefined
    const taken = this.#counters.take(this.#prefix + who, quota)
    return isPromise(taken) ? taken.then((settled) => this.#tell(call, who, settled)) : this.#tell(call, who, taken)
  }

  #quotaOf(call: Call): Quota {
    const { cost } = this.#settings
    if (typeof cost === 'number') return this.#quota
    const asked = cost(call)
    if (Number.isInteger(asked) && asked >= 0) return { ...this.#quota, cost: asked }
    throw new RangeError(
      `The cost of a call is a whole number from 0; that of the limit "${this.#settings.name}" is ${asked}.`,
    )
  }

  #tell(call: Call, who: string, { granted, used, resetMs }: Taken): void {
    const { max, windowSeconds } = this.#settings
    const resetSeconds = secondsUntil(resetMs)
    const partition = this.#partitionOf(who)
    const remaining = Math.max(0, max - used)
    call.answerMember('ratelimit-policy', partition.policy)
    call.answerMember('ratelimit', stateMember(this.#settings, { remaining, resetSeconds }, partition.key))
    if (granted) return
    this.#refused.add()
    throw new TooManyRequests(`There are at most ${max} in ${windowSeconds} s.`, {
      headers: { 'retry-after': String(resetSeconds) },
    })
  }

  #partitionOf(who: string): Partition {
    const known = this.#partitions.get(who)
    if (known !== undefined) return known
    if (this.#partitions.size >= MAX_PARTITIONS) this.#partitions.clear()
    const key = partitionKey(who)
    const made = { key, policy: policyMember(this.#settings, key) }
    this.#partitions.set(who, made)
    return made
  }
}
