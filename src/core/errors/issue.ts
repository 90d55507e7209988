/** The part of a request in which a problem was found. */
export type InputPart = 'path' | 'query' | 'header' | 'cookie' | 'body'

/**
 * One problem of a request's input. Codes, messages and context follow Pydantic's vocabulary (`missing`, `string_too_short`,
 * `int_parsing` ...), so that both error formats share one and clients of FastAPI services keep working.
 */
export interface Issue {
  readonly in: InputPart
  /** Keys and indexes below the part; empty for the part itself. */
  readonly path: readonly (string | number)[]
  readonly code: string
  readonly message: string
  /** The offending value: absent for a missing value, and never present where it may be a secret. */
  readonly input?: unknown
  /** The limit that was broken, such as `{ min_length: 3 }`. */
  readonly context?: Readonly<Record<string, unknown>>
}
