export { AshlarError, defineError } from './define.ts'
export type { DataErrorClass, ErrorClass, ErrorDefinition, ErrorOptions, PlainErrorClass } from './define.ts'
export type { ErrorFormat, ErrorRequest } from './format.ts'
export type { InputPart, Issue } from './issue.ts'
export {
  BadRequest,
  Conflict,
  ContentTooLarge,
  Forbidden,
  Gone,
  HandlerTimeout,
  HeadersTooLarge,
  InternalError,
  InvalidBody,
  InvalidJson,
  MethodNotAllowed,
  MisdirectedRequest,
  NotAcceptable,
  NotFound,
  NotImplemented,
  Overloaded,
  PreconditionFailed,
  PreconditionRequired,
  RequestTimeout,
  TooManyRequests,
  Unauthenticated,
  Unavailable,
  UnsupportedMediaType,
  UriTooLong,
  ValidationFailed,
} from './catalogue.ts'
