/** Codes that any call can meet, whatever it declares: the server's own errors, and the client's. */
export type GeneralCode =
  | 'bad_request'
  | 'json_invalid'
  | 'body_invalid'
  | 'not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'request_timeout'
  | 'content_too_large'
  | 'uri_too_long'
  | 'unsupported_media_type'
  | 'misdirected_request'
  | 'too_many_requests'
  | 'headers_too_large'
  | 'internal_error'
  | 'not_implemented'
  | 'unavailable'
  | 'handler_timeout'
  | 'idempotency_key_required'
  | 'idempotency_key_invalid'
  | 'idempotency_key_reused'
  | 'idempotency_in_flight'
  | 'idempotency_answer_too_large'
  | ClientCode

/** Made by the client itself. `network_error`: there was no answer (status 0). `answer_invalid`: it could not be read. `http_error`: it has no code. */
export type ClientCode = 'network_error' | 'answer_invalid' | 'http_error'

const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  409: 'conflict',
  410: 'gone',
  412: 'precondition_failed',
  413: 'content_too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  421: 'misdirected_request',
  422: 'validation_failed',
  428: 'precondition_required',
  429: 'too_many_requests',
  431: 'headers_too_large',
  500: 'internal_error',
  501: 'not_implemented',
  503: 'unavailable',
}

/** The code of an answer that names none, as FastAPI's format does. */
export function codeOfStatus(status: number): string {
  return CODES[status] ?? 'http_error'
}
