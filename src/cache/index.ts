export { cache, type CacheOptions } from './cache.ts'
export { cached, type CachedConfig, type CachedValue } from './cached.ts'
export { invalidate, type Invalidate } from './invalidate.ts'
