import type { $ZodCheck } from 'zod/v4/core'
import { defOf, type ZodDef, type ZodSchema } from '../zod.ts'
import type { RenamedObject } from '../renamed-object.ts'
import { checksOf, emitChecks } from './checks.ts'
import type { Body, Program } from './program.ts'

interface Field {
  /** Where it is read. */
  readonly from: string
  /** Where it is written. */
  readonly to: string
  readonly schema: ZodSchema
}

interface ObjectParts {
  readonly fields: readonly Field[]
  readonly catchall: ZodSchema | undefined
  readonly checks: readonly $ZodCheck[]
  /** Keys that even a strict object passes over. */
  readonly ignored: readonly string[]
}

/** `undefined` where a key is a symbol, which is left to Zod. */
export function partsOf(schema: ZodSchema): ObjectParts | undefined {
  const def = defOf(schema) as ZodDef & { type: 'object' }
  if (Object.getOwnPropertySymbols(def.shape).length > 0) return undefined
  const fields = Object.entries(def.shape).map(([key, field]) => ({ from: key, to: key, schema: field }))
  return { fields, catchall: def.catchall, checks: checksOf(schema), ignored: [] }
}

/** Reads the names of one side and writes those of the other. */
export function partsOfRenamed(object: RenamedObject, backward: boolean): ObjectParts {
  const fields = object.fields.map(({ key, wire, schema }) => ({
    from: backward ? key : wire,
    to: backward ? wire : key,
    schema: schema(),
  }))
  // On the way out Zod has dropped it before it comes to the strict object.
  const ignored = backward ? ['__proto__'] : []
  return { fields, catchall: object.catchall, checks: checksOf(object.origin), ignored }
}

/** Emits an object: each declared field, in order, then what is not declared, then the object's own checks. */
export function emitObject(program: Program, body: Body, parts: ObjectParts, value: string): string {
  body.push(`if (typeof ${value} !== "object" || ${value} === null || Array.isArray(${value})) return REJECTED;`)
  const result = program.name()
  const fields = parts.fields.filter(({ from, to }) => from !== '__proto__' && to !== '__proto__')
  const firstOptional = fields.findIndex(({ schema }) => !isRequired(schema))
  const required = firstOptional === -1 ? fields : fields.slice(0, firstOptional)
  const literal = required.map((field) => `${JSON.stringify(field.to)}: ${emitRequired(program, body, field, value)}`)
  body.push(`const ${result} = { ${literal.join(', ')} };`)
  for (const field of fields.slice(required.length)) {
    if (isRequired(field.schema)) body.push(`${at(result, field.to)} = ${emitRequired(program, body, field, value)};`)
    else emitOptional(program, body, { field, value, result })
  }
  emitUndeclared(program, body, { parts, value, result })
  return emitOwnChecks(program, body, parts.checks, { value, result })
}

const at = (object: string, key: string): string => `${object}[${JSON.stringify(key)}]`
const isRequired = (schema: ZodSchema): boolean => schema._zod.optin === undefined

function emitRequired(program: Program, body: Body, field: Field, value: string): string {
  const input = program.set(body, at(value, field.from))
  const output = program.emit(body, field.schema, input)
  // A schema that takes `undefined`, such as `z.unknown()`, still asks for the key.
  body.push(`if (${input} === undefined && !(${JSON.stringify(field.from)} in ${value})) return REJECTED;`)
  return output
}

interface Place {
  readonly field: Field
  readonly value: string
  readonly result: string
}

/** Absence as Zod has it: nothing is written for what is left out, unless a default stands in. */
function emitOptional(program: Program, body: Body, { field, value, result }: Place): void {
  const input = program.set(body, at(value, field.from))
  const present = `${JSON.stringify(field.from)} in ${value}`
  const optin = field.schema._zod.optin as string | undefined
  const mayBeLeftOut = field.schema._zod.optout === 'optional'
  if (mayBeLeftOut && optin === 'optional') {
    const inner: Body = []
    const output = program.emit(inner, field.schema, input)
    body.push(`if (${input} !== undefined || ${present}) {`, ...inner, `${at(result, field.to)} = ${output};`, '}')
    return
  }
  if (mayBeLeftOut) {
    // A default below `.optional()`: what fails on an absent key is no problem.
    const name = program.functionFor(field.schema)
    const output = program.set(body, `${name}(${input})`)
    body.push(
      `if (${output} === UNDECIDED) return UNDECIDED;`,
      `if (${output} === REJECTED) { if (${input} !== undefined || ${present}) return REJECTED; }`,
      `else if (${output} !== undefined || ${present}) ${at(result, field.to)} = ${output};`,
    )
    return
  }
  const output = program.emit(body, field.schema, input)
  const assign = `${at(result, field.to)} = ${output};`
  body.push(optin === 'defaulted' ? assign : `if (${output} !== undefined || ${present}) ${assign}`)
}

interface Undeclared {
  readonly parts: ObjectParts
  readonly value: string
  readonly result: string
}

function emitUndeclared(program: Program, body: Body, { parts, value, result }: Undeclared): void {
  const { catchall, fields } = parts
  if (catchall === undefined) return
  const key = program.name()
  // With other names on the wire, neither name may come in as an undeclared field.
  const declared = new Set(fields.flatMap(({ from, to }) => [from, to]))
  const strict = defOf(catchall).type === 'never'
  const known = strict ? new Set([...fields.map(({ from }) => from), ...parts.ignored]) : declared
  const cases = [...known].map((name) => `case ${JSON.stringify(name)}:`)
  body.push(
    `for (const ${key} in ${value}) {`,
    `switch (${key}) {`,
    ...cases,
    ...(cases.length > 0 ? ['continue;'] : []),
    '}',
  )
  if (strict) body.push('return REJECTED;')
  else {
    body.push(`if (${key} === "__proto__") continue;`)
    const input = program.set(body, `${value}[${key}]`)
    body.push(`${result}[${key}] = ${program.emit(body, catchall, input)};`)
  }
  body.push('}')
}

/** Refinements see the runtime value: the projected one on the way in, the given one on the way out. */
export function emitOwnChecks(
  program: Program,
  body: Body,
  checks: readonly $ZodCheck[],
  { value, result }: { readonly value: string; readonly result: string },
): string {
  if (checks.length === 0) return result
  const seen = program.backward ? value : result
  const checked = emitChecks(program, body, checks, seen)
  if (!program.backward) return checked
  if (checked !== seen) body.push(`if (${checked} !== ${seen}) return UNDECIDED;`)
  return result
}
