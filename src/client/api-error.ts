/** One problem of a request's input, as the server names it. */
export interface ApiIssue {
  readonly in: string
  /** Keys and indexes below the part. */
  readonly path: readonly (string | number)[]
  readonly code: string
  readonly message: string
  readonly context?: Readonly<Record<string, unknown>>
}

interface ApiErrorDetails<Code extends string, Status extends number, Data> {
  readonly code: Code
  readonly status: Status
  readonly title: string
  readonly detail?: string | undefined
  readonly data: Data
  readonly issues?: readonly ApiIssue[]
  readonly requestId?: string | undefined
  readonly headers?: Headers
  readonly body?: unknown
}

/**
 * A call that did not succeed.
 *
 * @example
 * try {
 *   await client(app).posts.publish({ params: { id: '42' } })
 * } catch (error) {
 *   if (!(error instanceof ApiError) || error.code !== 'not_found') throw error
 * }
 */
export class ApiError<Code extends string = string, Status extends number = number, Data = unknown> extends Error {
  /** Stable: what to tell errors apart by. */
  readonly code: Code
  /** The HTTP status; 0 where there was no answer. */
  readonly status: Status
  /** The same for every error of this code. */
  readonly title: string
  /** What happened this time, where the server says. */
  readonly detail: string | undefined
  /** Facts declared with the error. */
  readonly data: Data
  /** The problems of the input, where that is what is wrong. */
  readonly issues: readonly ApiIssue[]
  /** Under which the server logged the request. */
  readonly requestId: string | undefined
  /** Of the response: `retry-after`, `www-authenticate`. */
  readonly headers: Headers
  /** The body as it came. */
  readonly body: unknown

  /** @param operation - The name in the tree, for the message. */
  constructor(operation: string, details: ApiErrorDetails<Code, Status, Data>, cause?: unknown) {
    super(messageOf(operation, details), cause === undefined ? undefined : { cause })
    this.name = 'ApiError'
    this.code = details.code
    this.status = details.status
    this.title = details.title
    this.detail = details.detail
    this.data = details.data
    this.issues = details.issues ?? []
    this.requestId = details.requestId
    this.headers = details.headers ?? new Headers()
    this.body = details.body
  }
}

function messageOf(operation: string, details: ApiErrorDetails<string, number, unknown>): string {
  const { status, code, title, detail, issues = [] } = details
  const lines = issues.map((issue) => `  ${[issue.in, ...issue.path].join('.')}: ${issue.message} (${issue.code})`)
  return [`${operation}: ${status === 0 ? '' : `${status} `}${code}: ${detail ?? title}`, ...lines].join('\n')
}
