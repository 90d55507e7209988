import { AshlarError, defineError, type ErrorOptions } from './define.ts'
import type { Issue } from './issue.ts'

/** 400: the request as a whole cannot be understood. */
export const BadRequest = defineError({
  code: 'bad_request',
  status: 400,
  title: 'Bad request',
  fix: 'Correct what the detail names; the request could not be understood.',
})
/** 400: the body is not strict JSON. Given by the server before the operation runs. */
export const InvalidJson = defineError({
  code: 'json_invalid',
  status: 400,
  title: 'The body is not valid JSON',
  fix: 'Send UTF-8 JSON without duplicate keys, at most 64 levels deep, with integers within ±(2^53 − 1).',
})
/** 400: the body, such as a form, could not be read. Given by the server before the operation runs. */
export const InvalidBody = defineError({
  code: 'body_invalid',
  status: 400,
  title: 'The body could not be read',
  fix: 'Send a body that is what its Content-Type and Content-Encoding say.',
})
/** 401: nobody is known, or the credentials are not valid. Given by access rules; throw it where a log-in fails. */
export const Unauthenticated = defineError({
  code: 'unauthenticated',
  status: 401,
  title: 'Not authenticated',
  fix: 'Send valid credentials in the way the operation documents under security.',
})
/** 403: the caller is known and may not do this. Given by access rules. */
export const Forbidden = defineError({
  code: 'forbidden',
  status: 403,
  title: 'Not allowed',
  fix: 'Use credentials that carry what the operation asks for.',
})
/** 404: there is no such thing, or the caller is not to learn that there is. */
export const NotFound = defineError({
  code: 'not_found',
  status: 404,
  title: 'Not found',
  fix: 'Check the path and the identifiers in it.',
})
/** 405: the path is there, the method is not. Given by the server, with `Allow`. */
export const MethodNotAllowed = defineError({
  code: 'method_not_allowed',
  status: 405,
  title: 'Method not allowed',
  fix: 'Use one of the methods in the Allow header.',
})
/** 406: nothing that the request accepts can be answered. Given by the server. */
export const NotAcceptable = defineError({
  code: 'not_acceptable',
  status: 406,
  title: 'Not acceptable',
  fix: 'Accept one of the media types that the operation documents.',
})
/** 408: the request did not arrive in time. Given by the server. */
export const RequestTimeout = defineError({
  code: 'request_timeout',
  status: 408,
  title: 'The request took too long to arrive',
  fix: 'Send the whole request without long pauses.',
})
/** 409: it contradicts the present state, such as a name that is taken. */
export const Conflict = defineError({
  code: 'conflict',
  status: 409,
  title: 'Conflict',
  fix: 'Read the current state, and send a request that fits it.',
})
/** 410: it was there and will not come back. */
export const Gone = defineError({
  code: 'gone',
  status: 410,
  title: 'Gone',
  fix: 'Stop asking for it: it will not come back.',
})
/** 412: the thing has changed since the caller read it. */
export const PreconditionFailed = defineError({
  code: 'precondition_failed',
  status: 412,
  title: 'Precondition failed',
  fix: 'Read the resource again, and repeat the change on what it is now.',
})
/** 413: the body has more bytes than the limit. Given by the server. */
export const ContentTooLarge = defineError({
  code: 'content_too_large',
  status: 413,
  title: 'The body is too large',
  fix: 'Send less; the detail names the limit.',
})
/** 414: the path or the query is longer than the limit. Given by the server. */
export const UriTooLong = defineError({
  code: 'uri_too_long',
  status: 414,
  title: 'The request target is too long',
  fix: 'Move long values from the query to the body.',
})
/** 415: the media type or the encoding of the body is not one the operation reads. Given by the server. */
export const UnsupportedMediaType = defineError({
  code: 'unsupported_media_type',
  status: 415,
  title: 'Unsupported media type',
  fix: 'Send one of the content types that the operation documents.',
})
/** 421: the host is not on the list of those the app answers for. Given by the server. */
export const MisdirectedRequest = defineError({
  code: 'misdirected_request',
  status: 421,
  title: 'This host is not served here',
  fix: 'Use a host name that the API documents under servers.',
})
/** 428: the request must say which version it changes, by `If-Match`. */
export const PreconditionRequired = defineError({
  code: 'precondition_required',
  status: 428,
  title: 'Precondition required',
  fix: 'Send If-Match with the ETag of the version you have read.',
})
/** 429: a limit is reached; say when to come back in `Retry-After`. */
export const TooManyRequests = defineError({
  code: 'too_many_requests',
  status: 429,
  title: 'Too many requests',
  fix: 'Wait the seconds in the Retry-After header.',
})
/** 431: the headers are more or larger than the limits. Given by the server. */
export const HeadersTooLarge = defineError({
  code: 'headers_too_large',
  status: 431,
  title: 'The headers are too large',
  fix: 'Send fewer or shorter headers and cookies.',
})
/** 500: something unforeseen. Given in the place of every error that has no answer of its own, without its details. */
export const InternalError = defineError({
  code: 'internal_error',
  status: 500,
  title: 'Internal server error',
  fix: 'Look the request id up in the server log.',
})
/** 501: the server cannot do this. */
export const NotImplemented = defineError({
  code: 'not_implemented',
  status: 501,
  title: 'Not implemented',
  fix: 'Do without what the detail names.',
})
/** 503: for a moment; say when to come back in `Retry-After`. */
export const Unavailable = defineError({
  code: 'unavailable',
  status: 503,
  title: 'Temporarily unavailable',
  fix: 'Retry after the seconds in the Retry-After header.',
})
/** 503: the operation took longer than the limit. Given by the server, which aborts the `signal`. */
export const HandlerTimeout = defineError({
  code: 'handler_timeout',
  status: 503,
  title: 'The operation took too long',
  fix: 'Retry after the seconds in the Retry-After header; ask for less where the operation allows it.',
})
/** 503: there is more to do than can be done in time. Given by the server before anything was done. */
export const Overloaded = defineError({
  code: 'overloaded',
  status: 503,
  title: 'Too busy',
  fix: 'Retry after the seconds in the Retry-After header; nothing was done.',
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
