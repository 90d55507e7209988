/** What could be better about the indexes of a database. */
export interface IndexAdvice {
  /**
   * - `missing`: no index serves what is declared
   * - `unused`: on a large table, no statement has used it since uses are counted
   * - `duplicate`: another index begins with the same columns and does all that it does
   * - `invalid`: a concurrent build of it has failed; it costs and does nothing
   */
  readonly kind: 'missing' | 'unused' | 'duplicate' | 'invalid'
  /** With its schema, where that is not `public`. */
  readonly table: string
  /** Of a missing index: what it would be on. Of another: what that is on. */
  readonly columns: readonly string[]
  /** The name of the index that is there. */
  readonly index?: string
  /** Where it is wanted, for people. */
  readonly from: readonly string[]
  /** A sentence that says what is wrong. */
  readonly message: string
  /** What to write into a migration of its own: it does not run in a transaction, and locks nobody out. */
  readonly statement: string
  /** The line for the third argument of `pgTable`, where an index is missing. */
  readonly drizzle?: string
  /** What else is to be known before doing it. */
  readonly notes: readonly string[]
}
