import { looksSecret } from '../core/secret-names.ts'
import { createAnnotation } from './annotations.ts'
import { aliasOf } from './alias.ts'
import { defOf, innerOf, isZod, metaOf, someSchema, type ZodSchema } from './zod.ts'

const secrets = createAnnotation<true>()

/**
 * Marks a schema as secret: its value is never echoed in an error. The same as `.meta({ secret: true })` in Zod, for any schema.
 * Fields whose name looks secret (`password`, `apiKey`, `refreshToken`, `pin` ...) are treated so without being marked.
 *
 * @example
 * z.object({ answer: secret(z.string()) })
 */
export function secret<S extends object>(schema: S): S {
  return secrets.add(schema, true)
}

/** Whether the schema, or what it wraps, is marked as secret. */
export function isSecret(schema: unknown): boolean {
  if (secrets.find(schema) === true) return true
  if (!isZod(schema)) return false
  if (metaOf(schema)['secret'] === true) return true
  const inner = innerOf(schema)
  return inner !== undefined && isSecret(inner)
}

/** Whether anything below a schema is secret, by its mark or by its name. */
export function holdsSecret(schema: ZodSchema): boolean {
  return someSchema(schema, (each) => {
    const def = defOf(each)
    if (isSecret(each)) return true
    if (def.type !== 'object') return false
    return Object.entries(def.shape).some(([key, field]) => looksSecret(key) || looksSecret(aliasOf(field) ?? ''))
  })
}
