import {
  dependency,
  type BaseContext,
  type Dependency,
  type TypesOf,
  type Uses,
  type UsedValues,
} from '../../core/dependency.ts'
import type { MaybePromise } from '../../core/maybe-promise.ts'
import { Batches, type Loader, type LoaderKey } from './batches.ts'

/** How a loader is declared. */
export interface LoaderConfig<U extends Uses> {
  /** For messages. */
  readonly name?: string
  readonly uses?: U
  /** Keys at most in one call. Default 1,000. */
  readonly maxKeys?: number
}

const LOADER_MAX_KEYS = 1_000

/** The dependency that gives a loader: it needs of the request what its own dependencies need. */
export type LoaderDependency<Key extends LoaderKey, Value, U extends Uses> = Dependency<
  Loader<Key, Value>,
  {
    inputs: {}
    uses: U
    errors: never
    life: 'handled'
    request: true extends TypesOf<U[keyof U]>['request'] ? true : false
  }
>

/**
 * Declares a loader: a dependency that gets rows by key, with one call of `batch` for all keys that are asked for at about the same time.
 * It cures the statement per row in hand-written code. A key is got once per request.
 *
 * `batch` gives a `Map` from key to value. A key that is not in it has the value `undefined`; one whose value is an `Error` is rejected with
 * it. Keys are compared as in a `Map`: for a key of several parts, write them into one string. At most 1,000 keys go into one call.
 *
 * @example
 * import { inArray } from 'drizzle-orm'
 * const db = database()
 * const titles = loader({ uses: { tx: db.transaction } }, async (ids: readonly string[], { tx }) => {
 *   const { posts } = tables
 *   const rows = await tx.select().from(posts).where(inArray(posts.id, [...ids]))
 *   return new Map(rows.map(({ id, title }) => [id, title]))
 * })
 * const titleOf = dependency({ uses: { titles } }, ({ titles }) => (id: string) => titles.load(id))
 */
export function loader<Key extends LoaderKey, Value, const U extends Uses = {}>(
  config: LoaderConfig<U>,
  batch: (keys: readonly Key[], context: BaseContext & UsedValues<U>) => MaybePromise<ReadonlyMap<Key, Value | Error>>,
): LoaderDependency<Key, Exclude<Value, Error>, U> {
  const { name = 'loader', maxKeys = LOADER_MAX_KEYS } = config
  const uses: Uses = config.uses ?? {}
  const resolve = (context: BaseContext): Loader<Key, Value> =>
    // What the uses are is known to the caller's types alone.
    new Batches((keys) => batch(keys, context as BaseContext & UsedValues<U>), maxKeys)
  return dependency({ name, uses }, resolve) as unknown as LoaderDependency<Key, Exclude<Value, Error>, U>
}
