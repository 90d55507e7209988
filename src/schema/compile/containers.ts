import { defOf, type ZodDef, type ZodSchema } from '../zod.ts'
import { checksOf } from './checks.ts'
import { emitOwnChecks } from './objects.ts'
import type { Body, Program } from './program.ts'
import { isPlain } from './runtime.ts'

type Def<T extends ZodDef['type']> = ZodDef & { type: T }

export function emitArray(program: Program, body: Body, schema: ZodSchema, value: string): string {
  const def = defOf(schema) as Def<'array'>
  body.push(`if (!Array.isArray(${value})) return REJECTED;`)
  const length = program.set(body, `${value}.length`)
  const result = program.set(body, `new Array(${length})`)
  const index = program.name()
  body.push(`for (let ${index} = 0; ${index} < ${length}; ${index}++) {`)
  const item = program.set(body, `${value}[${index}]`)
  body.push(`${result}[${index}] = ${program.emit(body, def.element, item)};`, '}')
  return emitOwnChecks(program, body, checksOf(schema), { value, result })
}

/** Tuples whose items are all required; Zod does the others. */
export function emitTuple(program: Program, body: Body, schema: ZodSchema, value: string): string | undefined {
  const { items, rest } = defOf(schema) as Def<'tuple'>
  if (items.some((item) => item._zod.optin !== undefined || item._zod.optout !== undefined)) return undefined
  const open = rest !== null && rest !== undefined
  body.push(`if (!Array.isArray(${value}) || ${value}.length ${open ? '<' : '!=='} ${items.length}) return REJECTED;`)
  const outputs = items.map((item, index) => program.emit(body, item, program.set(body, `${value}[${index}]`)))
  const result = program.set(body, `[${outputs.join(', ')}]`)
  if (open) {
    const index = program.name()
    body.push(`for (let ${index} = ${items.length}; ${index} < ${value}.length; ${index}++) {`)
    const item = program.set(body, `${value}[${index}]`)
    body.push(`${result}.push(${program.emit(body, rest, item)});`, '}')
  }
  return emitOwnChecks(program, body, checksOf(schema), { value, result })
}

/** Records with string keys; Zod does those with a closed or numeric set of keys. */
export function emitRecord(program: Program, body: Body, schema: ZodSchema, value: string): string | undefined {
  const def = defOf(schema) as Def<'record'> & { mode?: string; partial?: boolean }
  if (defOf(def.keyType).type !== 'string' || def.mode === 'loose' || def.partial === true) return undefined
  body.push(`if (typeof ${value} !== "object" || ${value} === null || Array.isArray(${value})) return REJECTED;`)
  body.push(`if (!${program.constant(isPlain)}(${value})) return UNDECIDED;`)
  const result = program.set(body, '{}')
  const key = program.name()
  body.push(`for (const ${key} of Object.keys(${value})) {`, `if (${key} === "__proto__") continue;`)
  const name = program.emit(body, def.keyType, key)
  if (name !== key) body.push(`if (${name} === "__proto__") continue;`)
  const item = program.set(body, `${value}[${key}]`)
  body.push(`${result}[${name}] = ${program.emit(body, def.valueType, item)};`, '}')
  return emitOwnChecks(program, body, checksOf(schema), { value, result })
}
