import type { Issue } from '../core/errors/issue.ts'
import type { Schema } from '../core/schema.ts'
import type { Serializer } from './types.ts'

/** A value that does not fit the declared response. The client gets a 500; the issues are for the log only. */
export class ResponseMismatch extends Error {
  override readonly name = 'ResponseMismatch'
  readonly issues: readonly Issue[]
  constructor(issues: readonly Issue[]) {
    super(`The value does not fit the declared response: ${issues.map(describe).join('; ')}.`)
    this.issues = issues
  }
}

function describe({ path, message }: Issue): string {
  return `${path.length === 0 ? 'the value itself' : path.join('.')}: ${message}`
}

export function compileSerializer(_schema: Schema): Serializer {
  return (value) => JSON.stringify(value)
}
