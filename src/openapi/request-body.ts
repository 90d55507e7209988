import type { Holder } from '../core/graph/plan.ts'
import type { Documentation } from '../core/operation.ts'
import type { Schema } from '../core/schema.ts'
import type { SchemaCollector } from '../schema/index.ts'
import { bothSchemas } from './parameters.ts'
import type { JsonObject } from './types.ts'

export type BodyForm = 'json' | 'form'

const MEDIA_TYPES = {
  json: ['application/json'],
  form: ['application/x-www-form-urlencoded', 'multipart/form-data'],
} as const

/** Which body an operation reads, itself or through a dependency. */
export function bodyFormOf(holders: readonly Holder[]): BodyForm | undefined {
  if (holders.some(({ inputs }) => inputs.body !== undefined)) return 'json'
  return holders.some(({ inputs }) => inputs.form !== undefined) ? 'form' : undefined
}

/** The request body object, or `undefined` where nothing reads one. */
export function requestBodyOf(
  holders: readonly Holder[],
  examples: Documentation['examples'],
  collector: SchemaCollector,
): JsonObject | undefined {
  const form = bodyFormOf(holders)
  if (form === undefined) return undefined
  const schemas = holders.flatMap(({ inputs }) => (form === 'json' ? inputs.body : inputs.form) ?? [])
  const schema = schemas.map((one) => collector.ref(one, 'input')).reduce(bothSchemas)
  const media = { schema, ...(examples === undefined ? {} : { examples }) }
  return {
    ...(schemas.every(acceptsNothing) ? {} : { required: true }),
    content: Object.fromEntries(MEDIA_TYPES[form].map((mediaType) => [mediaType, media])),
  }
}

/** Whether a request without this body is valid. */
function acceptsNothing(schema: Schema): boolean {
  try {
    const result = schema['~standard'].validate(undefined)
    if (!(result instanceof Promise)) return result.issues === undefined
    result.catch(() => undefined)
    return false
  } catch {
    // A transform that cannot take `undefined`.
    return false
  }
}
