import type { SchemaDirection } from './types.ts'
import { defOf, type ZodSchema } from './zod.ts'

/** Whether a field must be there: on the way in what has a default need not, on the way out it always is. */
export function isRequired(field: ZodSchema, io: SchemaDirection): boolean {
  if (io === 'output') return field._zod.optout !== 'optional'
  const def = defOf(field)
  // Zod lets both see an absent value, but what they declare is what they wrap.
  if (def.type === 'pipe' && defOf(def.in).type === 'transform') return isRequired(def.out, io)
  if (def.type === 'catch') return isRequired(def.innerType, io)
  return field._zod.optin === undefined
}
