import type { Schema } from '../core/schema.ts'
import { defOf, innerOf, isZod } from './zod.ts'

/** Whether it is an object that refuses fields it does not declare. */
export function isStrictObject(schema: Schema): boolean {
  if (!isZod(schema)) return false
  const inner = innerOf(schema)
  if (inner !== undefined) return isStrictObject(inner)
  const def = defOf(schema)
  return def.type === 'object' && def.catchall !== undefined && defOf(def.catchall).type === 'never'
}
