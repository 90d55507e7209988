import { config, util, type $ZodRawIssue } from 'zod/v4/core'
import type { InputPart, Issue } from '../core/errors/issue.ts'
import { locate, type Step } from './locate.ts'
import { problemOf, type ZodIssue } from './problem.ts'
import { MAX_ISSUES } from './report-limits.ts'
import { looksSecret } from '../core/secret-names.ts'
import { holdsSecret, isSecret } from './secret.ts'
import type { InputSource } from './types.ts'
import { defOf, innerOf, isZod, someSchema, type ZodSchema } from './zod.ts'

export interface IssueContext {
  readonly source: InputSource
  readonly in: InputPart
  /** The user's schema, for wire names and secrets. */
  readonly schema: ZodSchema | undefined
  /** What the client sent, where strings were converted since: it is told its own `"0"`, not `0`. */
  readonly given?: unknown
}

/** Longer strings are not repeated to the client. */
const MAX_ECHO_LENGTH = 1000

/** Zod's issues in the vocabulary of {@link Issue}, the first hundred. */
export function toIssues(raw: readonly $ZodRawIssue[], context: IssueContext): Issue[] {
  const seen = new Set<string>()
  const issues: Issue[] = []
  for (const each of raw) {
    for (const flat of expand(each, [], undefined)) {
      if (issues.length === MAX_ISSUES) return issues
      const issue = toIssue(flat, context)
      const key = `${issue.code}\n${JSON.stringify(issue.path)}\n${issue.message}`
      if (!seen.has(key)) issues.push(issue)
      seen.add(key)
    }
  }
  return issues
}

interface FlatIssue {
  readonly issue: ZodIssue
  readonly path: readonly PropertyKey[]
  /** The wire schema that raised it, where it is known. */
  readonly raisedBy: ZodSchema | undefined
}

/** A union's issue becomes those of the alternative that was meant, or of all; unknown keys become an issue each. */
function expand(issue: ZodIssue, parent: readonly PropertyKey[], union: ZodSchema | undefined): FlatIssue[] {
  const path = [...parent, ...(issue.path ?? [])]
  const raisedBy = schemaOf(issue) ?? (union === undefined ? undefined : schemaAt(union, issue.path ?? []))
  if (issue.code === 'unrecognized_keys') {
    const input = issue.input as Record<string, unknown> | undefined
    return (issue['keys'] as readonly string[]).slice(0, MAX_ISSUES).map((key) => ({
      issue: { ...issue, input: input?.[key] },
      path: [...path, key],
      raisedBy: undefined,
    }))
  }
  if (issue.code === 'invalid_key') {
    return (issue['issues'] as readonly ZodIssue[]).flatMap((each) => expand(each, path, undefined))
  }
  if (issue.code !== 'invalid_union') return [{ issue, path, raisedBy }]
  // Pydantic places a wrong tag at the union, not at the tag's field.
  if (typeof issue['discriminator'] === 'string') return [{ issue, path: path.slice(0, -1), raisedBy }]
  const errors = (issue['errors'] ?? []) as readonly (readonly ZodIssue[])[]
  const chosen = meant(errors)
  if (chosen.length === 0) return [{ issue, path, raisedBy }]
  const options = optionsOf(raisedBy)
  return chosen.flatMap((index) => (errors[index] ?? []).flatMap((each) => expand(each, path, options[index])))
}

/** The alternatives whose own kind of value was given; all of them where none or several were. */
function meant(errors: readonly (readonly ZodIssue[])[]): number[] {
  const all = errors.map((_, index) => index)
  const fitting = all.filter(
    (index) => !errors[index]?.some((issue) => KIND_CODES.has(issue.code) && (issue.path ?? []).length === 0),
  )
  return fitting.length === 1 ? fitting : all
}

const KIND_CODES = new Set(['invalid_type', 'invalid_value'])

function toIssue({ issue, path, raisedBy }: FlatIssue, context: IssueContext): Issue {
  const steps = stepsOf(issue, path, context)
  const problem = problemOf(issue, raisedBy, context.source)
  const message = customMessage(issue) ?? problem.message
  const secret = isSecretPlace(steps, context)
  const silent = problem.code === 'missing' || secret || mayQuoteSecret(issue, steps, context)
  const echoed = silent ? undefined : echo(asGiven(steps, context) ?? issue.input)
  return {
    in: context.in,
    path: steps.map(({ name }) => name),
    code: problem.code,
    message: secret && problem.code === 'union_tag_invalid' ? 'Input tag is not one of the expected tags' : message,
    ...(echoed === undefined ? {} : { input: echoed.value }),
    ...(problem.context === undefined || secret ? {} : { context: problem.context }),
  }
}

/** An unknown key is as the client wrote it, even where it is the name of a field in the code. */
function stepsOf(issue: ZodIssue, path: readonly PropertyKey[], context: IssueContext): readonly Step[] {
  if (issue.code !== 'unrecognized_keys') return locate(context.schema, path, context.in)
  return [...locate(context.schema, path.slice(0, -1), context.in), { name: String(path.at(-1)), schema: undefined }]
}

function isSecretPlace(steps: readonly Step[], context: IssueContext): boolean {
  if (context.in === 'header' || context.in === 'cookie') return true
  if (context.schema !== undefined && isSecret(context.schema)) return true
  // A secret's list or union, given a plain value, may have been given the secret.
  const last = steps.at(-1)?.schema
  if (last !== undefined && someSchema(last, isSecret)) return true
  return steps.some(
    ({ name, key, schema }) =>
      [name, key].some((each) => typeof each === 'string' && looksSecret(each)) ||
      (schema !== undefined && isSecret(schema)),
  )
}

/** A text in place of an object may be the object in JSON, encoded twice. */
function mayQuoteSecret({ input }: ZodIssue, steps: readonly Step[], context: IssueContext): boolean {
  const schema = steps.length === 0 ? context.schema : steps.at(-1)?.schema
  return typeof input === 'string' && schema !== undefined && holdsSecret(schema)
}

function asGiven(steps: readonly Step[], { given }: IssueContext): string | undefined {
  let at = given
  for (const { name } of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as Readonly<Record<string | number, unknown>>)[name]
  }
  return typeof at === 'string' ? at : undefined
}

/** Scalars only: an object around a wrong field may hold secrets. */
function echo(input: unknown): { value: unknown } | undefined {
  if (typeof input === 'bigint') return { value: input.toString() }
  if (input instanceof Date) return Number.isNaN(input.getTime()) ? undefined : { value: input.toISOString() }
  if (typeof input === 'string') return input.length > MAX_ECHO_LENGTH ? undefined : { value: input }
  if (typeof input === 'number') return Number.isFinite(input) ? { value: input } : undefined
  return typeof input === 'boolean' || input === null ? { value: input } : undefined
}

/** What the user's schema says itself: a message other than the locale's. */
function customMessage(issue: ZodIssue): string | undefined {
  // One message of Zod's for all unknown keys becomes one for each.
  if (issue.code === 'unrecognized_keys') return undefined
  const finalised = issue.message ?? util.finalizeIssue(issue as unknown as $ZodRawIssue, {}, config()).message
  const standard = text(config().localeError?.(issue as unknown as $ZodRawIssue)) ?? 'Invalid input'
  return finalised === standard ? undefined : finalised
}

function text(message: string | { message: string } | null | undefined): string | undefined {
  return typeof message === 'string' ? message : message?.message
}

function schemaOf(issue: ZodIssue): ZodSchema | undefined {
  const { inst, schema } = issue as { inst?: unknown; schema?: unknown }
  if (isZod(inst) && inst._zod.traits.has('$ZodType')) return inst
  return isZod(schema) ? schema : undefined
}

function optionsOf(schema: ZodSchema | undefined): readonly (ZodSchema | undefined)[] {
  if (schema === undefined) return []
  const def = defOf(schema)
  return def.type === 'union' ? def.options : []
}

/** The schema that raised an issue inside a union, found by its path. */
function schemaAt(schema: ZodSchema, path: readonly PropertyKey[]): ZodSchema | undefined {
  const end = locate(schema, path, 'body').at(-1)
  const found = path.length === 0 ? schema : end?.schema
  return found === undefined ? undefined : unwrapped(found)
}

function unwrapped(schema: ZodSchema): ZodSchema {
  const inner = innerOf(schema)
  if (inner !== undefined) return unwrapped(inner)
  const def = defOf(schema)
  return def.type === 'pipe' && defOf(def.in).type === 'any' ? unwrapped(def.out) : schema
}
