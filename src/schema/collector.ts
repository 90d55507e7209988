import type { Schema } from '../core/schema.ts'
import type { JsonSchema, SchemaCollector, SchemaDirection } from './types.ts'

export function createSchemaCollector(): SchemaCollector {
  return { ref: () => ({}), components: () => ({}) }
}

export function toJsonSchema(_schema: Schema, _options: { readonly io: SchemaDirection }): JsonSchema {
  return {}
}
