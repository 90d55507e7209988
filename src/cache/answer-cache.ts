import type { MaybePromise } from '../core/maybe-promise.ts'
import type { Outcome } from '../core/middleware.ts'
import type { CheckedCall, CompiledPolicy, Proceed, WorkedOutPlace } from '../core/policy/policy.ts'
import { answerHead, checkPlace, isShared } from './answer-head.ts'
import { answerKey, type KeyParts } from './answer-key.ts'
import { keeperOf } from './app-keeper.ts'
import { cacheCounts, type CacheCounts } from './cache-counts.ts'
import type { CacheOptions } from './cache.ts'
import type { Keeper, Wanted } from './keeper.ts'
import { ANSWER_FORM, bytesOf, keptAnswer, outcomeOf, type AnswerHead, type KeptAnswer } from './kept-answer.ts'
import type { LocalEntry } from './local-entries.ts'

export type CheckedOptions = CacheOptions & Required<Pick<CacheOptions, 'tags' | 'vary' | 'maxAgeSeconds'>>

/** The cache of one operation. */
export function answerCache(place: WorkedOutPlace, options: CheckedOptions): CompiledPolicy {
  checkPlace(place, options)
  const { operation, name } = place.placed
  const cached = new AnswerCache({
    keeper: keeperOf(place.services),
    counts: cacheCounts(place.services.meters, 'answer', name),
    head: answerHead(place, options),
    key: { name, vary: options.vary, shared: isShared(place, options), authenticators: place.access.authenticators },
    // What a resource reads is known once all resources are declared.
    tags: [...new Set([...options.tags, ...(operation.readTags?.() ?? [])])],
    ttlMs: options.ttlSeconds * 1_000,
    staleMs: (options.staleSeconds ?? 0) * 1_000,
  })
  return { around: (checked, next) => cached.answer(checked, next) }
}

interface AnswerCacheParts {
  readonly keeper: Keeper
  readonly counts: CacheCounts
  readonly head: AnswerHead
  readonly key: KeyParts
  readonly tags: readonly string[]
  readonly ttlMs: number
  readonly staleMs: number
}

class AnswerCache {
  readonly #parts: AnswerCacheParts
  #isWarned = false

  constructor(parts: AnswerCacheParts) {
    this.#parts = parts
  }

  answer(checked: CheckedCall, next: Proceed): MaybePromise<Outcome> {
    const { call } = checked
    const { keeper, key: parts } = this.#parts
    const key = answerKey(parts, checked)
    if (key === undefined) return this.#uncached(checked, next)
    const entry = keeper.peek<KeptAnswer>(key, performance.now())
    if (entry !== undefined) return this.#hit(checked, key, entry)
    // What a handler gives for HEAD may be less than what it gives for GET.
    if (call.head.method === 'HEAD') return next()
    return this.#miss(checked, key, next)
  }

  #hit(checked: CheckedCall, key: string, entry: LocalEntry<KeptAnswer>): Outcome {
    const { call } = checked
    const now = performance.now()
    const stale = now >= entry.freshUntil
    call.trace?.note('cache', 'answer', { hit: true, stale })
    this.#parts.counts[stale ? 'stale' : 'hit'].add()
    if (stale && this.#parts.keeper.mayRenew(entry, now)) call.after(() => this.#renew(checked, key))
    return outcomeOf(entry.value)
  }

  async #miss(checked: CheckedCall, key: string, next: Proceed): Promise<Outcome> {
    const { call } = checked
    const { keeper, head } = this.#parts
    let own: Outcome | undefined
    const make = async (): Promise<KeptAnswer | undefined> => {
      own = await next()
      return keptAnswer(own, head)
    }
    const entry = await keeper.obtain(this.#wanted(key), make, () => call.signal.aborted)
    if (own !== undefined) {
      call.trace?.note('cache', 'answer', { hit: false })
      this.#parts.counts.miss.add()
      // Its own headers too, such as those that are not kept.
      for (const [name, value] of entry?.value.headers ?? []) own.headers.set(name, value)
      return own
    }
    return entry === undefined ? next() : this.#hit(checked, key, entry)
  }

  async #renew({ anew }: CheckedCall, key: string): Promise<void> {
    await this.#parts.keeper.renew(this.#wanted(key), async () => {
      const outcome = await anew()
      const kept = keptAnswer(outcome, this.#parts.head)
      if (outcome.body instanceof ReadableStream) await outcome.body.cancel()
      return kept
    })
  }

  #wanted(key: string): Wanted<KeptAnswer> {
    const { tags, ttlMs, staleMs } = this.#parts
    return { key, tags, ttlMs, staleMs, bytesOf, form: ANSWER_FORM }
  }

  #uncached({ call }: CheckedCall, next: Proceed): MaybePromise<Outcome> {
    if (!this.#isWarned) call.log.warn({ operation: call.operation }, NO_KEY)
    this.#isWarned = true
    return next()
  }
}

const NO_KEY =
  'answers of this operation are not cached: of its input or its caller no key can be made, since it has instances of classes; let the authenticator give a plain object'
