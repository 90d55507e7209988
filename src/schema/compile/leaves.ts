import { defOf, hasTrait, type ZodDef, type ZodSchema } from '../zod.ts'
import { checksOf, emitChecks } from './checks.ts'
import type { Body, Program } from './program.ts'

/** Emits a value without parts: its type, then its checks. `undefined` where the compiler has no code for it. */
export function emitLeaf(program: Program, body: Body, schema: ZodSchema, value: string): string | undefined {
  const def = defOf(schema)
  if ('coerce' in def && def.coerce) return undefined
  const wrong = wrongType(program, schema, def, value)
  if (wrong === undefined) return undefined
  if (wrong !== ALWAYS_FITS) body.push(`if (${wrong}) return REJECTED;`)
  const checked = emitChecks(program, body, checksOf(schema), value)
  // Towards the wire Zod looks at the type again after checks that change the value.
  if (program.backward && checked !== value && wrong !== ALWAYS_FITS) {
    body.push(`if (${wrongType(program, schema, def, checked)}) return REJECTED;`)
  }
  return checked
}

const ALWAYS_FITS = 'false'

/** An expression that is true where the value has another type. */
const WRONG_TYPES: Readonly<Partial<Record<ZodDef['type'], (value: string) => string>>> = {
  string: (value) => `typeof ${value} !== "string"`,
  number: (value) => `!Number.isFinite(${value})`,
  boolean: (value) => `typeof ${value} !== "boolean"`,
  bigint: (value) => `typeof ${value} !== "bigint"`,
  date: (value) => `!(${value} instanceof Date) || Number.isNaN(${value}.getTime())`,
  null: (value) => `${value} !== null`,
  undefined: (value) => `${value} !== undefined`,
  void: (value) => `${value} !== undefined`,
  any: () => ALWAYS_FITS,
  unknown: () => ALWAYS_FITS,
  never: () => 'true',
}

function wrongType(program: Program, schema: ZodSchema, def: ZodDef, value: string): string | undefined {
  if (def.type === 'literal' || def.type === 'enum') return notOneOf(program, schema, value)
  // `z.custom()` is nothing but its own check.
  if (def.type === 'custom') return hasTrait(schema, '$ZodCheck') ? ALWAYS_FITS : undefined
  return WRONG_TYPES[def.type]?.(value)
}

/** Beyond this a lookup is quicker than comparing one by one. */
const MAX_COMPARISONS = 8

function notOneOf(program: Program, schema: ZodSchema, value: string): string | undefined {
  const values = [...(schema._zod.values ?? [])]
  if (values.length === 0) return 'true'
  if (values.length > MAX_COMPARISONS || !values.every(isComparable))
    return `!${program.constant(new Set(values))}.has(${value})`
  return values
    .map((each) => `${value} !== ${typeof each === 'string' ? JSON.stringify(each) : String(each)}`)
    .join(' && ')
}

function isComparable(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  return typeof value === 'string' || typeof value === 'boolean' || value === null || value === undefined
}
