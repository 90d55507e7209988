import type { $ZodCheck, $ZodCheckDef } from 'zod/v4/core'
import { defOf, hasTrait, type ZodSchema } from '../zod.ts'
import type { Body, Program } from './program.ts'
import { hasAstral, runCheck } from './runtime.ts'

type CheckDef = $ZodCheckDef & {
  readonly value?: unknown
  readonly inclusive?: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly length?: number
  readonly format?: string
  readonly pattern?: RegExp
}

/** A schema's checks in the order Zod runs them: a format such as `z.uuid()` is its own first check. */
export function checksOf(schema: ZodSchema): readonly $ZodCheck[] {
  const own = defOf(schema).checks ?? []
  return hasTrait(schema, '$ZodCheck') ? [schema as unknown as $ZodCheck, ...own] : own
}

const INTEGERS: Readonly<Record<string, (value: string) => string>> = {
  safeint: (value) => `!Number.isSafeInteger(${value})`,
  int32: (value) => `!Number.isInteger(${value}) || ${value} < -2147483648 || ${value} > 2147483647`,
  uint32: (value) => `!Number.isInteger(${value}) || ${value} < 0 || ${value} > 4294967295`,
}

/** Formats that are their pattern and nothing more. */
const PATTERN_FORMATS =
  /^(?:regex|email|guid|uuid(?:v\d)?|nanoid|cuid2?|ulid|xid|ksuid|datetime|date|time|duration|ipv4|mac|cidrv4|e164|lowercase|uppercase)$/

/** Emits the checks of a value that has the right type, and names the variable that holds it afterwards. */
export function emitChecks(program: Program, body: Body, checks: readonly $ZodCheck[], value: string): string {
  return checks.reduce((current, check) => emitCheck(program, body, check, current), value)
}

function emitCheck(program: Program, body: Body, check: $ZodCheck, value: string): string {
  const def = check._zod.def as CheckDef
  const failing = failingCondition(program, check, def, value)
  if (failing !== undefined) {
    body.push(`if (${failing}) return REJECTED;`)
    return value
  }
  const run = `${program.constant(runCheck)}(${program.constant(check)}, ${value})`
  if (def.when === undefined || isLength(def)) return program.call(body, run)
  return program.call(body, `${program.constant(def.when)}({ value: ${value}, issues: [] }) ? ${run} : ${value}`)
}

/** An expression that is true where the check fails; `undefined` where only the check itself can tell. */
function failingCondition(program: Program, check: $ZodCheck, def: CheckDef, value: string): string | undefined {
  if (isLength(def)) return lengthCondition(program, check, def, value)
  if (def.when !== undefined) return undefined
  switch (def.check) {
    case 'greater_than':
      return bound(program, def) && `!(${value} ${def.inclusive === true ? '>=' : '>'} ${bound(program, def)})`
    case 'less_than':
      return bound(program, def) && `!(${value} ${def.inclusive === true ? '<=' : '<'} ${bound(program, def)})`
    case 'number_format':
      return INTEGERS[def.format ?? '']?.(value)
    case 'string_format':
      return patternCondition(program, def, value)
    default:
      return undefined
  }
}

function bound(program: Program, { value }: CheckDef): string | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) ? `${value < 0 ? `(${value})` : value}` : program.constant(value)
  return typeof value === 'bigint' || value instanceof Date ? program.constant(value) : undefined
}

function patternCondition(program: Program, def: CheckDef, value: string): string | undefined {
  const { pattern, format } = def
  if (pattern === undefined || format === undefined || !PATTERN_FORMATS.test(format)) return undefined
  // A pattern with a memory of its last match is left to Zod, which resets it.
  if (pattern.global || pattern.sticky) return undefined
  return `!${program.constant(pattern)}.test(${value})`
}

function isLength(def: CheckDef): boolean {
  return def.check === 'min_length' || def.check === 'max_length' || def.check === 'length_equals'
}

/** Strings are measured in code points: only where that may matter is Zod asked. */
function lengthCondition(program: Program, check: $ZodCheck, def: CheckDef, value: string): string | undefined {
  const units = `${value}.length`
  const unsure = `typeof ${value} === "string" && ${program.constant(hasAstral)}(${value})`
  const failed = `${program.constant(runCheck)}(${program.constant(check)}, ${value}) !== ${value}`
  const { minimum, maximum, length } = def
  if (typeof minimum === 'number') {
    return `${units} < ${minimum} || (${units} < ${minimum * 2} && ${unsure} && ${failed})`
  }
  if (typeof maximum === 'number') return `${units} > ${maximum} && (!(${unsure}) || ${failed})`
  if (typeof length === 'number') return `${units} !== ${length} ? !(${unsure}) || ${failed} : ${unsure} && ${failed}`
  return undefined
}
