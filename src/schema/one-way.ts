import { childrenOf, defOf, innerOf, type ZodSchema } from './zod.ts'

/**
 * Refuses a response schema with `.transform()` or `z.preprocess()` in it: a response goes from the runtime value to the wire, and a
 * one-way transform says nothing about that way.
 */
export function rejectOneWayTransforms(root: ZodSchema): void {
  const place = findTransform(root, new Set(), [])
  if (place === undefined) return
  const where = place.length === 0 ? '' : ` at "${place.join('.')}"`
  throw new TypeError(
    `The response schema has a one-way transform${where}, so its value cannot be turned into what is sent. ` +
      'Write a codec, z.codec(wireSchema, valueSchema, { decode, encode }), or transform the value in the handler.',
  )
}

function findTransform(
  schema: ZodSchema,
  seen: Set<ZodSchema>,
  path: readonly string[],
): readonly string[] | undefined {
  if (seen.has(schema)) return undefined
  seen.add(schema)
  const def = defOf(schema)
  if (def.type === 'transform') return path
  for (const [name, child] of namedChildren(schema)) {
    const found = findTransform(child, seen, name === '' ? path : [...path, name])
    if (found !== undefined) return found
  }
  return undefined
}

function namedChildren(schema: ZodSchema): readonly (readonly [string, ZodSchema])[] {
  const def = defOf(schema)
  if (innerOf(schema) === undefined && def.type === 'object') {
    return [...Object.entries(def.shape), ...(def.catchall === undefined ? [] : [['*', def.catchall] as const])]
  }
  const name = def.type === 'array' || def.type === 'record' ? '*' : ''
  return childrenOf(schema).map((child) => [name, child] as const)
}
