import type { CounterStore, Quota, Taken } from '../core/policy/counter-store.ts'
import type { Redis } from './redis.ts'

/** One step for Redis, whoever else counts at the same time. A key without an end, which somebody else has made, gets one. */
const TAKE = `
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local cost = tonumber(ARGV[1])
local granted = 0
if used + cost <= tonumber(ARGV[2]) then
  used = redis.call('INCRBY', KEYS[1], ARGV[1])
  granted = 1
end
local left = redis.call('PTTL', KEYS[1])
if left == -1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  left = tonumber(ARGV[3])
end
return { granted, used, left }`

/** Counts in Redis: one round trip each. */
export class RedisCounters implements CounterStore {
  readonly name = 'redis'
  readonly #redis: Pick<Redis, 'ask' | 'prefix'>

  constructor(redis: Pick<Redis, 'ask' | 'prefix'>) {
    this.#redis = redis
  }

  async take(key: string, { cost, max, windowMs }: Quota): Promise<Taken> {
    const call = {
      keys: [`${this.#redis.prefix}limits:${key}`],
      arguments: [String(cost), String(max), String(windowMs)],
    }
    const answer = await this.#redis.ask((client) => client.eval(TAKE, call))
    // What the script returns.
    const [granted, used, left] = answer as [number, number, number]
    // -2: there is no such key, for something that costs more than there ever is.
    return { granted: granted === 1, used, resetMs: left < 0 ? windowMs : left }
  }
}
