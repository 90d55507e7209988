import type { Schema } from '../schema.ts'
import type { AshlarError, ErrorClass } from './define.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** What a format may say about the request: never more than the client knows already. */
export interface ErrorRequest {
  readonly id: string
  readonly method: string
  readonly path: string
}

/** How errors look on the wire: one form for every error, from whatever layer. */
export interface ErrorFormat {
  readonly name: string
  /** The status and body of an error. A body that is a string is sent as plain text, everything else as JSON of `mediaType`. */
  render(error: AshlarError, request: ErrorRequest): { readonly status: number; readonly body: unknown }
  /** Such as `application/problem+json`. */
  readonly mediaType: string
  /** The status under which a class of errors is documented, where the format gives it another than its own. */
  statusOf?(error: ErrorClass): number
  /**
   * The JSON Schema of the body of these errors, which share one status; of any error where there are none. What it puts under `$defs`
   * becomes components of the document. `schemaOf` gives the JSON Schema of an error's data.
   */
  schema(errors: readonly ErrorClass[], schemaOf: (data: Schema) => JsonObject): JsonObject
}
