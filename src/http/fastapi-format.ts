import { STATUS_CODES } from 'node:http'
import type { AshlarError, ErrorClass, ErrorFormat, Issue } from '../core/errors/index.ts'
import { InvalidBody, InvalidJson, Unauthenticated, ValidationFailed } from '../core/errors/index.ts'
import { jsonErrorIssue } from './edge/json.ts'

/**
 * FastAPI's bodies: `{"detail": ...}`, and a list of `{type, loc, msg, input}` for input that is not valid. For clients written for a
 * FastAPI service. Unlike FastAPI it repeats no secret in `input`.
 *
 * @example
 * createApp({ title: 'Blog', version: '1.0.0', api, errors: fastapiFormat })
 * const request = { id: 'r1', method: 'GET', path: '/posts/42' }
 * fastapiFormat.render(new NotFound(), request)   // => { status: 404, body: { detail: 'Not Found' } }
 */
export const fastapiFormat: ErrorFormat = {
  name: 'fastapi',
  mediaType: 'application/json',
  render(error) {
    if (error instanceof ValidationFailed) return { status: 422, body: { detail: error.issues.map(detailOf) } }
    if (error.code === InvalidJson.code) return { status: 422, body: { detail: [jsonErrorIssue(error)] } }
    if (error.status === 500) return { status: 500, body: 'Internal Server Error' }
    return {
      status: error.status,
      body: {
        detail:
          error.data === undefined ? phrase(error) : { code: error.code, message: error.message, data: error.data },
      },
    }
  },
  statusOf: ({ code, status }) => (code === InvalidJson.code ? 422 : status),
  schema: (errors) => (errors.some(isValidation) ? validationSchema : detailSchema),
}

function isValidation({ code }: ErrorClass): boolean {
  return code === ValidationFailed.code || code === InvalidJson.code
}

/** The words FastAPI uses where the thrower gave none. */
function phrase(error: AshlarError): string {
  if (error.code === InvalidBody.code) return 'There was an error parsing the body'
  if (error.message !== error.title) return error.message
  return error.code === Unauthenticated.code ? 'Not authenticated' : (STATUS_CODES[error.status] ?? error.title)
}

function detailOf({ in: part, path, code, message, input, context }: Issue): Record<string, unknown> {
  return {
    type: code,
    loc: [part, ...path],
    msg: message,
    input: input ?? null,
    ...(context === undefined ? {} : { ctx: context }),
  }
}

const detailSchema = {
  $ref: '#/$defs/HTTPError',
  $defs: { HTTPError: { type: 'object', required: ['detail'], properties: { detail: {} } } },
}

/** Under FastAPI's own component names. */
const validationSchema = {
  $ref: '#/$defs/HTTPValidationError',
  $defs: {
    HTTPValidationError: {
      type: 'object',
      title: 'HTTPValidationError',
      properties: { detail: { type: 'array', title: 'Detail', items: { $ref: '#/$defs/ValidationError' } } },
    },
    ValidationError: {
      type: 'object',
      title: 'ValidationError',
      required: ['loc', 'msg', 'type'],
      properties: {
        loc: { type: 'array', title: 'Location', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } },
        msg: { type: 'string', title: 'Message' },
        type: { type: 'string', title: 'Error Type' },
        input: { title: 'Input' },
        ctx: { type: 'object', title: 'Context' },
      },
    },
  },
}
