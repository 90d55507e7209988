/**
 * The one shape Ashlar asks of a schema: Standard Schema, which Zod 4 and others follow.
 * Types only: the core never runs a schema, `src/schema` does.
 *
 * @see https://standardschema.dev
 */
export interface Schema<out Input = unknown, out Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

export type SchemaResult =
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }

export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a caller may pass where the schema `S` is declared. */
export type InputOf<S> = S extends { _zod: { input: infer I } } ? I : S extends Schema<infer I, unknown> ? I : never

/** What the handler receives where the schema `S` is declared. */
export type OutputOf<S> = S extends { _zod: { output: infer O } } ? O : S extends Schema<unknown, infer O> ? O : never

export function isSchema(value: unknown): value is Schema {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value
}
