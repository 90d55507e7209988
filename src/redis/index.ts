export { RedisUnavailable } from './errors.ts'
export { type RedisClient, type RedisTransaction, type ScriptCall } from './client.ts'
export { redis, type Redis, type RedisOptions } from './redis.ts'
export { type Subscription } from './subscriptions.ts'
