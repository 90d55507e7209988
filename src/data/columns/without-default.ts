import type { z } from 'zod'
import { defOf, withDef, type ZodSchema } from '../../schema/zod.ts'

/**
 * The schema without a default of its own. A field that is absent from a change is to stay as it is, and Zod's `.optional()` would still
 * fill in the default of what it wraps.
 */
export function withoutDefault(schema: z.ZodType): z.ZodType {
  return strip(schema) as z.ZodType
}

function strip(schema: ZodSchema): ZodSchema {
  const def = defOf(schema)
  switch (def.type) {
    case 'default':
    case 'prefault':
      return strip(def.innerType)
    case 'optional':
    case 'nullable':
    case 'readonly':
      return replaced(schema, 'innerType', def.innerType)
    case 'pipe':
      return replaced(schema, 'in', def.in)
    default:
      return schema
  }
}

/** A schema that has no default stays itself, with its name and its notes. */
function replaced(schema: ZodSchema, part: string, inner: ZodSchema): ZodSchema {
  const stripped = strip(inner)
  return stripped === inner ? schema : withDef(schema, { [part]: stripped })
}
