import { clone, globalRegistry } from 'zod/v4/core'
import type { $ZodType, $ZodTypes } from 'zod/v4/core'

/** Any Zod 4 schema, classic or mini. */
export type ZodSchema = $ZodType

/** The definition of a schema, as a union that `type` tells apart. */
export type ZodDef = $ZodTypes['_zod']['def']

/** Whether the schema is Zod's, which is what the compiled paths understand. */
export function isZod(schema: unknown): schema is ZodSchema {
  return typeof schema === 'object' && schema !== null && '_zod' in schema
}

/** The definition of `schema`, narrowable by its `type`. */
export function defOf(schema: ZodSchema): ZodDef {
  return schema._zod.def as ZodDef
}

/** What a wrapper such as `.optional()` wraps; `undefined` for anything that is not a wrapper. */
export function innerOf(schema: ZodSchema): ZodSchema | undefined {
  const def = defOf(schema)
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return def.innerType
    case 'lazy':
      return (schema as unknown as { _zod: { innerType: ZodSchema } })._zod.innerType
    default:
      return undefined
  }
}

/** What `.meta()` and `.describe()` say about a schema. `id` is not inherited by schemas derived from it. */
export function metaOf(schema: ZodSchema): Readonly<Record<string, unknown>> {
  return globalRegistry.get(schema) ?? {}
}

/** The schemas directly below one. Getters and `lazy` are followed, so a walk must remember where it has been. */
export function childrenOf(schema: ZodSchema): readonly ZodSchema[] {
  const inner = innerOf(schema)
  if (inner !== undefined) return [inner]
  // Every kind of schema keeps those below it under one of these names.
  const {
    shape,
    catchall,
    element,
    items,
    rest,
    keyType,
    valueType,
    options,
    left,
    right,
    in: input,
    out,
    innerType,
  } = schema._zod.def as unknown as Partial<Record<string, ZodSchema>> & Lists
  const single = [catchall, element, rest, keyType, valueType, left, right, input, out, innerType]
  return [...Object.values(shape ?? {}), ...(items ?? []), ...(options ?? []), ...single].filter(isZod)
}

interface Lists {
  readonly shape?: Readonly<Record<string, ZodSchema>>
  readonly items?: readonly ZodSchema[]
  readonly options?: readonly ZodSchema[]
}

/** Whether `test` holds for the schema or anything below it. */
export function someSchema(schema: ZodSchema, test: (schema: ZodSchema) => boolean): boolean {
  const seen = new Set<ZodSchema>()
  const visit = (at: ZodSchema): boolean => {
    if (seen.has(at)) return false
    seen.add(at)
    return test(at) || childrenOf(at).some(visit)
  }
  return visit(schema)
}

/** Whether a class of Zod is among those the schema was built from. */
export function hasTrait(schema: ZodSchema, trait: string): boolean {
  return schema._zod.traits.has(trait)
}

/** Whether a number schema admits integers only. */
export function isInteger(schema: ZodSchema): boolean {
  const def = defOf(schema)
  if (def.type !== 'number') return false
  const formats = [
    def as { format?: string },
    ...(def.checks ?? []).map((check) => check._zod.def as { format?: string }),
  ]
  return formats.some(({ format }) => format !== undefined && /^(safeint|u?int\d+)$/.test(format))
}

/** A definition with some parts replaced. Getters stay getters: a default may be made anew for each value. */
export function withDef(schema: ZodSchema, changes: Record<string, unknown>): ZodSchema {
  const descriptors = Object.getOwnPropertyDescriptors(schema._zod.def)
  const def = Object.defineProperties({}, { ...descriptors, ...Object.getOwnPropertyDescriptors(changes) })
  return clone(schema, def as ZodSchema['_zod']['def'])
}
