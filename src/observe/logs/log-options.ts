import type { LogLevel } from './log-level.ts'
import type { RequestLine } from './request-line.ts'

/** What an app logs of its requests. */
export interface LogOptions {
  /**
   * Whether each request has a line; or which have, as a function of the line, asked once the request is answered. Failures of the server and slow operations
   * always have one. Default `true`, in tests `false`.
   */
  readonly requests?: boolean | ((line: RequestLine) => boolean)
  /** The least level that is written; `LOG_LEVEL` has the last word. Default `info`, in tests `fatal`. Not beside a `logger` of your own, which has one. */
  readonly level?: LogLevel
  /** From how many milliseconds on a request is logged as a slow operation, at the level `warn`. Default 1,000; in development 500. */
  readonly slowMs?: number
  /** Names of fields, at any depth of any line, whose values are left out besides those that look secret: `['address', 'email']`. */
  readonly redact?: readonly string[]
}
