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

const SECRET_ANYWHERE =
  /password|passwd|passphrase|secret|token|authorization|credential|apikey|accesskey|privatekey|signingkey|passcode|passkey|pincode|securitycode|creditcard|cardnumber|cookie|session/
/** Too short to look for inside other words: `spinner` is no secret. */
const SECRET_WORDS = new Set(['pwd', 'pass', 'otp', 'totp', 'pin', 'cvv', 'cvc', 'ssn', 'auth', 'iban', 'mfa'])

/** Whether a field's name suggests that its value must not be repeated to anyone. */
export function looksSecret(name: string): boolean {
  if (SECRET_ANYWHERE.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''))) return true
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .some((word) => SECRET_WORDS.has(word))
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
