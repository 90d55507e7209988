import type { Call } from '../core/policy/policy.ts'

/**
 * Whose calls are counted together.
 *
 * `user`: those of who is known; of others, those of their address. `key`: those of one API key of accounts; of other credentials as `user`. `address`: those of
 * an IPv4 address or an IPv6 /64, before it is asked who calls. A function: those for which it gives the same text, once the caller is known; `undefined` is
 * not counted.
 */
export type LimitBy = 'user' | 'key' | 'address' | ((call: Call) => string | undefined)

/**
 * What happens while neither Redis nor the database can count. `local`: each process counts for itself, so that there is a limit still, of at most `max` for each
 * process. `closed`: 503 `unavailable` with `Retry-After`. `open`: calls pass.
 */
export type LimitFailure = 'local' | 'closed' | 'open'

/** Of {@link rateLimit}. */
export interface RateLimitOptions {
  /** How much there is in a window: calls, where each costs 1. From 1 to 2,147,483,647. */
  readonly max: number
  /** From the first call that is counted. Whole seconds, from 1 to 31,536,000 (a year). */
  readonly windowSeconds: number
  /** Default `user`. */
  readonly by?: LimitBy
  /** What a call uses up: a whole number from 0, which is not counted. A function is asked before the body is read. Default 1. */
  readonly cost?: number | ((call: Call) => number)
  /** In the headers, and in what is counted together: letters, digits and dashes. Default: `by` and the window, such as `user-60s`. */
  readonly name?: string
  /** `operation`: each operation is counted for itself (default). `shared`: all that have a limit of this name are counted together; give it a `name`. */
  readonly scope?: 'operation' | 'shared'
  /**
   * `shared`: in the app's Redis, else in its database where the schema has `rateLimitCounters`, else in this process (default). `process`: in this process
   * whatever there is, which costs no round trip; each process then has all of `max`.
   */
  readonly store?: 'shared' | 'process'
  /** Default `local`. */
  readonly failure?: LimitFailure
}

export type Settings = Required<RateLimitOptions>

const MAX_POINTS = 2_147_483_647
const MAX_WINDOW_SECONDS = 31_536_000
const NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/

/** @throws RangeError, TypeError where one of them cannot be. */
export function settingsOf(options: RateLimitOptions): Settings {
  const { by = 'user', cost = 1, scope = 'operation', store = 'shared', failure = 'local' } = options
  const { max, windowSeconds } = options
  whole('max', max, { from: 1, to: MAX_POINTS })
  whole('windowSeconds', windowSeconds, { from: 1, to: MAX_WINDOW_SECONDS })
  oneOf('scope', scope, ['operation', 'shared'])
  oneOf('store', store, ['shared', 'process'])
  oneOf('failure', failure, ['local', 'closed', 'open'])
  if (typeof by !== 'function') oneOf('by', by, ['user', 'key', 'address'])
  if (typeof cost !== 'function') whole('cost', cost, { from: 1, to: max })
  if (scope === 'shared' && options.name === undefined)
    throw new TypeError("rateLimit({ scope: 'shared' }) needs a name: what has the same name is counted together.")
  const name = options.name ?? `${typeof by === 'function' ? 'custom' : by}-${windowSeconds}s`
  if (!NAME.test(name))
    throw new TypeError(`rateLimit({ name }) is made of letters, digits and dashes; it is ${JSON.stringify(name)}.`)
  return { max, windowSeconds, by, cost, name, scope, store, failure }
}

function whole(name: string, value: number, { from, to }: { readonly from: number; readonly to: number }): void {
  if (Number.isInteger(value) && value >= from && value <= to) return
  throw new RangeError(`rateLimit({ ${name} }) is a whole number from ${from} to ${to}; it is ${value}.`)
}

function oneOf(name: string, value: string, all: readonly string[]): void {
  if (all.includes(value)) return
  throw new TypeError(`rateLimit({ ${name} }) is ${all.join(', ')}; it is ${JSON.stringify(value)}.`)
}
