import type { AshlarError, ErrorClass, ErrorFormat, ErrorRequest, Issue } from '../core/errors/index.ts'
import { ValidationFailed } from '../core/errors/index.ts'

/**
 * Problem details for HTTP APIs (RFC 9457), with the members `code`, `requestId` and, where there are any, `data` and `errors`.
 * The default.
 */
export const problemFormat: ErrorFormat = {
  name: 'problem',
  mediaType: 'application/problem+json',
  render: (error, request) => ({ status: error.status, body: problem(error, request) }),
  schema: problemSchema,
}

function problem(error: AshlarError, request: ErrorRequest): Record<string, unknown> {
  return {
    type: `urn:problem-type:${error.code}`,
    title: error.title,
    status: error.status,
    ...(error.message === error.title ? {} : { detail: error.message }),
    instance: request.path,
    code: error.code,
    requestId: request.id,
    ...(error.data === undefined ? {} : { data: error.data }),
    ...(error instanceof ValidationFailed ? { errors: error.issues.map(issueBody) } : {}),
  }
}

/** One problem of the input: where (`in` and a JSON pointer below it), what (`code`), and in words. */
function issueBody(issue: Issue): Record<string, unknown> {
  const { in: part, path, code, message, context } = issue
  return { in: part, pointer: toPointer(path), code, message, ...(context === undefined ? {} : { context }) }
}

/** A JSON pointer (RFC 6901). */
export function toPointer(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

const ISSUE_SCHEMA = {
  type: 'object',
  required: ['in', 'pointer', 'code', 'message'],
  properties: {
    in: { type: 'string', enum: ['path', 'query', 'header', 'cookie', 'body'] },
    pointer: { type: 'string', description: 'A JSON pointer to the value below that part.' },
    code: { type: 'string' },
    message: { type: 'string' },
    context: { type: 'object', description: 'The limit that was broken.' },
  },
}

function problemSchema(errors: readonly ErrorClass[]): Record<string, unknown> {
  const codes = [...new Set(errors.map(({ code }) => code))]
  const validation = codes.includes(ValidationFailed.code)
  return {
    type: 'object',
    required: ['type', 'title', 'status', 'instance', 'code', 'requestId'],
    properties: {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      instance: { type: 'string' },
      code: codes.length === 0 ? { type: 'string' } : { type: 'string', enum: codes },
      requestId: { type: 'string' },
      ...(validation ? { errors: { type: 'array', items: ISSUE_SCHEMA } } : {}),
    },
  }
}
