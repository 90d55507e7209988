import type { Pool, QueryConfig } from 'pg'
import type { Drizzle, DrizzleSchema } from '../drizzle.ts'
import type { Read } from './read-target.ts'

/** Drizzle for reading: what `database.reader` gives. A {@link Drizzle} handle serves where one is asked for. */
export type Reader<Schema extends DrizzleSchema = DrizzleSchema> = Pick<
  Drizzle<Schema>,
  'select' | 'selectDistinct' | 'selectDistinctOn' | 'query' | '$count' | '$with' | 'execute'
>

type Query = (config: string | QueryConfig, values?: unknown[]) => Promise<unknown>

const WRITES = /^\s*(?:insert|update|delete|merge|truncate|create|alter|drop|begin)\b/i

/** Stands for a pool before Drizzle: each statement goes where `read` sends it. */
export function readingPool(pool: Pool, read: Read): Pool {
  const query: Query = async (config, values) => {
    const text = typeof config === 'string' ? config : config.text
    // A replica refuses it, so the primary in its place must do so too.
    if (WRITES.test(text))
      throw new Error('database.reader only reads: write with database.transaction or database.drizzle.')
    return read((target) => (target.pool.query as Query).call(target.pool, config, values))
  }
  return new Proxy(pool, {
    get: (target, key) => (key === 'query' ? query : (Reflect.get(target, key, target) as unknown)),
  })
}
