export { rateLimit, type RateLimit } from './rate-limit.ts'
export type { LimitBy, LimitFailure, RateLimitOptions } from './options.ts'
