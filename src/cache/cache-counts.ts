import type { Counter, Meters } from '../core/observation/meters.ts'

/** How often a cache had what it was asked for. */
export interface CacheCounts {
  readonly hit: Counter
  /** It had something that is being made anew. */
  readonly stale: Counter
  readonly miss: Counter
}

/** @param name - Of the operation, or of the value. */
export function cacheCounts(meters: Meters, of: 'answer' | 'value', name: string): CacheCounts {
  const counter = meters.counter({
    name: 'cache_requests_total',
    help: 'What caches were asked for: answers of operations and values, and whether they had it.',
    labels: ['cache', 'name', 'result'],
  })
  const counting = (result: string): Counter => counter.with({ cache: of, name, result })
  return { hit: counting('hit'), stale: counting('stale'), miss: counting('miss') }
}
