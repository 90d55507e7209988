import type { Part } from '../core/part.ts'
import type { App } from './app.ts'
import type { Compiled } from './compile.ts'

/** Starts and stops what an app owns: parts first, then app-scoped dependencies, then mounted apps; in reverse at the end. */
export class Lifecycle {
  readonly #compiled: Pick<Compiled, 'parts' | 'container'>
  readonly #mounted: readonly App[]
  #started: Promise<void> | undefined
  #stoppers: (() => unknown)[] = []

  constructor(compiled: Pick<Compiled, 'parts' | 'container'>, mounted: readonly App[]) {
    this.#compiled = compiled
    this.#mounted = mounted
  }

  /** Once, whoever asks first. A failed start ends what it had begun, and may be tried again. */
  start(): Promise<void> {
    this.#started ??= this.#start().catch(async (error: unknown) => {
      await this.stop().catch(() => undefined)
      throw error
    })
    return this.#started
  }

  /** Ends everything, even where something fails; then throws the first failure. */
  async stop(): Promise<void> {
    this.#started = undefined
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

  async #start(): Promise<void> {
    for (const part of this.#compiled.parts) await this.#startPart(part)
    const { container } = this.#compiled
    this.#stoppers.push(() => container.stop())
    await container.start()
    for (const app of this.#mounted) {
      this.#stoppers.push(() => app.stop())
      await app.start()
    }
  }

  async #startPart(part: Part): Promise<void> {
    this.#stoppers.push(() => part.stop?.())
    await part.start?.()
  }
}
