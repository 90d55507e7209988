import { instanceIn, type InstanceOptions } from '../../data/embedded/instance.ts'
import { takeLease, type Lease } from '../../data/embedded/lease.ts'
import { findProject } from '../../data/embedded/project.ts'

/** Keeps the embedded databases of the app running while it is started again. */
export class DatabaseHold {
  readonly #leases = new Map<string, Promise<Lease | undefined>>()

  async take(options: InstanceOptions): Promise<void> {
    const instance = instanceIn(findProject(), options)
    if (this.#leases.has(instance.directory)) return
    const taken = takeLease(instance)
    this.#leases.set(instance.directory, taken)
    // Not running: the next start of the app is another chance.
    if ((await taken.catch(() => undefined)) === undefined) this.#leases.delete(instance.directory)
  }

  /** Waits until what is being taken is held. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#leases.values())
  }

  async release(): Promise<void> {
    const leases = [...this.#leases.values()]
    this.#leases.clear()
    await Promise.all(leases.map(async (taken) => (await taken.catch(() => undefined))?.release()))
  }
}
