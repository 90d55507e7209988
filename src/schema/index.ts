export type {
  InputOptions,
  InputReader,
  InputSource,
  JsonSchema,
  ParameterDescription,
  SchemaCollector,
  SchemaDirection,
  Serializer,
} from './types.ts'
export type { Aliased, Wire, WireInput, WireNames } from './wire.ts'
export { alias } from './alias.ts'
export { bytes } from './bytes.ts'
export type { BytesOptions } from './bytes.ts'
export { commaSeparated } from './comma-separated.ts'
export { compileInput } from './input.ts'
export { compileSerializer, ResponseMismatch } from './serializer.ts'
export { createSchemaCollector, toJsonSchema } from './collector.ts'
export type { CollectorOptions } from './collector.ts'
export { describeParameters } from './parameters.ts'
export { named } from './named.ts'
export { secret } from './secret.ts'
export { acceptsBigint } from './bigint.ts'
