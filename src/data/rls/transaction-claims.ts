import type { PoolClient, QueryConfig } from 'pg'
import type { Runner } from '../wire/runner.ts'
import { SYSTEM_CLAIMS } from './claim-set.ts'

/** What the running transaction of a connection carries. Each transaction of a database with `rls` sets its own when it begins. */
const carried = new WeakMap<PoolClient, string>()

function setting(claims: string): QueryConfig {
  return { text: "select set_config('ashlar.claims', $1, true)", values: [claims] }
}

/**
 * Sets the claims of the transaction that has begun on this connection, and of no other: they end with it. Not awaited: it travels with the next
 * statement, and where it fails all that follows does.
 */
export function carryClaims(client: PoolClient, claims: string): void {
  carried.set(client, claims)
  client.query(setting(claims)).catch(ignore)
}

/** Sends what `send` sends as the system. What the transaction carried before is set again right behind it. */
function asSystem<T>(client: PoolClient, send: () => T): T {
  const before = carried.get(client)
  // Without `rls` there is nothing to set.
  if (before === undefined) return send()
  client.query(setting(SYSTEM_CLAIMS)).catch(ignore)
  const sent = send()
  client.query(setting(before)).catch(ignore)
  return sent
}

/** The same runner, past the policies. */
export function systemRunner(client: PoolClient, runner: Runner): Runner {
  return { run: (statement, values, options) => asSystem(client, () => runner.run(statement, values, options)) }
}

/** The same connection for Drizzle, past the policies. */
export function systemClient(client: PoolClient): PoolClient {
  const query = (...args: unknown[]): unknown =>
    asSystem(client, () => (client.query as (...given: unknown[]) => unknown).apply(client, args))
  return new Proxy(client, {
    get: (_, key) => {
      if (key === 'query') return query
      const value: unknown = Reflect.get(client, key, client)
      return typeof value === 'function' ? (value.bind(client) as unknown) : value
    },
  })
}

function ignore(): void {}
