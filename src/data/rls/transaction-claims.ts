import type { PoolClient } from 'pg'
import { clientRunner, type Runner } from '../wire/runner.ts'
import { SYSTEM_CLAIMS } from './claim-set.ts'

interface Carried {
  readonly claims: string
  /** Whether the statement that sets them may have a name. */
  readonly prepare: boolean
}

/** What the running transaction of a connection carries. Each transaction of a database with `rls` sets its own when it begins. */
const carried = new WeakMap<PoolClient, Carried>()

const SET = { text: "select set_config('ashlar.claims', $1, true)", name: 'ashlar_claims' }

/** Not awaited: it travels with the next statement, and where it fails all that follows does. */
function send(client: PoolClient, { claims, prepare }: Carried): void {
  clientRunner(client, { prepare }).run(SET, [claims]).catch(ignore)
}

/** Sets the claims of the transaction that has begun on this connection, and of no other: they end with it. */
export function carryClaims(client: PoolClient, claims: string, { prepared }: { readonly prepared: boolean }): void {
  const own = { claims, prepare: prepared }
  carried.set(client, own)
  send(client, own)
}

/** Runs what sends a statement as the system. What the transaction carried before is set again right behind it. */
function asSystem<T>(client: PoolClient, work: () => T): T {
  const before = carried.get(client)
  // Without `rls` there is nothing to set.
  if (before === undefined) return work()
  send(client, { ...before, claims: SYSTEM_CLAIMS })
  const sent = work()
  send(client, before)
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
