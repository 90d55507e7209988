import type { MaybePromise } from '../maybe-promise.ts'

/** How much there is in a window, and how much of it is asked for. */
export interface Quota {
  readonly cost: number
  readonly max: number
  /** The window begins with the first that is taken, and ends so much later. */
  readonly windowMs: number
}

/** What has become of it. */
export interface Taken {
  /** Whether it was still there. What is refused uses nothing up. */
  readonly granted: boolean
  /** In this window, this one included where it was granted. */
  readonly used: number
  /** Until the window ends. */
  readonly resetMs: number
}

/** Counts what keys use, each in windows of its own: atomically, whoever else counts at the same time. */
export interface CounterStore {
  /** For the log: `redis`, `database`. */
  readonly name: string
  take(key: string, quota: Quota): MaybePromise<Taken>
}
