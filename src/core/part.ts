import type { AshlarError } from './errors/index.ts'
import type { MaybePromise } from './maybe-promise.ts'
import type { CounterStore } from './policy/counter-store.ts'
import type { OperationPolicy } from './policy/policy.ts'
import type { AppServices } from './services.ts'

/** Something an app owns from start to stop: a database, a cache, a job runner. */
export interface Part {
  readonly name: string
  /** Called once before the first request; a failure stops the start. `services` are those of the app that starts it; a script that starts it has none. */
  start?(services?: AppServices): MaybePromise<void>
  /** Called once after the last request, in reverse order of start. */
  stop?(): MaybePromise<void>
  /** Whether it works now: rejects where it does not. For `/readyz`; it has the time that the signal leaves it. */
  check?(signal: AbortSignal): Promise<void>
  /** The app answers without it, if not as well: `/readyz` tells of it, and stays ready. */
  readonly isOptional?: boolean
  /** Where it is and how it is set, in one line without secrets: for `ashlar config`. */
  describe?(): string
  /** What makes operations safe to repeat, where this part can keep keys together with what the operation writes. */
  idempotency?(required: boolean): OperationPolicy<'idempotency'>
  /** Counters that all processes of the app share; `undefined` where this part has no place for them. */
  counters?(): CounterStore | undefined
  /** Gives an error of this part's libraries its answer, or `undefined` where it is not one. */
  translateError?(error: unknown): AshlarError | undefined
}
