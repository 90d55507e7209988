import type { MaybePromise } from '../core/maybe-promise.ts'
import type { Outcome } from '../core/middleware.ts'
import type { CheckedCall, CompiledPolicy, Proceed, WorkedOutPlace } from '../core/policy/policy.ts'
import { answerHead, checkPlace, isShared } from './answer-head.ts'
import { answerKey, type KeyParts } from './answer-key.ts'
import { keeperOf } from './app-keeper.ts'
import { beyondKey, knownParts, type KnownParts } from './beyond-key.ts'
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
  const { vary } = options
  const shared = isShared(place, options)
  const cached = new AnswerCache({
    keeper: keeperOf(place.services),
    counts: cacheCounts(place.services.meters, 'answer', name),
    head: answerHead(place, options),
    key: { name, vary, shared, authenticators: place.access.authenticators },
    known: knownParts(place, { vary, shared }),
    // What a resource reads is known once all resources are declared.
    tags: [...new Set([...options.tags, ...(operation.readTags?.() ?? [])])],
    ttlMs: options.ttlSeconds * 1_000,
    staleMs: (options.staleSeconds ?? 0) * 1_000,
  })
  return { watches: true, around: (checked, next) => cached.answer(checked, next) }
}

interface AnswerCacheParts {
  readonly keeper: Keeper
  readonly counts: CacheCounts
  readonly head: AnswerHead
  readonly key: KeyParts
  readonly known: KnownParts
  readonly tags: readonly string[]
  readonly ttlMs: number
  readonly staleMs: number
}

class AnswerCache {
  readonly #parts: AnswerCacheParts
  #isWarned = false
  /** What it was said of that answers are made of it and not kept. */
  readonly #told = new Set<string>()

  constructor(parts: AnswerCacheParts) {
    this.#parts = parts
  }

  answer(checked: CheckedCall, next: Proceed): MaybePromise<Outcome> {
    const { keeper, key: parts } = this.#parts
    const key = answerKey(parts, checked)
    if (key === undefined) return this.#uncached(checked, next)
    const entry = keeper.peek<KeptAnswer>(key, performance.now())
    if (entry !== undefined) return this.#hit(checked, key, entry)
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
      return this.#isOfKey(checked) ? keptAnswer(own, head) : undefined
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

  async #renew(checked: CheckedCall, key: string): Promise<void> {
    await this.#parts.keeper.renew(this.#wanted(key), async () => {
      const outcome = await checked.anew()
      const kept = this.#isOfKey(checked) ? keptAnswer(outcome, this.#parts.head) : undefined
      if (outcome.body instanceof ReadableStream) await outcome.body.cancel()
      return kept
    })
  }

  #wanted(key: string): Wanted<KeptAnswer> {
    const { tags, ttlMs, staleMs } = this.#parts
    return { key, tags, ttlMs, staleMs, bytesOf, form: ANSWER_FORM }
  }

  /** Whether the answer is for all who have its key. Where it is not, the log says so, once for each thing it depends on. */
  #isOfKey(checked: CheckedCall): boolean {
    const { call, reads } = checked
    // It may have given less for HEAD than it gives for GET.
    if (call.head.method === 'HEAD' && reads.some(({ part }) => part === 'method')) return false
    const beyond = beyondKey(checked, this.#parts.known)
    if (beyond.length === 0) return true
    call.trace?.note('cache', 'answer', { kept: false, reads: beyond.join(', ') })
    const untold = beyond.filter((read) => !this.#told.has(read))
    if (untold.length === 0 || this.#told.size >= MAX_TOLD) return false
    for (const read of untold) this.#told.add(read)
    call.log.warn({ operation: call.operation, reads: untold }, NOT_OF_KEY)
    return false
  }

  #uncached({ call }: CheckedCall, next: Proceed): MaybePromise<Outcome> {
    if (!this.#isWarned) call.log.warn({ operation: call.operation }, NO_KEY)
    this.#isWarned = true
    return next()
  }
}

/** Names may be made of what a client sends. */
const MAX_TOLD = 20

const NOT_OF_KEY =
  'an answer of this operation was not cached: it was made of something that answers are not told apart by; declare what is read and take it from the declared input, or name the header in vary of cache()'
const NO_KEY =
  'answers of this operation are not cached: of its input or its caller no key can be made, since it has instances of classes; let the authenticator give a plain object'
