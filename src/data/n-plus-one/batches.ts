import type { MaybePromise } from '../../core/maybe-promise.ts'

/** What a loader finds values by: what a `Map` compares by value. */
export type LoaderKey = string | number | bigint | boolean

/** Gets rows by key for whoever asks, with one statement for all who ask at about the same time. */
export interface Loader<Key extends LoaderKey, Value> {
  /** The value of a key; `undefined` where there is none. Asked for again in the same request, it is the same promise. */
  load(key: Key): Promise<Value | undefined>
  /** The values of several keys, in their order. */
  loadMany(keys: readonly Key[]): Promise<(Value | undefined)[]>
  /** Takes a value that was come by otherwise, unless one is there. */
  prime(key: Key, value: Value | undefined): void
  /** Forgets the value of a key, as after it was changed; without a key, all. */
  clear(key?: Key): void
}

type Batch<Key extends LoaderKey, Value> = (keys: readonly Key[]) => MaybePromise<ReadonlyMap<Key, Value | Error>>

interface Asked<Key, Value> {
  readonly key: Key
  readonly resolve: (value: Value | undefined) => void
  readonly reject: (error: unknown) => void
}

export class Batches<Key extends LoaderKey, Value> implements Loader<Key, Value> {
  readonly #batch: Batch<Key, Value>
  readonly #most: number
  readonly #known = new Map<Key, Promise<Value | undefined>>()
  #asked: Asked<Key, Value>[] = []

  constructor(batch: Batch<Key, Value>, most: number) {
    this.#batch = batch
    this.#most = most
  }

  load(key: Key): Promise<Value | undefined> {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const { promise, resolve, reject } = Promise.withResolvers<Value | undefined>()
    if (this.#asked.length === 0) soon(() => this.#dispatch())
    this.#asked.push({ key, resolve, reject })
    this.#known.set(key, promise)
    return promise
  }

  loadMany(keys: readonly Key[]): Promise<(Value | undefined)[]> {
    return Promise.all(keys.map((key) => this.load(key)))
  }

  prime(key: Key, value: Value | undefined): void {
    if (!this.#known.has(key)) this.#known.set(key, Promise.resolve(value))
  }

  clear(key?: Key): void {
    if (key === undefined) this.#known.clear()
    else this.#known.delete(key)
  }

  #dispatch(): void {
    const asked = this.#asked
    this.#asked = []
    for (let from = 0; from < asked.length; from += this.#most) void this.#answer(asked.slice(from, from + this.#most))
  }

  async #answer(asked: readonly Asked<Key, Value>[]): Promise<void> {
    try {
      const found = await this.#batch(asked.map(({ key }) => key))
      if (!(found instanceof Map)) throw new TypeError(NO_MAP)
      for (const { key, resolve, reject } of asked) {
        const value = found.get(key) as Value | Error | undefined
        if (value instanceof Error) reject(value)
        else resolve(value)
      }
    } catch (error) {
      // What has failed may be asked for again.
      for (const { key, reject } of asked) {
        this.#known.delete(key)
        reject(error)
      }
    }
  }
}

const NO_MAP =
  'A loader gives a Map from key to value, so that the order of rows does not matter: new Map(rows.map((row) => [row.id, row])), ' +
  'or Map.groupBy(rows, (row) => row.postId) for several rows per key.'

/** After the promises that are settled already have gone on: those who wait for them ask within the same batch. */
function soon(work: () => void): void {
  void Promise.resolve().then(() => process.nextTick(work))
}
