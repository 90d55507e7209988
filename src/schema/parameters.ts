import type { InputPart } from '../core/errors/issue.ts'
import type { Schema } from '../core/schema.ts'
import type { ParameterDescription, SchemaCollector } from './types.ts'

/** The parameters a path, query, header or cookie object stands for. */
export function describeParameters(
  _schema: Schema,
  _part: InputPart,
  _collector?: SchemaCollector,
): ParameterDescription[] {
  return []
}
