import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { onFirstUse } from '../core/on-first-use.ts'

/** What counts attempts. It loads a file for each store that it knows, and an app starts without it. */
export const limiterPackage = onFirstUse(() => import('rate-limiter-flexible'))

export type Counters = Pick<RateLimiterAbstract, 'consume' | 'reward' | 'delete'>

/** Counters that are made when something is first counted. */
export function countersOnFirstUse(make: (limiter: Awaited<ReturnType<typeof limiterPackage>>) => Counters): Counters {
  const made = onFirstUse(async () => make(await limiterPackage()))
  return {
    consume: async (...args) => (await made()).consume(...args),
    reward: async (...args) => (await made()).reward(...args),
    delete: async (...args) => (await made()).delete(...args),
  }
}
