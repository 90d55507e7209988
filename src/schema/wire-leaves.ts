import { bigintFromJson, bigintToJson, dateFromJson, dateFromString, dateToJson } from './conversions.ts'
import { booleanFromString, choiceFromString, integerFromString, numberFromString } from './conversions.ts'
import type { Conversion } from './conversions.ts'
import type { InputSource } from './types.ts'
import { defOf, isInteger, withDef, type ZodDef, type ZodSchema } from './zod.ts'

/** A leaf's way from the wire and back to it. */
export interface LeafCodec {
  readonly decode: Conversion
  readonly encode: Conversion
}

/** A leaf with another form on the wire: the schema of its runtime value, and the way there and back. */
export type Leaf = LeafCodec & { readonly schema: ZodSchema }

export const unchanged: Conversion = (value) => value
export const isBigint = (value: unknown): boolean => typeof value === 'bigint'

/** `undefined` where the wire's form is the runtime's. */
export function leafOf(schema: ZodSchema, source: InputSource): Leaf | undefined {
  return source === 'json' ? jsonLeaf(schema, defOf(schema)) : stringLeaf(schema, defOf(schema))
}

function jsonLeaf(schema: ZodSchema, def: ZodDef): Leaf | undefined {
  if (def.type === 'date') return { schema, decode: dateFromJson, encode: dateToJson }
  if (def.type === 'bigint') return { schema, decode: bigintFromJson, encode: bigintToJson }
  if (def.type === 'literal' && def.values.some(isBigint)) {
    return { schema, decode: choiceFromString(def.values.filter(isBigint)), encode: bigintToJson }
  }
  return undefined
}

function stringLeaf(schema: ZodSchema, def: ZodDef): Leaf | undefined {
  const decode = stringDecoder(schema, def)
  if (decode === undefined) return undefined
  // `z.coerce` would take the string "false" for true and "" for 0: here conversion follows one rule for every schema.
  const strict = 'coerce' in def && def.coerce ? withDef(schema, { coerce: false }) : schema
  return { schema: strict, decode, encode: unchanged }
}

function stringDecoder(schema: ZodSchema, def: ZodDef): Conversion | undefined {
  switch (def.type) {
    case 'number':
      return isInteger(schema) ? integerFromString : numberFromString
    case 'boolean':
      return booleanFromString
    case 'bigint':
      return bigintFromJson
    case 'date':
      return dateFromString
    case 'literal':
      return def.values.every((value) => typeof value === 'string') ? undefined : choiceFromString(def.values)
    case 'enum': {
      const values = [...(schema._zod.values ?? [])]
      return values.every((value) => typeof value === 'string') ? undefined : choiceFromString(values)
    }
    default:
      return undefined
  }
}
