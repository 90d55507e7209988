export { RedisUnavailable } from './errors.ts'
export { redis, type Redis, type RedisClient, type RedisOptions } from './redis.ts'
export { type Subscription } from './subscriptions.ts'
