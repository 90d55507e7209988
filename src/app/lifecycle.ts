import type { Container } from '../core/graph/container.ts'
import type { Part } from '../core/part.ts'
import type { AppServices } from '../core/services.ts'
import type { App } from './app.ts'
import type { Availability } from './availability.ts'
import { lifecycleOf } from './internals.ts'

/** What an app owns. */
export interface Owned {
  /** Its own parts and those of the apps mounted in it, each once. */
  readonly parts: readonly Part[]
  readonly container: Container
  readonly services: AppServices
  readonly availability: Availability
  readonly mounted: readonly App[]
}

/** Starts and stops what an app owns: parts first, then app-scoped dependencies, then mounted apps; in reverse at the end. */
export class Lifecycle {
  readonly #owned: Owned
  #started: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  #stoppers: (() => unknown)[] = []

  constructor(owned: Owned) {
    this.#owned = owned
  }

  /**
   * Once, whoever asks first. A failed start ends what it had begun, and may be tried again.
   *
   * @param elsewhere - Parts that the app in which this one is mounted starts and stops.
   */
  start(elsewhere: readonly Part[] = []): Promise<void> {
    this.#started ??= this.#begin(elsewhere)
    return this.#started
  }

  /** Ends everything, even where something fails; then throws the first failure. A start under way is finished first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => (this.#stopping = undefined))
    return this.#stopping
  }

  async #begin(elsewhere: readonly Part[]): Promise<void> {
    await this.#stopping?.catch(() => undefined)
    const attempt = this.#started
    try {
      await this.#start(elsewhere)
      this.#owned.availability.ready()
    } catch (error) {
      await this.#end().catch(() => undefined)
      if (this.#started === attempt) this.#started = undefined
      throw error
    }
  }

  async #stop(): Promise<void> {
    const started = this.#started
    this.#started = undefined
    await started?.catch(() => undefined)
    this.#owned.availability.drain()
    await this.#end().finally(() => this.#owned.availability.stopped())
  }

  async #end(): Promise<void> {
    const failures: unknown[] = []
    for (const stop of this.#stoppers.splice(0).reverse()) {
      try {
        await stop()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  async #start(elsewhere: readonly Part[]): Promise<void> {
    const { parts, container, mounted } = this.#owned
    for (const part of parts) if (!elsewhere.includes(part)) await this.#startPart(part)
    this.#stoppers.push(() => container.stop())
    await container.start()
    for (const app of mounted) {
      this.#stoppers.push(() => app.stop())
      await lifecycleOf(app).start([...parts, ...elsewhere])
    }
  }

  async #startPart(part: Part): Promise<void> {
    this.#stoppers.push(() => part.stop?.())
    await part.start?.(this.#owned.services)
  }
}
