import type { $ZodCodecDef } from 'zod/v4/core'
import { defOf, hasTrait, innerOf, type ZodDef, type ZodSchema } from '../zod.ts'
import { checksOf } from './checks.ts'
import { emitOwnChecks } from './objects.ts'
import type { Body, Program } from './program.ts'
import { runTransform } from './runtime.ts'

type Def<T extends ZodDef['type']> = ZodDef & { type: T }

/** Emits a wrapper around one schema. `undefined` where the compiler has no code for it. */
export function emitWrapper(program: Program, body: Body, schema: ZodSchema, value: string): string | undefined {
  const result = emitBare(program, body, schema, value)
  return result === undefined ? undefined : emitOwnChecks(program, body, checksOf(schema), { value, result })
}

function emitBare(program: Program, body: Body, schema: ZodSchema, value: string): string | undefined {
  const inner = innerOf(schema) as ZodSchema
  const def = defOf(schema)
  switch (def.type) {
    case 'optional':
      if (hasTrait(schema, '$ZodExactOptional')) return program.emit(body, inner, value)
      return inner._zod.optin === 'defaulted'
        ? emitSubstituting(program, body, inner, value)
        : emitUnless(program, body, { skip: 'undefined', inner, value })
    case 'nullable':
      return emitUnless(program, body, { skip: 'null', inner, value })
    case 'default':
      return program.backward ? program.emit(body, inner, value) : emitDefault(program, body, def, value)
    case 'prefault': {
      if (program.backward) return program.emit(body, inner, value)
      const filled = program.set(body, `${value} === undefined ? ${program.constant(def)}.defaultValue : ${value}`)
      return program.emit(body, inner, filled)
    }
    case 'nonoptional': {
      const result = program.emit(body, inner, value)
      body.push(`if (${result} === undefined) return REJECTED;`)
      return result
    }
    case 'readonly': {
      const result = program.emit(body, inner, value)
      return program.backward ? result : program.set(body, `Object.freeze(${result})`)
    }
    case 'lazy':
      return program.emit(body, inner, value)
    case 'catch':
      return program.backward ? program.emit(body, inner, value) : undefined
    default:
      return undefined
  }
}

interface Unless {
  readonly skip: 'null' | 'undefined'
  readonly inner: ZodSchema
  readonly value: string
}

function emitUnless(program: Program, body: Body, { skip, inner, value }: Unless): string {
  const result = program.name()
  const inside: Body = []
  const output = program.emit(inside, inner, value)
  body.push(`let ${result} = ${value};`, `if (${value} !== ${skip}) {`, ...inside, `${result} = ${output};`, '}')
  return result
}

/** `.default().optional()`: the default stands in; where it does not, absent stays absent. */
function emitSubstituting(program: Program, body: Body, inner: ZodSchema, value: string): string {
  const result = program.name()
  body.push(`let ${result} = ${program.functionFor(inner)}(${value});`)
  body.push(`if (${result} === REJECTED && ${value} === undefined) ${result} = undefined;`)
  body.push(`if (${result} === REJECTED || ${result} === UNDECIDED) return ${result};`)
  return result
}

/** The definition is asked each time: the default may be made anew for each value. */
function emitDefault(program: Program, body: Body, def: Def<'default'>, value: string): string {
  const result = program.name()
  const inside: Body = []
  const output = program.emit(inside, def.innerType, value)
  const substitute = `${program.constant(def)}.defaultValue`
  body.push(`let ${result};`, `if (${value} === undefined) ${result} = ${substitute};`, 'else {', ...inside)
  body.push(`${result} = ${output};`, `if (${result} === undefined) ${result} = ${substitute};`, '}')
  return result
}

/** Emits a pipe, a codec included. A pipe that begins or ends with a plain transform is left to Zod. */
export function emitPipe(program: Program, body: Body, schema: ZodSchema, value: string): string | undefined {
  const def = defOf(schema) as Def<'pipe'>
  if (defOf(def.in).type === 'transform' || defOf(def.out).type === 'transform') return undefined
  const [first, second] = program.backward ? [def.out, def.in] : [def.in, def.out]
  const left = program.emit(body, first, value)
  const between = hasTrait(schema, '$ZodCodec') ? emitTransform(program, body, schema, left) : left
  const result = program.emit(body, second, between)
  return emitOwnChecks(program, body, checksOf(schema), { value, result })
}

function emitTransform(program: Program, body: Body, schema: ZodSchema, value: string): string {
  const leaf = program.wire.leaves.get(schema)
  if (leaf !== undefined)
    return program.set(body, `${program.constant(program.backward ? leaf.encode : leaf.decode)}(${value})`)
  const def = schema._zod.def as $ZodCodecDef
  const transform = program.backward ? def.reverseTransform : def.transform
  return program.call(body, `${program.constant(runTransform)}(${program.constant(transform)}, ${value})`)
}
