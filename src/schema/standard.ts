import type { Issue } from '../core/errors/issue.ts'
import { chain } from '../core/maybe-promise.ts'
import type { Schema, SchemaIssue } from '../core/schema.ts'
import type { InputOptions, InputReader, JsonSchema, SchemaDirection } from './types.ts'

/** For schemas of other libraries: they convert and project as they do, and their messages stand as they are. */
export function compileStandardInput(schema: Schema, options: InputOptions): InputReader {
  return (value, issues) =>
    chain(schema['~standard'].validate(value), (result) => {
      if (result.issues === undefined) return result.value
      issues.push(...result.issues.map((issue) => toIssue(issue, options)))
      return undefined
    })
}

function toIssue(issue: SchemaIssue, options: InputOptions): Issue {
  const path = (issue.path ?? []).map((segment) => {
    const key = typeof segment === 'object' ? segment.key : segment
    return typeof key === 'number' ? key : String(key)
  })
  return { in: options.in, path, code: 'value_error', message: issue.message }
}

interface JsonSchemaConverter {
  readonly input: (options: { readonly target: string }) => Record<string, unknown>
  readonly output: (options: { readonly target: string }) => Record<string, unknown>
}

/**
 * The JSON Schema another library gives for its own schema, and the definitions it refers to.
 *
 * @throws TypeError where the library gives none
 * @see https://standardschema.dev
 */
export function standardJsonSchema(
  schema: Schema,
  io: SchemaDirection,
): { root: JsonSchema; definitions: Record<string, JsonSchema> } {
  const { vendor, jsonSchema } = schema['~standard'] as { vendor: string; jsonSchema?: JsonSchemaConverter }
  if (jsonSchema === undefined) {
    throw new TypeError(
      `The schema of "${vendor}" gives no JSON Schema (~standard.jsonSchema), which the documentation needs. Use a version of "${vendor}" that does, or a Zod schema.`,
    )
  }
  const { $schema: _, $defs, definitions, ...root } = jsonSchema[io]({ target: 'draft-2020-12' })
  return {
    root,
    definitions: { ...(definitions as Record<string, JsonSchema>), ...($defs as Record<string, JsonSchema>) },
  }
}
