import type { AshlarError } from './errors/index.ts'
import type { MaybePromise } from './maybe-promise.ts'

/** Something an app owns from start to stop: a database, a cache, a job runner. */
export interface Part {
  readonly name: string
  /** Called once before the first request; a failure stops the start. */
  start?(): MaybePromise<void>
  /** Called once after the last request, in reverse order of start. */
  stop?(): MaybePromise<void>
  /** Gives an error of this part's libraries its answer, or `undefined` where it is not one. */
  translateError?(error: unknown): AshlarError | undefined
}
