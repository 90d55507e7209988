import type { Logger } from '../request.ts'
import type { ObservedRequest } from './observer.ts'

/** The log of an app as its own parts have it. */
export interface AppLog extends Logger {
  /** Whose every line says which request it is about. */
  of(request: ObservedRequest): Logger
  /** Tells of an error that another line shows: whoever is told of the app's errors hears of it, and the log has nothing more. */
  report(error: unknown, message: string, request: ObservedRequest | undefined): void
}
