import type { PoolClient } from 'pg'
import type { RowSet } from './row-set.ts'
import type { Statement } from './statement.ts'
import { WireClient } from './wire-client.ts'
import type { WireQueryOptions } from './wire-query.ts'

export interface RunOptions {
  /**
   * Ends the wait with its reason. The statement itself is left to the server, which ends it at its limit: to cancel it could hit the one
   * after it on the same connection.
   */
  readonly signal?: AbortSignal
}

/** Runs statements. */
export interface Runner {
  run(statement: Statement, values: readonly unknown[], options?: RunOptions): Promise<RowSet>
}

export type RunnerOptions = Partial<WireQueryOptions>

/** Runs statements on the connection of a transaction, in order with what `pg` runs on it. */
export function clientRunner(client: PoolClient, { prepare = true }: RunnerOptions = {}): Runner {
  const wire = wireClient(client)
  return {
    run: (statement, values, options) => untilAborted(wire.run(statement, values, { prepare }), options?.signal),
  }
}

/** @throws TypeError where the client is not of a pool that `createPool` made. */
export function wireClient(client: unknown): WireClient {
  if (client instanceof WireClient) return client
  throw new TypeError(
    'The connection is not one of createPool(): make its pool with createPool(), or with Client: WireClient.',
  )
}

/** The result, or the signal's reason as soon as it is aborted. */
export function untilAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
