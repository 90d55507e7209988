/** How a transaction runs. */
export interface TransactionOptions {
  /** What it sees of others. Default: what the server is set to, which is `read committed` unless somebody changed it. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
  /** Refuses to write. Default `false`. */
  readonly readOnly?: boolean
  /** Waits until it can run without ever failing to serialize. Only for `serializable` with `readOnly`. Default `false`. */
  readonly deferrable?: boolean
  /**
   * How often the work is run again where concurrent transactions contradict each other (SQLSTATE 40001, 40P01): each time from its start,
   * so whatever it does besides the database must bear repetition. Default 0; `true` is 2; at most 10.
   */
  readonly retry?: boolean | number
}

const RETRIES = 2
export const MAX_RETRIES = 10

/** @throws RangeError where it is no whole number from 0 to {@link MAX_RETRIES}. */
export function retriesOf({ retry = 0 }: TransactionOptions): number {
  const times = typeof retry === 'boolean' ? (retry ? RETRIES : 0) : retry
  if (Number.isInteger(times) && times >= 0 && times <= MAX_RETRIES) return times
  throw new RangeError(`retry is how often a transaction is run again: true, or 0 to ${MAX_RETRIES}, not ${times}.`)
}

/** @throws TypeError for what PostgreSQL would take without a word, and ignore. */
export function beginStatement({ isolation, readOnly = false, deferrable = false }: TransactionOptions): string {
  if (deferrable && (isolation !== 'serializable' || !readOnly))
    throw new TypeError("deferrable has a meaning only with isolation: 'serializable' and readOnly: true.")
  const modes = [
    ...(isolation === undefined ? [] : [`ISOLATION LEVEL ${isolation.toUpperCase()}`]),
    ...(readOnly ? ['READ ONLY'] : []),
    ...(deferrable ? ['DEFERRABLE'] : []),
  ]
  return ['BEGIN', ...modes].join(' ')
}
