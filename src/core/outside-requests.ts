import type { TypesOf, Uses } from './dependency.ts'

/** A sentence for each dependency that cannot be had outside a request. */
export type OutsideRequests<U extends Uses> = {
  readonly [K in keyof U]: TypesOf<U[K]>['request'] extends false
    ? U[K]
    : 'This dependency needs a request, and there is none here: pass the value in instead.'
}
