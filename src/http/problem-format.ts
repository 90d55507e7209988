import type { AshlarError, ErrorClass, ErrorFormat, ErrorRequest, Issue } from '../core/errors/index.ts'
import { ValidationFailed } from '../core/errors/index.ts'

type SchemaOf = Parameters<ErrorFormat['schema']>[1]

/**
 * Problem details for HTTP APIs (RFC 9457), with the members `code`, `requestId` and, where there are any, `data` and `errors`.
 * The default.
 *
 * @example
 * const { status, body } = problemFormat.render(new NotFound(), { id: 'r1', method: 'GET', path: '/posts/42' })
 * body   // => { type: 'urn:problem-type:not_found', title: 'Not found', status: 404, instance: '/posts/42', code: 'not_found', requestId: 'r1' }
 */
export const problemFormat: ErrorFormat = {
  name: 'problem',
  mediaType: 'application/problem+json',
  render: (error, request) => ({ status: error.status, body: problem(error, request) }),
  schema: problemSchema,
}

function problem(error: AshlarError, request: ErrorRequest): Record<string, unknown> {
  return {
    type: typeOf(error),
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

function typeOf({ code }: { readonly code: string }): string {
  return `urn:problem-type:${code}`
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

/** One component for each class of errors, told apart by `code` where several share a status. */
function problemSchema(errors: readonly ErrorClass[], schemaOf: SchemaOf): Record<string, unknown> {
  const each = errors.map((error) => [componentName(error), classSchema(error, schemaOf)] as const)
  return { ...oneOfThem(errors), $defs: { Problem: PROBLEM_SCHEMA, ...Object.fromEntries(each) } }
}

function oneOfThem(errors: readonly ErrorClass[]): Record<string, unknown> {
  const named = errors.map((error) => ({ code: error.code, ref: `#/$defs/${componentName(error)}` }))
  const [first, second] = named
  if (first === undefined) return { $ref: '#/$defs/Problem' }
  if (second === undefined) return { $ref: first.ref }
  const mapping = Object.fromEntries(named.map(({ code, ref }) => [code, ref]))
  return { oneOf: named.map(({ ref }) => ({ $ref: ref })), discriminator: { propertyName: 'code', mapping } }
}

function classSchema(error: ErrorClass, schemaOf: SchemaOf): Record<string, unknown> {
  const properties = {
    type: { const: typeOf(error) },
    title: { const: error.title },
    status: { const: error.status },
    code: { const: error.code },
    ...(error.dataSchema === undefined ? {} : { data: schemaOf(error.dataSchema) }),
    ...(error.code === ValidationFailed.code ? { errors: { type: 'array', items: ISSUE_SCHEMA } } : {}),
  }
  const own = { type: 'object', required: Object.keys(properties), properties }
  return { description: error.fix || error.title, allOf: [{ $ref: '#/$defs/Problem' }, own] }
}

/** `out_of_stock` is `OutOfStockProblem`. */
function componentName({ code }: ErrorClass): string {
  return `${code.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}Problem`
}

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'instance', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'The path of the request.' },
    code: { type: 'string', description: 'Stable and machine readable.' },
    requestId: { type: 'string', description: 'As in the x-request-id header and the log.' },
  },
}
