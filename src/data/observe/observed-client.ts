import type { Pool, PoolClient, QueryConfig } from 'pg'
import { untilEnded } from './observed-runner.ts'
import type { StatementEnd, StatementObserver } from './statement-observer.ts'

type Query = (config: string | QueryConfig, values?: readonly unknown[]) => Promise<unknown>

/** The same pool or connection for Drizzle, with an observer of its statements. */
export function observedClient<T extends Pool | PoolClient>(target: T, observer: StatementObserver): T {
  const query: Query = (config, values) => {
    const text = typeof config === 'string' ? config : config.text
    let ended: StatementEnd | undefined
    try {
      ended = observer.statement(text, values ?? (typeof config === 'string' ? undefined : config.values))
    } catch (error) {
      return Promise.reject(error)
    }
    const result = (target.query as Query).call(target, config, values)
    return ended === undefined ? result : untilEnded(result, ended)
  }
  // Drizzle's own transactions take a connection from the pool.
  const connect = async (): Promise<PoolClient> => observedClient(await (target as Pool).connect(), observer)
  return new Proxy(target, {
    get: (_, key) => {
      if (key === 'query') return query
      if (key === 'connect') return connect
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
