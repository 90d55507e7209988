import { childrenOf, type ZodSchema } from '../zod.ts'
import type { WireSchema } from '../wire-schema.ts'
import { REJECTED, UNDECIDED } from './runtime.ts'

/** Emits the statements that check `value` against a schema, in place. */
export type Emit = (program: Program, body: Body, schema: ZodSchema, value: string) => string

/** The statements of one generated function. */
export type Body = string[]

export interface ProgramOptions {
  readonly direction: 'decode' | 'encode'
  /** Whether recursive parts remember what became of each object of the value: for schemas that read one place in several ways. */
  readonly remembers?: boolean
}

/**
 * The code of one compiled schema. Only names made here and JSON-quoted strings reach the code; everything else of the schema is passed in
 * as a constant, so that no key or pattern can become code.
 */
export class Program {
  /** Towards the wire. */
  readonly backward: boolean
  readonly wire: WireSchema
  readonly #emit: Emit
  readonly #constants = new Map<unknown, string>([
    [REJECTED, 'REJECTED'],
    [UNDECIDED, 'UNDECIDED'],
  ])
  readonly #functions = new Map<ZodSchema, string>()
  readonly #code: string[] = []
  readonly #recursive: ReadonlySet<ZodSchema>
  readonly #memories: string[] = []
  readonly #remembers: boolean
  #names = 0

  constructor(wire: WireSchema, { direction, remembers = false }: ProgramOptions, emit: Emit) {
    this.wire = wire
    this.backward = direction === 'encode'
    this.#remembers = remembers
    this.#emit = emit
    this.#recursive = findRecursive(wire.schema)
  }

  /** A new variable, set to an expression. */
  set(body: Body, expression: string): string {
    const name = this.name()
    body.push(`const ${name} = ${expression};`)
    return name
  }

  name(): string {
    this.#names += 1
    return `v${this.#names}`
  }

  /** The name of a value the code refers to. */
  constant(value: unknown): string {
    const known = this.#constants.get(value)
    if (known !== undefined) return known
    const name = `c${this.#constants.size}`
    this.#constants.set(value, name)
    return name
  }

  /** Emits a schema: what recurs as a call, the rest in place. Names the variable that holds the projected value. */
  emit(body: Body, schema: ZodSchema, value: string): string {
    if (!this.#recursive.has(schema)) return this.#emit(this, body, schema, value)
    return this.call(body, `${this.functionFor(schema)}(${value})`)
  }

  /** A function of its own for a schema: what is recursive, or may fail without the whole failing. */
  functionFor(schema: ZodSchema): string {
    const known = this.#functions.get(schema)
    if (known !== undefined) return known
    const name = `f${this.#functions.size}`
    this.#functions.set(schema, name)
    const body: Body = []
    const result = this.#emit(this, body, schema, 'input')
    const remembering = this.#remembers && this.#recursive.has(schema)
    const own = remembering ? this.#remember(name) : name
    this.#code.push(`function ${own}(input) {\n${body.join('\n')}\nreturn ${result};\n}`)
    return name
  }

  /** Puts a memory before a function, whose name it takes; gives the function's own. */
  #remember(name: string): string {
    const [own, memory] = [`${name}own`, `${name}memory`]
    this.#memories.push(memory)
    this.#code.push(
      `const ${memory} = new Map();`,
      `function ${name}(input) {`,
      `if (typeof input !== "object" || input === null) return ${own}(input);`,
      `if (!${memory}.has(input)) ${memory}.set(input, ${own}(input));`,
      `return ${memory}.get(input);`,
      '}',
    )
    return own
  }

  /** A value from a call that may give one of the two marks, which then end this function too. */
  call(body: Body, expression: string): string {
    const result = this.set(body, expression)
    body.push(`if (${result} === REJECTED || ${result} === UNDECIDED) return ${result};`)
    return result
  }

  build(): (value: unknown) => unknown {
    const entry = this.functionFor(this.wire.schema)
    const names = [...this.#constants.values()]
    const source = `"use strict";\n${this.#code.join('\n')}\n${this.#entrance(entry)}`
    // oxlint-disable-next-line typescript/no-implied-eval -- generated from the schema alone; see the class comment
    const factory = new Function(...names, source) as (...values: unknown[]) => (value: unknown) => unknown
    return factory(...this.#constants.keys())
  }

  /** What is remembered holds for one value, which may change until it is read again. */
  #entrance(entry: string): string {
    if (this.#memories.length === 0) return `return ${entry};`
    const forget = this.#memories.map((memory) => `${memory}.clear();`).join(' ')
    return `return (input) => { ${forget} try { return ${entry}(input); } finally { ${forget} } };`
  }
}

/** The schemas by which a walk comes back to where it has been. */
function findRecursive(root: ZodSchema): ReadonlySet<ZodSchema> {
  const found = new Set<ZodSchema>()
  const done = new Set<ZodSchema>()
  const above = new Set<ZodSchema>()
  const visit = (schema: ZodSchema): void => {
    if (above.has(schema)) found.add(schema)
    if (done.has(schema) || above.has(schema)) return
    above.add(schema)
    childrenOf(schema).forEach(visit)
    above.delete(schema)
    done.add(schema)
  }
  visit(root)
  return found
}
