import type { Issue } from '../core/errors/issue.ts'
import { chain } from '../core/maybe-promise.ts'
import type { Schema, SchemaIssue } from '../core/schema.ts'
import type { InputOptions, InputReader } from './types.ts'

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
