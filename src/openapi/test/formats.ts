import { InvalidJson, ValidationFailed, type ErrorClass, type ErrorFormat } from '../../core/errors/index.ts'

/** Problem details with a component for each class of errors, told apart by `code`. */
export const problems: ErrorFormat = {
  name: 'problem',
  mediaType: 'application/problem+json',
  render: (error) => ({ status: error.status, body: {} }),
  schema(errors, schemaOf) {
    const named = errors.map((error) => ({ error, ref: `#/$defs/${componentName(error)}` }))
    const each = named.map(({ error }) => [componentName(error), problemOf(error, schemaOf)] as const)
    return { ...together(named), $defs: { Problem: PROBLEM, ...Object.fromEntries(each) } }
  },
}

type Named = { readonly error: ErrorClass; readonly ref: string }

function together(named: readonly Named[]): Record<string, unknown> {
  const [first, second] = named
  if (first === undefined) return { $ref: '#/$defs/Problem' }
  if (second === undefined) return { $ref: first.ref }
  const mapping = Object.fromEntries(named.map(({ error, ref }) => [error.code, ref]))
  return { oneOf: named.map(({ ref }) => ({ $ref: ref })), discriminator: { propertyName: 'code', mapping } }
}

function problemOf(error: ErrorClass, schemaOf: Parameters<ErrorFormat['schema']>[1]): Record<string, unknown> {
  const data = error.dataSchema === undefined ? {} : { data: schemaOf(error.dataSchema) }
  const errors = error.code === ValidationFailed.code ? { errors: { type: 'array', items: { type: 'object' } } } : {}
  const properties = { code: { const: error.code }, ...data, ...errors }
  return {
    description: error.title,
    allOf: [{ $ref: '#/$defs/Problem' }, { type: 'object', required: Object.keys(properties), properties }],
  }
}

/** `out_of_stock` is `OutOfStockProblem`. */
function componentName({ code }: ErrorClass): string {
  return `${code.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}Problem`
}

const PROBLEM = {
  type: 'object',
  required: ['title', 'status', 'code'],
  properties: {
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
  },
}

/** FastAPI's bodies under FastAPI's component names. */
export const fastapi: ErrorFormat = {
  name: 'fastapi',
  mediaType: 'application/json',
  render: (error) => ({ status: error.status, body: {} }),
  statusOf: ({ code, status }) => (code === InvalidJson.code ? 422 : status),
  schema: (errors) => {
    if (!errors.some(({ code }) => code === ValidationFailed.code || code === InvalidJson.code))
      return { type: 'object', required: ['detail'], properties: { detail: {} } }
    return { $ref: '#/$defs/HTTPValidationError', $defs: FASTAPI_VALIDATION }
  },
}

const FASTAPI_VALIDATION = {
  HTTPValidationError: {
    type: 'object',
    properties: { detail: { type: 'array', items: { $ref: '#/$defs/ValidationError' } } },
  },
  ValidationError: {
    type: 'object',
    required: ['loc', 'msg', 'type'],
    properties: {
      loc: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } },
      msg: { type: 'string' },
      type: { type: 'string' },
    },
  },
}
