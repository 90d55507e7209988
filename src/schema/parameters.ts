import type { InputPart } from '../core/errors/issue.ts'
import type { Schema } from '../core/schema.ts'
import { createSchemaCollector } from './collector.ts'
import { isCommaSeparated } from './comma-separated.ts'
import { isRequired } from './required.ts'
import { standardJsonSchema } from './standard.ts'
import type { JsonSchema, ParameterDescription, SchemaCollector } from './types.ts'
import { wireName } from './wire-schema.ts'
import { defOf, innerOf, isZod, metaOf, type ZodSchema } from './zod.ts'

/**
 * The parameters that a path, query, header or cookie object stands for, in order. With a collector, named schemas become components of
 * its document. Of a union or an intersection of objects all fields are listed; in a union only what every member asks for is required.
 *
 * @example
 * const schema = z.object({ limit: z.int().max(100).default(20) })
 * describeParameters(schema, 'query').map(({ name, required }) => ({ name, required }))   // => [{ name: 'limit', required: false }]
 * @see OpenAPI Specification 3.1.1 section 4.8.12, the Parameter Object
 */
export function describeParameters(
  schema: Schema,
  part: InputPart,
  collector: SchemaCollector = createSchemaCollector(),
): ParameterDescription[] {
  if (!isZod(schema)) return standardParameters(schema, part)
  return fieldsOf(schema).map(({ key, schema: field, required }) => ({
    name: wireName(key, field, part),
    required: part === 'path' || required,
    ...(isCommaSeparated(field) ? { commaSeparated: true } : {}),
    ...describeField(field, collector.ref(field as unknown as Schema, 'input')),
  }))
}

interface Field {
  readonly key: string
  readonly schema: ZodSchema
  readonly required: boolean
}

function fieldsOf(schema: ZodSchema): Field[] {
  const inner = innerOf(schema)
  if (inner !== undefined) return fieldsOf(inner)
  const def = defOf(schema)
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).map(([key, field]) => ({
        key,
        schema: field,
        required: isRequired(field, 'input'),
      }))
    case 'pipe':
      return fieldsOf(defOf(def.in).type === 'transform' ? def.out : def.in)
    case 'intersection':
      return merge([fieldsOf(def.left), fieldsOf(def.right)], (all) => all.some(({ required }) => required))
    case 'union': {
      const members = def.options.map(fieldsOf)
      return merge(members, (all) => all.length === members.length && all.every(({ required }) => required))
    }
    default:
      return []
  }
}

/** One field for each name; the first one's schema stands for all. */
function merge(members: readonly (readonly Field[])[], isRequired: (all: readonly Field[]) => boolean): Field[] {
  const byKey = Map.groupBy(members.flat(), ({ key }) => key)
  return [...byKey.values()].map((all) => ({ ...(all[0] as Field), required: isRequired(all) }))
}

type Notes = Pick<ParameterDescription, 'schema' | 'description' | 'deprecated' | 'examples'>

/** What describes the parameter stands beside its schema, as OpenAPI has it. */
function describeField(field: ZodSchema | undefined, json: JsonSchema): Notes {
  const {
    description = field && noteOf(field, 'description'),
    deprecated = field && noteOf(field, 'deprecated'),
    examples,
    ...rest
  } = json
  return {
    // A reference is kept as the object it is: the collector may still rename it.
    schema: '$ref' in json ? json : rest,
    ...(typeof description === 'string' ? { description } : {}),
    ...(deprecated === true ? { deprecated } : {}),
    ...(Array.isArray(examples) ? { examples: examples as unknown[] } : {}),
  }
}

/** What the field, or what it wraps, says about itself: a reference carries it in its component. */
function noteOf(field: ZodSchema, note: string): unknown {
  const inner = innerOf(field)
  return metaOf(field)[note] ?? (inner === undefined ? undefined : noteOf(inner, note))
}

function standardParameters(schema: Schema, part: InputPart): ParameterDescription[] {
  const { root } = standardJsonSchema(schema, 'input')
  const properties = (root['properties'] ?? {}) as Record<string, JsonSchema>
  const required = (root['required'] ?? []) as readonly string[]
  return Object.entries(properties).map(([name, json]) => ({
    name,
    required: part === 'path' || required.includes(name),
    ...describeField(undefined, json),
  }))
}
