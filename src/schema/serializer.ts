import type { Issue } from '../core/errors/issue.ts'
import type { Schema } from '../core/schema.ts'
import { branchingOf } from './branching.ts'
import { compileFast } from './compile/compile.ts'
import { REJECTED, UNDECIDED } from './compile/runtime.ts'
import { toIssues } from './issues.ts'
import { rejectOneWayTransforms, rejectWithoutJson } from './one-way.ts'
import { isTooDeep, reportSize } from './report-limits.ts'
import type { Serializer } from './types.ts'
import { wireSchema } from './wire-schema.ts'
import { isZod, type ZodSchema } from './zod.ts'

/**
 * A value that does not fit the declared response. The client gets a 500; the issues are for the log only.
 *
 * @example
 * try {
 *   compileSerializer(Post)({ title: 'Hello' })
 * } catch (error) {
 *   if (error instanceof ResponseMismatch) console.error(error.issues)
 * }
 */
export class ResponseMismatch extends Error {
  override readonly name = 'ResponseMismatch'
  readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[], value: unknown) {
    const described = issues.map((issue) => mistakeIn(value, issue.path) ?? describe(issue))
    super(`The value does not fit the declared response: ${[...new Set(described)].join('; ')}.`)
    this.issues = issues
  }
}

/**
 * Compiles a schema into a function that checks a runtime value (the schema's output), keeps its declared fields only, at every depth, and
 * gives JSON text. Wire forms: `Date` as ISO 8601 in UTC, `bigint` as a string of digits, `bytes()` as base64, codecs as their input.
 * Keys whose value is `undefined` are left out.
 *
 * The function throws {@link ResponseMismatch} for a value that does not fit.
 *
 * @example
 * const write = compileSerializer(z.object({ at: z.date() }))
 * write({ at: new Date(0), hash: 'not declared' })   // => '{"at":"1970-01-01T00:00:00.000Z"}'
 * @throws TypeError at once where the schema has a one-way transform, which cannot be encoded, or what JSON has no form for: a map, a set
 */
export function compileSerializer(schema: Schema): Serializer {
  return isZod(schema) ? compileZodSerializer(schema) : compileStandardSerializer(schema)
}

function compileZodSerializer(schema: ZodSchema): Serializer {
  rejectOneWayTransforms(schema)
  rejectWithoutJson(schema)
  const wire = wireSchema(schema, { source: 'json', in: 'body' })
  const branching = branchingOf(wire.schema)
  const fast = compileFast(wire, { direction: 'encode', remembers: branching > 1 })
  return (value) => {
    const projected = fast(value)
    if (projected === REJECTED && isTooDeep(value, branching)) throw new ResponseMismatch([TOO_DEEP], value)
    return toJson(
      projected === REJECTED || projected === UNDECIDED ? encodeByZod(wire.schema, schema, value) : projected,
    )
  }
}

const TOO_DEEP: Issue = {
  in: 'body',
  path: [],
  code: 'value_error',
  message: 'nested too deep, in a recursive union without a tag, to say what is wrong',
}

function encodeByZod(wire: ZodSchema, schema: ZodSchema, value: unknown): unknown {
  const abortEarly = reportSize(value) !== 'small'
  const result = wire._zod.run({ value, issues: [] }, { direction: 'backward', reportInput: true, abortEarly })
  if (result instanceof Promise) {
    result.catch(() => undefined)
    throw asynchronous()
  }
  if (result.issues.length === 0) return result.value
  throw new ResponseMismatch(toIssues(result.issues, { source: 'json', in: 'body', schema }), value)
}

/** For schemas of other libraries, whose output must be what they take: Standard Schema knows no way back. */
function compileStandardSerializer(schema: Schema): Serializer {
  return (value) => {
    const result = schema['~standard'].validate(value)
    if (result instanceof Promise) {
      result.catch(() => undefined)
      throw asynchronous()
    }
    if (result.issues === undefined) return toJson(result.value)
    throw new ResponseMismatch(
      result.issues.map(({ message, path = [] }) => ({
        in: 'body',
        path: path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)),
        code: 'value_error',
        message,
      })),
      value,
    )
  }
}

function asynchronous(): TypeError {
  return new TypeError(
    'A response schema has an asynchronous check; check the value in the handler and keep the response schema synchronous.',
  )
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch (error) {
    // Only an undeclared part, `z.unknown()`, can still hold a bigint. A replacer for every value would make every response slower.
    if (!(error instanceof TypeError) || !error.message.includes('BigInt')) throw error
    return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? each.toString() : each))
  }
}

/** The mistakes a schema can only call a missing field. */
function mistakeIn(value: unknown, path: Issue['path']): string | undefined {
  if (value === undefined) return 'it is undefined, the handler returned nothing'
  let at: unknown = value
  for (const [depth, key] of path.entries()) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Readonly<Record<string, unknown>>)[key]
    if (at instanceof Promise) return `${path.slice(0, depth + 1).join('.')} is a promise, await it`
  }
  return undefined
}

function describe({ path, message }: Issue): string {
  return `${path.length === 0 ? 'the value itself' : path.join('.')}: ${message}`
}
