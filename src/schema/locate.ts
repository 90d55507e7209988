import type { InputPart } from '../core/errors/issue.ts'
import { defOf, innerOf, type ZodSchema } from './zod.ts'
import { wireName } from './wire-schema.ts'

/** One step of a path: the name on the wire and the schema there, where there is just one. */
export interface Step {
  readonly name: string | number
  /** Its name in the code, where that is another. */
  readonly key?: string
  readonly schema: ZodSchema | undefined
}

/** Follows a path of wire names or keys through the user's schema. */
export function locate(root: ZodSchema | undefined, path: readonly PropertyKey[], part: InputPart): readonly Step[] {
  let at = root
  return path.map((key) => {
    const segment = typeof key === 'number' ? key : String(key)
    const field = at === undefined ? undefined : fieldAt(at, segment, part)
    at = field?.schema
    return field ?? { name: segment, schema: undefined }
  })
}

function fieldAt(schema: ZodSchema, key: string | number, part: InputPart): Step | undefined {
  const inner = innerOf(schema)
  if (inner !== undefined) return fieldAt(inner, key, part)
  const def = defOf(schema)
  switch (def.type) {
    case 'object':
      return objectField(def.shape, String(key), part)
    case 'array':
      return { name: key, schema: def.element }
    case 'tuple':
      return { name: key, schema: def.items[Number(key)] ?? def.rest ?? undefined }
    case 'record':
      return { name: key, schema: def.valueType }
    case 'union':
      return firstField(def.options, key, part)
    case 'intersection':
      return firstField([def.left, def.right], key, part)
    case 'pipe':
      return firstField([def.in, def.out], key, part)
    default:
      return undefined
  }
}

function firstField(schemas: readonly ZodSchema[], key: string | number, part: InputPart): Step | undefined {
  for (const schema of schemas) {
    const field = fieldAt(schema, key, part)
    if (field !== undefined) return field
  }
  return undefined
}

/** Zod's own issues name the wire's field, the user's refinements name the key. */
function objectField(shape: Readonly<Record<string, ZodSchema>>, key: string, part: InputPart): Step | undefined {
  for (const [own, schema] of Object.entries(shape)) {
    if (wireName(own, schema, part) === key) return { name: key, key: own, schema }
  }
  const schema = Object.hasOwn(shape, key) ? shape[key] : undefined
  return schema === undefined ? undefined : { name: wireName(key, schema, part), key, schema }
}
