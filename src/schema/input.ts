import { $ZodAsyncError, type $ZodRawIssue, type ParsePayload } from 'zod/v4/core'
import type { Issue } from '../core/errors/issue.ts'
import { chain } from '../core/maybe-promise.ts'
import type { Schema } from '../core/schema.ts'
import { branchingOf } from './branching.ts'
import { compileFast } from './compile/compile.ts'
import { REJECTED, UNDECIDED } from './compile/runtime.ts'
import { toIssues } from './issues.ts'
import { rejectWithoutJson } from './one-way.ts'
import { isTooDeep, MAX_PARTS, reportSize } from './report-limits.ts'
import { compileStandardInput } from './standard.ts'
import type { InputOptions, InputReader } from './types.ts'
import { wireSchema } from './wire-schema.ts'
import { isZod, type ZodSchema } from './zod.ts'

/**
 * Compiles a schema into a function that checks and projects what a request carries. All problems are collected, with Pydantic's codes
 * and messages; a message the schema's author wrote wins. Objects keep their declared fields only, as Zod's own modes decide.
 *
 * - `json`: nothing is converted, except what JSON has no form for: `z.date()` reads ISO 8601 with a time zone, `z.bigint()` a string of
 *   digits or an integer, codecs their input.
 * - `strings`: a record of strings, or of arrays of strings where a name is repeated. Strings become what the schema says.
 * - `form`: the same, and an empty string counts as missing.
 *
 * Of a value with more than 2,000 parts only the first problem is reported, and never more than 100 problems. Of a deep value that a
 * recursive union can read in many ways, only that it does not fit: prefer `z.discriminatedUnion()` there.
 *
 * In the `header` part a key reads the header of that name in kebab case: `userAgent` and `user_agent` read `user-agent`.
 *
 * @example
 * const read = compileInput(z.object({ limit: z.int() }), { source: 'strings', in: 'query' })
 * const issues: Issue[] = []
 * read({ limit: '20' }, issues)   // => { limit: 20 }
 * read({ limit: 'many' }, issues)   // => undefined
 * issues[0]?.code   // => 'int_parsing'
 * @throws TypeError at once where the source is `json` and the schema has what JSON has no form for: a map, a set
 */
export function compileInput(schema: Schema, options: InputOptions): InputReader {
  const read = isZod(schema) ? compileZodInput(schema, options) : compileStandardInput(schema, options)
  return options.source === 'form' ? (value, issues) => read(withoutEmpty(value), issues) : read
}

function compileZodInput(schema: ZodSchema, options: InputOptions): InputReader {
  if (options.source === 'json') rejectWithoutJson(schema)
  const wire = wireSchema(schema, options)
  const branching = branchingOf(wire.schema)
  const fast = compileFast(wire, { direction: 'decode', remembers: branching > 1 })
  let useFast = true
  return (value, issues) => {
    const projected = useFast ? fast(value) : UNDECIDED
    if (projected !== REJECTED && projected !== UNDECIDED) return projected
    // Deciding twice would run the user's asynchronous checks twice for each value.
    if (projected === UNDECIDED) useFast = false
    const size = reportSize(value)
    if (projected === REJECTED && size === 'wide') return reject(issues, [unreported(options, TOO_WIDE)])
    if (projected === REJECTED && isTooDeep(value, branching)) return reject(issues, [unreported(options, TOO_DEEP)])
    return chain(runZod(wire.schema, value, size !== 'small'), (result) =>
      result.issues.length === 0
        ? result.value
        : reject(
            issues,
            toIssues(result.issues, { ...options, schema, given: options.source === 'json' ? undefined : value }),
          ),
    )
  }
}

function reject(issues: Issue[], found: readonly Issue[]): undefined {
  issues.push(...found)
}

const TOO_WIDE = `an object has more than ${MAX_PARTS} fields, too many to say which of them is wrong`
const TOO_DEEP = 'the value is nested too deep, and may be meant in too many ways, to say what is wrong with it'

function unreported(options: InputOptions, error: string): Issue {
  return { in: options.in, path: [], code: 'value_error', message: `Value error, ${error}`, context: { error } }
}

interface ZodResult {
  readonly value: unknown
  readonly issues: readonly $ZodRawIssue[]
}

function runZod(schema: ZodSchema, value: unknown, abortEarly: boolean): ZodResult | Promise<ZodResult> {
  const payload = (): ParsePayload => ({ value, issues: [] })
  try {
    // Neither `async: false`, which would leave promises behind unhandled, nor `async: true`, which makes one for each transform.
    return schema._zod.run(payload(), { reportInput: true, abortEarly })
  } catch (error) {
    if (!(error instanceof $ZodAsyncError)) throw error
    return schema._zod.run(payload(), { async: true, reportInput: true, abortEarly })
  }
}

/** A form has no way to leave a field out, so an empty one is a missing one. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const filled = entries.filter(([, text]) => text !== '')
  return filled.length === entries.length ? value : Object.fromEntries(filled)
}
