import type { InputPart } from '../core/errors/index.ts'
import type { Holder } from '../core/graph/plan.ts'
import type { PlacedOperation } from '../core/tree.ts'
import { describeParameters, type ParameterDescription, type SchemaCollector } from '../schema/index.ts'
import { restName } from './path-template.ts'
import type { JsonObject, ParameterObject } from './types.ts'

const PARTS = [
  { input: 'params', part: 'path' },
  { input: 'query', part: 'query' },
  { input: 'headers', part: 'header' },
  { input: 'cookies', part: 'cookie' },
] as const satisfies readonly { readonly input: string; readonly part: InputPart }[]

/** OpenAPI describes these elsewhere and tells readers to ignore a parameter of that name. */
const NOT_PARAMETERS = new Set(['accept', 'content-type', 'authorization'])

/** The parameters of an operation: its own and those of every dependency and rule, each once. */
export function parametersOf(
  placed: PlacedOperation,
  holders: readonly Holder[],
  collector: SchemaCollector,
): ParameterObject[] {
  return PARTS.flatMap(({ input, part }) => {
    const found = new Map<string, ParameterObject>()
    if (part === 'path') for (const name of placed.pathNames) found.set(name, pathParameter(name))
    for (const { inputs } of holders) {
      const schema = inputs[input]
      if (schema === undefined) continue
      for (const description of describeParameters(schema, part, collector)) {
        if (part === 'path' && !found.has(description.name)) continue
        if (part === 'header' && NOT_PARAMETERS.has(description.name.toLowerCase())) continue
        const key = part === 'header' ? description.name.toLowerCase() : description.name
        found.set(key, merged(found.get(key), toParameter(description, part)))
      }
    }
    return [...found.values()].map((parameter) => withRest(parameter, placed.path))
  })
}

/** Stands for a path parameter without a schema, and gives way to one that has it. */
function pathParameter(name: string): ParameterObject {
  return { name, in: 'path', required: true, schema: STRING }
}

const STRING: JsonObject = { type: 'string' }

function toParameter(
  { name, required, commaSeparated = false, schema, description, deprecated, examples }: ParameterDescription,
  part: ParameterObject['in'],
): ParameterObject {
  return {
    name,
    in: part,
    ...(description === undefined ? {} : { description }),
    ...(required || part === 'path' ? { required: true } : {}),
    ...(deprecated === true ? { deprecated } : {}),
    ...(part === 'query' && schema['type'] === 'array' ? { style: 'form', explode: !commaSeparated } : {}),
    schema,
    ...(examples === undefined ? {} : { examples: namedExamples(examples) }),
  }
}

function namedExamples(values: readonly unknown[]): JsonObject {
  return Object.fromEntries(values.map((value, index) => [`example${index + 1}`, { value }]))
}

/** One parameter read in several places: required where any requires it, and all schemas hold. */
function merged(known: ParameterObject | undefined, more: ParameterObject): ParameterObject {
  if (known === undefined || known.schema === STRING) return more
  return {
    ...more,
    ...known,
    ...(known.required === true || more.required === true ? { required: true } : {}),
    schema: bothSchemas(known.schema, more.schema),
  }
}

export function bothSchemas(known: JsonObject, more: JsonObject): JsonObject {
  if (JSON.stringify(known) === JSON.stringify(more)) return known
  const parts =
    Array.isArray(known['allOf']) && Object.keys(known).length === 1 ? (known['allOf'] as JsonObject[]) : [known]
  if (parts.some((part) => JSON.stringify(part) === JSON.stringify(more))) return known
  return { allOf: [...parts, more] }
}

function withRest(parameter: ParameterObject, path: string): ParameterObject {
  if (parameter.in !== 'path' || parameter.name !== restName(path) || parameter['description'] !== undefined)
    return parameter
  const { name, in: part, ...rest } = parameter
  return { name, in: part, description: 'The rest of the path, slashes included.', ...rest }
}
