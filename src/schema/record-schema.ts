import { regexes } from 'zod/v4/core'
import { describeLeaf } from './leaf-schema.ts'
import { isRequired } from './required.ts'
import type { JsonSchema, SchemaDirection } from './types.ts'
import { defOf, isInteger, type ZodDef, type ZodSchema } from './zod.ts'

type RecordDef = ZodDef & { type: 'record'; partial?: boolean; mode?: string }

/** A record whose values are described by `value`. */
export function describeRecord(schema: ZodSchema, io: SchemaDirection, value: JsonSchema): JsonSchema {
  const def = defOf(schema) as RecordDef
  const closed = [...(def.keyType._zod.values ?? [])].filter((key) => typeof key !== 'symbol').map(String)
  const required = def.partial !== true && isRequired(def.valueType, io) ? closed : []
  return {
    type: 'object',
    ...(def.mode === 'loose' ? ofSomeKeys(def, closed, value) : ofAllKeys(def, closed, value)),
    ...(required.length === 0 ? {} : { required }),
  }
}

function ofAllKeys({ keyType }: RecordDef, closed: readonly string[], value: JsonSchema): JsonSchema {
  const names = closed.length > 0 ? { type: 'string', enum: closed } : describeName(keyType)
  const open = Object.keys(names).length === 1 && names['type'] === 'string'
  return { ...(open ? {} : { propertyNames: names }), additionalProperties: value }
}

/** A loose record lets other keys be, whatever is there. */
function ofSomeKeys({ keyType }: RecordDef, closed: readonly string[], value: JsonSchema): JsonSchema {
  if (closed.length > 0) return { properties: Object.fromEntries(closed.map((key) => [key, value])) }
  const { pattern } = describeName(keyType)
  return typeof pattern === 'string' ? { patternProperties: { [pattern]: value } } : {}
}

/** A key in JSON is a string, which Zod reads as a number where the schema asks for one. */
function describeName(keyType: ZodSchema): JsonSchema {
  const def = defOf(keyType)
  if (def.type === 'union') return { anyOf: def.options.map(describeName) }
  if (def.type === 'number')
    return { type: 'string', pattern: (isInteger(keyType) ? regexes.integer : regexes.number).source }
  return describeLeaf(keyType)
}
