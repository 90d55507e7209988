import type { Schema } from '../core/schema.ts'
import { defOf, isZod, someSchema } from './zod.ts'

/**
 * Whether the schema has a bigint anywhere, so that a JSON parser must keep integers beyond 2^53 instead of refusing them.
 *
 * @example
 * acceptsBigint(z.object({ id: z.bigint() }))   // => true
 * acceptsBigint(z.object({ id: z.int() }))   // => false
 */
export function acceptsBigint(schema: Schema): boolean {
  if (!isZod(schema)) return false
  return someSchema(schema, (at) => {
    const def = defOf(at)
    return def.type === 'bigint' || (def.type === 'literal' && def.values.some((value) => typeof value === 'bigint'))
  })
}
