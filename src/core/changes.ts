import type { MaybePromise } from './maybe-promise.ts'

type Listener = (tags: readonly string[]) => MaybePromise<void>

/**
 * Where an app is told that data has changed, by tags such as `table:tasks`: whoever writes tells it after the commit, and whoever keeps copies listens.
 */
export class Changes {
  readonly #listeners = new Set<Listener>()

  /** Whether anybody listens: who would have to work for it may look first. */
  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  /** Resolves once every listener has dropped what it had. */
  async announce(tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return
    await Promise.all([...this.#listeners].map(async (listener) => listener(tags)))
  }

  /** @returns What ends the listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
