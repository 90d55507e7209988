import { AshlarError, InternalError, type ErrorFormat } from '../core/errors/index.ts'
import type { Outcome } from '../core/middleware.ts'
import type { Logger } from '../core/request.ts'
import { checkHeader } from './edge/header-value.ts'
import { problemFormat } from './problem-format.ts'
import { isStatus } from './response-lines.ts'

/** What is needed to answer an error. */
export interface FailureSettings {
  readonly format: ErrorFormat
  /** Gives errors of libraries their answers: each part's, and the app's own mapping with the last word. */
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
  const known = knownError(error, translate)
  if (known === undefined) log.error({ err: error, method: request.method, path: request.path }, 'the operation failed')
  else if (known.status >= 500) log.warn({ err: error, method: request.method, path: request.path }, known.code)
  try {
    return rendered(known ?? new InternalError(), request, format, error)
  } catch (mistake) {
    // Data or a header that cannot be written, or a format that throws: an error must have an answer all the same.
    log.error({ err: mistake, method: request.method, path: request.path }, 'the error could not be rendered')
    return lastResort(request, format, error)
  }
}

function lastResort(request: FailedRequest, format: ErrorFormat, error: unknown): Outcome {
  try {
    return rendered(new InternalError(), request, format, error)
  } catch {
    return rendered(new InternalError(), request, problemFormat, error)
  }
}

function rendered(answer: AshlarError, request: FailedRequest, format: ErrorFormat, error: unknown): Outcome {
  const { id, method, path, basePath = '' } = request
  const { status, body } = format.render(answer, { id, method, path: basePath + path })
  if (!isStatus(status)) throw new RangeError(`The error format "${format.name}" gave the status ${String(status)}.`)
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(answer.headers)) {
    checkHeader(name, value)
    headers.set(name.toLowerCase(), value)
  }
  headers.set('content-type', typeof body === 'string' ? 'text/plain; charset=utf-8' : format.mediaType)
  return { status, headers, cookies: [], body: typeof body === 'string' ? body : JSON.stringify(body), error }
}

/** The error that answers this one, where there is one. What an abort makes fail is answered as the reason of the abort. */
function knownError(error: unknown, translate: FailureSettings['translate']): AshlarError | undefined {
  if (error instanceof AshlarError) return error
  if (error instanceof Error && error.name === 'AbortError' && error.cause instanceof AshlarError) return error.cause
  try {
    return translate(error)
  } catch {
    // A mapping that fails must not hide the error it was asked about.
    return undefined
  }
}
