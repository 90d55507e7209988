import { defOf, type ZodDef, type ZodSchema } from '../zod.ts'
import { checksOf } from './checks.ts'
import { emitOwnChecks } from './objects.ts'
import type { Body, Program } from './program.ts'

type UnionDef = ZodDef & { type: 'union'; discriminator?: string; unionFallback?: boolean }

/** Emits a union: by its tag where it has one, otherwise the first member that fits. `z.xor()` is left to Zod. */
export function emitUnion(program: Program, body: Body, schema: ZodSchema, value: string): string | undefined {
  const def = defOf(schema) as UnionDef
  const tagged = def.discriminator !== undefined
  if (def.inclusive === false && !tagged) return undefined
  const result = tagged ? emitTagged(program, body, def, value) : emitFirst(program, body, def.options, value)
  if (result === undefined) return undefined
  return emitOwnChecks(program, body, checksOf(schema), { value, result })
}

function emitFirst(program: Program, body: Body, options: readonly ZodSchema[], value: string): string {
  const only = options.length === 1 ? options[0] : undefined
  if (only !== undefined) return program.emit(body, only, value)
  const result = program.name()
  body.push(`let ${result} = REJECTED;`)
  for (const option of options) {
    body.push(`if (${result} === REJECTED) ${result} = ${program.functionFor(option)}(${value});`)
  }
  body.push(`if (${result} === REJECTED || ${result} === UNDECIDED) return ${result};`)
  return result
}

function emitTagged(program: Program, body: Body, def: UnionDef, value: string): string | undefined {
  const tags = def.options.map((option) => tagsOf(option, def.discriminator as string))
  const all = tags.flatMap((each) => [...(each ?? [undefined])])
  // Tags that are no plain texts or numbers, or not unique, are rare enough to be left to Zod.
  if (def.unionFallback === true || new Set(all).size !== all.length || !all.every(isPlainTag)) return undefined
  body.push(`if (typeof ${value} !== "object" || ${value} === null || Array.isArray(${value})) return REJECTED;`)
  const result = program.name()
  const cases = def.options.map((option, index) => {
    const labels = [...(tags[index] ?? [])].map((tag) => `case ${JSON.stringify(tag)}:`).join(' ')
    return `${labels} ${result} = ${program.functionFor(option)}(${value}); break;`
  })
  body.push(`let ${result};`, `switch (${value}[${JSON.stringify(def.discriminator)}]) {`, ...cases)
  // Towards the wire Zod tries every member where the tag tells none.
  body.push(`default: return ${program.backward ? 'UNDECIDED' : 'REJECTED'};`, '}')
  body.push(`if (${result} === REJECTED || ${result} === UNDECIDED) return ${result};`)
  return result
}

function tagsOf(option: ZodSchema, discriminator: string): ReadonlySet<unknown> | undefined {
  return (option._zod.propValues as Record<string, Set<unknown>> | undefined)?.[discriminator]
}

function isPlainTag(tag: unknown): boolean {
  return (
    typeof tag === 'string' ||
    typeof tag === 'boolean' ||
    tag === null ||
    (typeof tag === 'number' && Number.isFinite(tag))
  )
}
