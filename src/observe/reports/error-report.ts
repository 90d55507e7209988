/** An error that nobody had foreseen, with where it happened; nothing of what was sent. */
export interface ErrorReport {
  /** What was thrown, without credentials and without values of queries. */
  readonly error: unknown
  /** What failed: `the operation failed`, `work after the response failed`, `the app crashed`. */
  readonly message: string
  /** The request it belongs to; `undefined` outside of one. So are the four below. */
  readonly requestId: string | undefined
  readonly operation: string | undefined
  readonly method: string | undefined
  /** Without the query, and with parameters that look secret left out. */
  readonly path: string | undefined
  readonly userId: string | number | undefined
}

/**
 * Is told of errors, to pass them on. May be async; the answer does not wait for it.
 *
 * @example
 * const onError: ErrorHook = ({ error, message, ...where }) => console.error(message, where, error)
 */
export type ErrorHook = (report: ErrorReport) => unknown
