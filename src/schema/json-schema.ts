import { $ZodAny } from 'zod/v4/core'
import { describeLeaf } from './leaf-schema.ts'
import { namedOrigin } from './named.ts'
import { describeRecord } from './record-schema.ts'
import { isRequired } from './required.ts'
import type { JsonSchema, SchemaDirection } from './types.ts'
import { wireForm } from './wire-form.ts'
import { wireName } from './wire-schema.ts'
import { defOf, innerOf, metaOf, withDef, type ZodDef, type ZodSchema } from './zod.ts'

/** Where a schema met on the way becomes a reference, or goes through {@link describeSchema}. */
export type Refer = (schema: ZodSchema, io: SchemaDirection) => JsonSchema

interface Walk {
  readonly io: SchemaDirection
  readonly refer: Refer
}

type Def<T extends ZodDef['type']> = ZodDef & { type: T }

/** One schema in wire form, its parts through `refer`, with what `.meta()` and `.describe()` say. */
export function describeSchema(schema: ZodSchema, io: SchemaDirection, refer: Refer): JsonSchema {
  const origin = namedOrigin(schema)
  const bare = origin === undefined ? describeBare(schema, { io, refer }) : refer(origin, io)
  const keywords = keywordsOf(schema, origin)
  // A reference is kept as the object it is: its name may still change.
  return Object.keys(keywords).length === 0 ? bare : Object.assign('$ref' in bare ? bare : { ...bare }, keywords)
}

function keywordsOf(schema: ZodSchema, origin: ZodSchema | undefined): JsonSchema {
  const { id: _id, secret: _secret, examples, ...others } = metaOf(schema)
  const inherited = origin === undefined ? {} : metaOf(origin)
  const own = Object.fromEntries(Object.entries(others).filter(([key, value]) => inherited[key] !== value))
  if (!Array.isArray(examples) || inherited['examples'] === examples) return own
  return { ...own, examples: examples.map((example: unknown) => wireForm(schema, example)) }
}

function describeBare(schema: ZodSchema, walk: Walk): JsonSchema {
  const def = defOf(schema)
  const describe = DESCRIBERS[def.type]
  if (describe !== undefined) return describe(schema, walk)
  const inner = innerOf(schema)
  return inner === undefined ? describeLeaf(schema) : walk.refer(inner, walk.io)
}

const DESCRIBERS: Readonly<Partial<Record<ZodDef['type'], (schema: ZodSchema, walk: Walk) => JsonSchema>>> = {
  date: () => ({ type: 'string', format: 'date-time' }),
  bigint: () => ({ type: 'string', pattern: '^-?[0-9]+$' }),
  literal: (schema) => describeLiteral(schema),
  object: describeObject,
  array: (schema, walk) => {
    const { type, items: _, ...limits } = describeLeaf(withDef(schema, { element: ANY }))
    return { type, items: walk.refer((defOf(schema) as Def<'array'>).element, walk.io), ...limits }
  },
  tuple: describeTuple,
  record: (schema, { io, refer }) => describeRecord(schema, io, refer((defOf(schema) as Def<'record'>).valueType, io)),
  union: describeUnion,
  intersection: (schema, { io, refer }) => {
    const { left, right } = defOf(schema) as Def<'intersection'>
    return { allOf: [refer(left, io), refer(right, io)] }
  },
  nullable: (schema, { io, refer }) => orNull(refer(innerOf(schema) as ZodSchema, io)),
  default: (schema, walk) => withDefault(schema, walk, true),
  prefault: (schema, walk) => withDefault(schema, walk, false),
  pipe: (schema, { io, refer }) => {
    const def = defOf(schema) as Def<'pipe'>
    // What goes over the wire is a codec's input side in both directions; `z.preprocess` says nothing about its own.
    return refer(defOf(def.in).type === 'transform' ? def.out : def.in, io)
  },
}

const ANY = new $ZodAny({ type: 'any' })
function describeLiteral(schema: ZodSchema): JsonSchema {
  const values = [...(schema._zod.values ?? [])].filter((value) => value !== undefined)
  return describeLeaf(
    withDef(schema, { values: values.map((value) => (typeof value === 'bigint' ? value.toString() : value)) }),
  )
}

function describeObject(schema: ZodSchema, { io, refer }: Walk): JsonSchema {
  const { shape, catchall } = defOf(schema) as Def<'object'>
  const fields = Object.entries(shape).map(([key, field]) => ({ name: wireName(key, field, 'body'), field }))
  const required = fields.filter(({ field }) => isRequired(field, io)).map(({ name }) => name)
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(({ name, field }) => [name, refer(field, io)])),
    ...(required.length === 0 ? {} : { required }),
    ...(catchall === undefined ? {} : { additionalProperties: additional(catchall, { io, refer }) }),
  }
}

function additional(catchall: ZodSchema, { io, refer }: Walk): unknown {
  const { type } = defOf(catchall)
  if (type === 'never') return false
  return type === 'unknown' || type === 'any' ? true : refer(catchall, io)
}

function describeTuple(schema: ZodSchema, { io, refer }: Walk): JsonSchema {
  const { items, rest } = defOf(schema) as Def<'tuple'>
  const open = rest !== null && rest !== undefined
  const minItems = items.findLastIndex((item) => isRequired(item, io)) + 1
  return {
    type: 'array',
    prefixItems: items.map((item) => refer(item, io)),
    ...(open ? { items: refer(rest, io) } : {}),
    ...(minItems === 0 ? {} : { minItems }),
    ...(open ? {} : { maxItems: items.length }),
  }
}

function describeUnion(schema: ZodSchema, { io, refer }: Walk): JsonSchema {
  const def = defOf(schema) as Def<'union'> & { discriminator?: string }
  const options = def.options.filter((option) => defOf(option).type !== 'undefined').map((option) => refer(option, io))
  const keyword = def.inclusive === false ? 'oneOf' : 'anyOf'
  if (def.discriminator === undefined || !options.every((option) => '$ref' in option)) return { [keyword]: options }
  // OpenAPI's hint for generated clients; it may only point at components.
  return { [keyword]: options, discriminator: { propertyName: tagName(def.options, def.discriminator) } }
}

function tagName(options: readonly ZodSchema[], key: string): string {
  for (const option of options) {
    const def = defOf(option)
    const field = def.type === 'object' ? def.shape[key] : undefined
    if (field !== undefined) return wireName(key, field, 'body')
  }
  return key
}

function orNull(json: JsonSchema): JsonSchema {
  const { type } = json
  if (typeof type === 'string' && !('enum' in json) && !('const' in json)) return { ...json, type: [type, 'null'] }
  if ('$ref' in json) return { anyOf: [json, { type: 'null' }] }
  const { title, description, deprecated, examples, ...rest } = json
  const notes = Object.fromEntries(
    Object.entries({ title, description, deprecated, examples }).filter(([, note]) => note !== undefined),
  )
  // What may be anything may be null.
  return Object.keys(rest).length === 0 ? notes : { anyOf: [rest, { type: 'null' }], ...notes }
}

/** The default is the runtime value, a prefault the wire's. */
function withDefault(schema: ZodSchema, { io, refer }: Walk, runtime: boolean): JsonSchema {
  const def = defOf(schema) as Def<'default'>
  const json = refer(def.innerType, io)
  if (!runtime && io === 'output') return json
  const value: unknown = def.defaultValue
  // One made anew each time, such as the time of day, is nothing a document can state.
  if (!isStable(value, def.defaultValue)) return json
  const wire = runtime ? wireForm(def.innerType, value) : value
  if (wire === undefined) return json
  return '$ref' in json ? Object.assign(json, { default: wire }) : { ...json, default: wire }
}

function isStable(first: unknown, second: unknown): boolean {
  if (first instanceof Date) return first === second
  return textOf(first) === textOf(second)
}

function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each))
}
