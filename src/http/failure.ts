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
  /** A path as it may stand in the log: without parameters that are secret. */
  readonly shownPath: (path: string) => string
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
  settings: FailureSettings,
): Outcome {
  const { format } = settings
  const known = knownError(error, settings.translate)
  if (known === undefined) log.error({ err: error, ...placeOf(request, settings) }, 'the operation failed')
  else if (known.status >= 500) tell(known, log, { err: error, ...placeOf(request, settings) })
  try {
    return rendered(known ?? new InternalError(), request, format, error)
  } catch (mistake) {
    // Data or a header that cannot be written, or a format that throws: an error must have an answer all the same.
    log.error({ err: mistake, ...placeOf(request, settings) }, 'the error could not be rendered')
    return lastResort(request, format, error)
  }
}

function placeOf({ method, path, basePath = '' }: FailedRequest, { shownPath }: FailureSettings): object {
  return { method, path: basePath + shownPath(path) }
}

/** What asks the client to come back is the load's or the client's, and nobody has to look after it; its stack says nothing where it has no cause. */
function tell(known: AshlarError, log: Logger, fields: { readonly err: unknown }): void {
  if (!COME_BACK.has(known.status)) return log.error(fields, known.code)
  log.warn({ ...fields, ...(known.cause === undefined && { hasReason: false }) }, known.code)
}

const COME_BACK = new Set([501, 503])

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
