import { createAnnotation } from './annotations.ts'
import { isZod, metaOf, type ZodSchema } from './zod.ts'

const names = createAnnotation<string>()
const COMPONENT_NAME = /^[a-zA-Z0-9._-]+$/

/**
 * Names a schema, so that it becomes one component of the OpenAPI document. The same as `.meta({ id: 'Post' })` in Zod, for any schema.
 *
 * @example
 * export const Tag = named('Tag', z.string())
 * toJsonSchema(z.array(Tag), { io: 'output' })['items']   // => { $ref: '#/$defs/Tag' }
 * @throws TypeError where the name has other characters than letters, digits, `.`, `_` and `-`
 */
export function named<S extends object>(name: string, schema: S): S {
  return names.add(schema, checkName(name))
}

/** The name given to this very schema by `named()` or `.meta({ id })`; schemas derived from it are others. */
export function nameOf(schema: unknown): string | undefined {
  const name = names.exact(schema)
  if (name !== undefined) return name
  const id = isZod(schema) ? metaOf(schema).id : undefined
  return typeof id === 'string' ? checkName(id) : undefined
}

function checkName(name: string): string {
  if (COMPONENT_NAME.test(name)) return name
  throw new TypeError(
    `${JSON.stringify(name)} cannot name a schema: OpenAPI allows letters, digits, ".", "_" and "-" only. Write for example "PostSummary".`,
  )
}

/** The named schema of which this is a copy with other metadata only, as `.describe()` and `.meta()` make them. */
export function namedOrigin(schema: ZodSchema): ZodSchema | undefined {
  const { parent } = schema._zod as { parent?: ZodSchema }
  if (parent === undefined || parent._zod.def !== schema._zod.def) return undefined
  return nameOf(parent) === undefined ? namedOrigin(parent) : parent
}
