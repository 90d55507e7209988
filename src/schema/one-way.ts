import { childrenOf, defOf, innerOf, type ZodDef, type ZodSchema } from './zod.ts'

/**
 * Refuses a response schema with `.transform()` or `z.preprocess()` in it: a response goes from the runtime value to the wire, and a
 * one-way transform says nothing about that way.
 */
export function rejectOneWayTransforms(root: ZodSchema): void {
  const place = find(root, ({ type }) => type === 'transform', childrenOf)
  if (place === undefined) return
  throw new TypeError(
    `The response schema has a one-way transform${inWords(place)}, so its value cannot be turned into what is sent. ` +
      'Write a codec, z.codec(wireSchema, valueSchema, { decode, encode }), or transform the value in the handler.',
  )
}

/** Refuses a schema with what JSON has no form for: it would be sent as `{}`, and never be accepted. */
export function rejectWithoutJson(root: ZodSchema): void {
  const place = find(root, ({ type }) => type in INSTEAD, wireChildrenOf)
  if (place === undefined) return
  throw new TypeError(
    `The schema has a z.${place.type}()${inWords(place)}, and JSON has no form for that. Write ${INSTEAD[place.type]}, ` +
      'or a codec from what is sent, z.codec(wireSchema, valueSchema, { decode, encode }).',
  )
}

const INSTEAD: Readonly<Partial<Record<ZodDef['type'], string>>> = {
  map: 'z.record(key, value)',
  set: 'z.array(item)',
  symbol: 'z.string()',
  nan: 'z.null()',
  function: 'what the function gives',
  promise: 'the schema of the awaited value, and await it in the handler',
}

/** What is sent of a codec is its input side. */
function wireChildrenOf(schema: ZodSchema): readonly ZodSchema[] {
  const def = defOf(schema)
  return def.type === 'pipe' ? [def.in] : childrenOf(schema)
}

interface Place {
  readonly type: ZodDef['type']
  readonly path: readonly string[]
}

function inWords({ path }: Place): string {
  return path.length === 0 ? '' : ` at "${path.join('.')}"`
}

type Children = (schema: ZodSchema) => readonly ZodSchema[]

/** The first part of a schema for which `test` holds. */
function find(root: ZodSchema, test: (def: ZodDef) => boolean, children: Children): Place | undefined {
  const seen = new Set<ZodSchema>()
  const visit = (schema: ZodSchema, path: readonly string[]): Place | undefined => {
    if (seen.has(schema)) return undefined
    seen.add(schema)
    const def = defOf(schema)
    if (test(def)) return { type: def.type, path }
    for (const [name, child] of namedChildren(schema, children)) {
      const found = visit(child, name === '' ? path : [...path, name])
      if (found !== undefined) return found
    }
    return undefined
  }
  return visit(root, [])
}

function namedChildren(schema: ZodSchema, children: Children): readonly (readonly [string, ZodSchema])[] {
  const def = defOf(schema)
  if (innerOf(schema) === undefined && def.type === 'object') {
    return [...Object.entries(def.shape), ...(def.catchall === undefined ? [] : [['*', def.catchall] as const])]
  }
  const name = def.type === 'array' || def.type === 'record' ? '*' : ''
  return children(schema).map((child) => [name, child] as const)
}
