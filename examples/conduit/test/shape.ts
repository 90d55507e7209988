/** JSON, as an OpenAPI document holds it. */
export type Json = { readonly [key: string]: unknown }

/** A document whose references can be followed. */
export interface Source {
  readonly document: Json
}

/** What stands at a reference, or the value itself. */
export function resolved(value: unknown, { document }: Source): Json {
  const target = (value as { readonly $ref?: string }).$ref
  if (target === undefined) return value as Json
  const found = target
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (node as Json)[key], document)
  return resolved(found, { document })
}

/** What a schema says about JSON: types, fields and which are required. Without limits, words and examples, and however it is written. */
export function shapeOf(schema: unknown, source: Source): unknown {
  const { anyOf, allOf, type, format, properties, required, items, additionalProperties } = resolved(schema, source)
  if (Array.isArray(anyOf)) return merged(anyOf.map((each) => shapeOf(each, source) as Shape))
  if (Array.isArray(allOf) && type === undefined) return shapeOf(allOf[0], source)
  return {
    types: [type].flat().map(String).toSorted(),
    ...(format === 'date-time' ? { format } : {}),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties as Json).map(([name, each]) => [name, shapeOf(each, source)]),
          ),
          required: ((required ?? []) as string[]).toSorted(),
        }),
    ...(items === undefined ? {} : { items: shapeOf(items, source) }),
    ...(typeof additionalProperties === 'object' ? { more: shapeOf(additionalProperties, source) } : {}),
  }
}

interface Shape {
  readonly types: readonly string[]
}

/** `anyOf` a type and null is that type with null. */
function merged(shapes: readonly Shape[]): Shape {
  const types = shapes.flatMap((shape) => shape.types).toSorted()
  return { ...Object.assign({}, ...shapes), types } as Shape
}
