import type { PoolClient } from 'pg'
import { cancelStatement } from './cancel-request.ts'

/**
 * How old a transaction is before somebody looks whether its request still wants it. Most end long before, and pay nothing: a signal is
 * made when it is asked for.
 */
const LOOK_AFTER_MS = 500
const SWEEP_MS = 250

interface Watched {
  readonly client: PoolClient
  readonly signal: () => AbortSignal
  readonly since: number
  /** Set once the statement was cancelled: the request for that may come late, so nobody else may have this connection. */
  cancelling: Promise<void> | undefined
}

/** Ends the running statements of transactions whose client has left or whose time is up, so that they give their connections back. */
export class AbandonedTransactions {
  readonly #open = new Set<Watched>()
  #sweeper: NodeJS.Timeout | undefined

  /** Watches a transaction until what it gives is called, which says whether a statement was cancelled. */
  watch(client: PoolClient, signal: () => AbortSignal): () => Promise<boolean> {
    const watched: Watched = { client, signal, since: performance.now(), cancelling: undefined }
    this.#open.add(watched)
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref()
    return async () => {
      this.#open.delete(watched)
      // What ends the transaction must not be what the request hits.
      await watched.cancelling
      return watched.cancelling !== undefined
    }
  }

  #sweep(): void {
    if (this.#open.size === 0) {
      clearInterval(this.#sweeper)
      this.#sweeper = undefined
    }
    const now = performance.now()
    for (const watched of this.#open) {
      // In the order in which they began.
      if (now - watched.since < LOOK_AFTER_MS) return
      if (watched.signal().aborted && hasStatement(watched.client)) cancel(watched)
    }
  }
}

/** Whether one is under way: a handler that is busy elsewhere keeps its connection. By what `pg` keeps to itself; the tests tell if that goes. */
function hasStatement(client: PoolClient): boolean {
  return Boolean((client as { readonly _activeQuery?: unknown })._activeQuery)
}

/** Again in each round, one after the other: a handler may go on to its next statement. */
function cancel(watched: Watched): void {
  const before = watched.cancelling ?? Promise.resolve()
  watched.cancelling = before.then(() => cancelStatement(watched.client))
}
