import { AshlarError, defineError, type ErrorOptions } from './define.ts'
import type { Issue } from './issue.ts'

export const BadRequest = defineError({ code: 'bad_request', status: 400, title: 'Bad request' })
export const InvalidJson = defineError({
  code: 'json_invalid',
  status: 400,
  title: 'The body is not valid JSON',
  fix: 'Send UTF-8 JSON without duplicate keys, at most 64 levels deep, with integers within ±(2^53 − 1).',
})
export const InvalidBody = defineError({ code: 'body_invalid', status: 400, title: 'The body could not be read' })
export const Unauthenticated = defineError({
  code: 'unauthenticated',
  status: 401,
  title: 'Not authenticated',
  fix: 'Send valid credentials in the way the operation documents under security.',
})
export const Forbidden = defineError({ code: 'forbidden', status: 403, title: 'Not allowed' })
export const NotFound = defineError({ code: 'not_found', status: 404, title: 'Not found' })
export const MethodNotAllowed = defineError({
  code: 'method_not_allowed',
  status: 405,
  title: 'Method not allowed',
  fix: 'Use one of the methods in the Allow header.',
})
export const NotAcceptable = defineError({ code: 'not_acceptable', status: 406, title: 'Not acceptable' })
export const RequestTimeout = defineError({
  code: 'request_timeout',
  status: 408,
  title: 'The request took too long to arrive',
})
export const Conflict = defineError({ code: 'conflict', status: 409, title: 'Conflict' })
export const Gone = defineError({ code: 'gone', status: 410, title: 'Gone' })
export const PreconditionFailed = defineError({
  code: 'precondition_failed',
  status: 412,
  title: 'Precondition failed',
})
export const ContentTooLarge = defineError({ code: 'content_too_large', status: 413, title: 'The body is too large' })
export const UriTooLong = defineError({ code: 'uri_too_long', status: 414, title: 'The request target is too long' })
export const UnsupportedMediaType = defineError({
  code: 'unsupported_media_type',
  status: 415,
  title: 'Unsupported media type',
})
export const MisdirectedRequest = defineError({
  code: 'misdirected_request',
  status: 421,
  title: 'This host is not served here',
})
export const PreconditionRequired = defineError({
  code: 'precondition_required',
  status: 428,
  title: 'Precondition required',
})
export const TooManyRequests = defineError({ code: 'too_many_requests', status: 429, title: 'Too many requests' })
export const HeadersTooLarge = defineError({
  code: 'headers_too_large',
  status: 431,
  title: 'The headers are too large',
})
export const InternalError = defineError({
  code: 'internal_error',
  status: 500,
  title: 'Internal server error',
  fix: 'Look the request id up in the server log.',
})
export const NotImplemented = defineError({ code: 'not_implemented', status: 501, title: 'Not implemented' })
export const Unavailable = defineError({
  code: 'unavailable',
  status: 503,
  title: 'Temporarily unavailable',
  fix: 'Retry after the seconds in the Retry-After header.',
})
export const HandlerTimeout = defineError({
  code: 'handler_timeout',
  status: 503,
  title: 'The operation took too long',
})

const validationFailed = {
  code: 'validation_failed',
  status: 422,
  title: 'The request is not valid',
  fix: 'Correct the values listed under errors; each names its place and what is expected.',
} as const

/** Every problem found in a request's input, all at once. */
export class ValidationFailed extends AshlarError<'validation_failed', 422, undefined> {
  static readonly code = validationFailed.code
  static readonly status = validationFailed.status
  static readonly title = validationFailed.title
  static readonly fix = validationFailed.fix
  static readonly dataSchema = undefined

  readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[], options: ErrorOptions = {}) {
    super(validationFailed, undefined, undefined, options)
    this.issues = issues
  }
}
