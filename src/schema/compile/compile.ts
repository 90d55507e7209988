import { defOf, type ZodDef, type ZodSchema } from '../zod.ts'
import type { WireSchema } from '../wire-schema.ts'
import { emitArray, emitRecord, emitTuple } from './containers.ts'
import { emitLeaf } from './leaves.ts'
import { emitObject, partsOf, partsOfRenamed } from './objects.ts'
import { Program, type Body, type Emit, type ProgramOptions } from './program.ts'
import { runSchema, UNDECIDED, type FastPath } from './runtime.ts'
import { emitUnion } from './unions.ts'
import { emitPipe, emitWrapper } from './wrappers.ts'

/**
 * Compiles a wire schema into one function that checks and projects a value the way Zod does, or says that Zod must. It stops at the first
 * problem: finding and wording them all is Zod's part. A differential test holds the two together.
 */
export function compileFast(wire: WireSchema, options: ProgramOptions): FastPath {
  try {
    return new Program(wire, options, emitHere).build()
  } catch (error) {
    // Started with --disallow-code-generation-from-strings: Zod does all of it.
    if (error instanceof EvalError) return () => UNDECIDED
    throw error
  }
}

const emitHere: Emit = (program, body, schema, value) => {
  const start = body.length
  const result = emitKnown(program, body, schema, value)
  if (result !== undefined) return result
  body.length = start
  return program.call(
    body,
    `${program.constant(runSchema)}(${program.constant(schema)}, ${value}, ${program.backward})`,
  )
}

function emitKnown(program: Program, body: Body, schema: ZodSchema, value: string): string | undefined {
  const renamed = program.wire.renamed.get(schema)
  if (renamed !== undefined) return emitObject(program, body, partsOfRenamed(renamed, program.backward), value)
  const known = EMITTERS[defOf(schema).type]
  return known === undefined ? emitLeaf(program, body, schema, value) : known(program, body, schema, value)
}

type Emitter = (program: Program, body: Body, schema: ZodSchema, value: string) => string | undefined

const EMITTERS: Readonly<Partial<Record<ZodDef['type'], Emitter>>> = {
  object: (program, body, schema, value) => {
    const parts = partsOf(schema)
    return parts && emitObject(program, body, parts, value)
  },
  array: emitArray,
  tuple: emitTuple,
  record: emitRecord,
  union: emitUnion,
  pipe: emitPipe,
  optional: emitWrapper,
  nullable: emitWrapper,
  default: emitWrapper,
  prefault: emitWrapper,
  nonoptional: emitWrapper,
  readonly: emitWrapper,
  lazy: emitWrapper,
  catch: emitWrapper,
}
