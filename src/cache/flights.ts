import type { LocalEntry } from './local-entries.ts'
import type { TagSnapshot } from './tag-clocks.ts'

/** What takes longer may never end, and must not hold up whoever else wants it: the next one begins. As between processes. */
const LONGEST_FLIGHT_MS = 10_000

/** What came of making something. */
export type Landed<Value> =
  | { readonly type: 'kept'; readonly entry: LocalEntry<Value> }
  | { readonly type: 'unkept' }
  | { readonly type: 'failed'; readonly error: unknown }
  /** Whoever was making it has left: the next one begins. */
  | { readonly type: 'gone' }

interface Flight {
  readonly tags: TagSnapshot
  readonly landed: Promise<Landed<unknown>>
}

/** What is being made in this process, so that others who want the same join. */
export class Flights {
  readonly #flights = new Map<string, Flight>()

  has(key: string): boolean {
    return this.#flights.has(key)
  }

  /** What comes of the one under way; `undefined` where there is none to join. */
  join<Value>(key: string): Promise<Landed<Value>> | undefined {
    const flight = this.#flights.get(key)
    // One that began before a change may have read what was before it. Keys begin with what their values are of.
    return flight?.tags.isCurrent === true ? (flight.landed as Promise<Landed<Value>>) : undefined
  }

  /** Others join until it has landed. `work` never rejects. */
  async fly<Value>(key: string, tags: TagSnapshot, work: () => Promise<Landed<Value>>): Promise<Landed<Value>> {
    const late = Promise.withResolvers<Landed<Value>>()
    const landed = work()
    const flight: Flight = { tags, landed: Promise.race([landed, late.promise]) }
    this.#flights.set(key, flight)
    const forget = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    }
    const timer = setTimeout(() => {
      forget()
      late.resolve({ type: 'gone' })
    }, LONGEST_FLIGHT_MS).unref()
    try {
      return await landed
    } finally {
      clearTimeout(timer)
      forget()
    }
  }
}
