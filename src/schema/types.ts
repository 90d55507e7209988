import type { InputPart, Issue } from '../core/errors/issue.ts'
import type { MaybePromise } from '../core/maybe-promise.ts'
import type { Schema } from '../core/schema.ts'

/**
 * What carried the value: a JSON document (nothing is converted), strings by name (path, query, headers, cookies: strings are converted
 * to what the schema says), or a form (as strings, and an empty string counts as missing).
 */
export type InputSource = 'json' | 'strings' | 'form'

/** How an input is read. */
export interface InputOptions {
  readonly source: InputSource
  /** The part of the request, as it stands in each issue. */
  readonly in: InputPart
}

/**
 * Checks and projects a value. Adds what is wrong to `issues` and then gives `undefined`; otherwise gives the declared fields only.
 * Synchronous unless the schema has an asynchronous refinement or transform.
 */
export type InputReader = (value: unknown, issues: Issue[]) => MaybePromise<unknown>

/** Checks a runtime value against its schema, drops what is not declared and gives JSON text. Throws `ResponseMismatch`. */
export type Serializer = (value: unknown) => string

/** A JSON Schema 2020-12 object, as OpenAPI 3.1 embeds it. */
export type JsonSchema = { [keyword: string]: unknown }

/** `input`: what a client may send. `output`: what a client receives. Both in wire form. */
export type SchemaDirection = 'input' | 'output'

/** Turns schemas into JSON Schema for one document, so that each named schema becomes one component. */
export interface SchemaCollector {
  /** The schema inline, or a `$ref` to its component. A `$ref` may still be renamed until `components()` is called, so call that last. */
  ref(schema: Schema, io: SchemaDirection): JsonSchema
  /** Every component referred to so far, by name, sorted. Settles the names (`Post`, or `PostInput` and `PostOutput` where they differ). */
  components(): Record<string, JsonSchema>
}

/** One path, query, header or cookie parameter, as OpenAPI describes it. */
export interface ParameterDescription {
  /** The name on the wire. */
  readonly name: string
  readonly required: boolean
  /** A list that may stand in one text, its items parted by commas. */
  readonly commaSeparated?: boolean
  readonly schema: JsonSchema
  readonly description?: string
  readonly deprecated?: boolean
  readonly examples?: readonly unknown[]
}
