import { AshlarError, InternalError, type ErrorFormat } from '../core/errors/index.ts'
import type { Outcome } from '../core/middleware.ts'
import type { Logger } from '../core/request.ts'
import { checkHeader } from './edge/header-value.ts'

/** What is needed to answer an error. */
export interface FailureSettings {
  readonly format: ErrorFormat
  /** Gives errors of libraries their answers: the app's own mapping first, then each part's. */
  readonly translate: (error: unknown) => AshlarError | undefined
}

interface FailedRequest {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly basePath?: string
}

/** Answers an error. What is not meant for the client is logged with the request's id and answered as `internal_error`. */
export function failureOutcome(
  error: unknown,
  request: FailedRequest,
  log: Logger,
  { format, translate }: FailureSettings,
): Outcome {
  const known = error instanceof AshlarError ? error : translated(error, translate)
  if (known === undefined) log.error({ err: error, method: request.method, path: request.path }, 'the operation failed')
  else if (known.status >= 500) log.warn({ err: error, method: request.method, path: request.path }, known.code)
  const answer = known ?? new InternalError()
  const { id, method, path, basePath = '' } = request
  const { status, body } = format.render(answer, { id, method, path: basePath + path })
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(answer.headers)) {
    checkHeader(name, value)
    headers.set(name, value)
  }
  headers.set('content-type', typeof body === 'string' ? 'text/plain; charset=utf-8' : format.mediaType)
  return { status, headers, cookies: [], body: typeof body === 'string' ? body : JSON.stringify(body), error }
}

function translated(error: unknown, translate: FailureSettings['translate']): AshlarError | undefined {
  try {
    return translate(error)
  } catch {
    // A mapping that fails must not hide the error it was asked about.
    return undefined
  }
}
