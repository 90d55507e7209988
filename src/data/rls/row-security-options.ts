import type { SQL } from 'drizzle-orm'

/** Policies by hand, where a rule cannot be one: conditions on the table's columns, by what may be done to a row. */
export interface RowPolicies {
  readonly read?: SQL
  readonly create?: SQL
  readonly update?: SQL
  readonly delete?: SQL
  readonly purge?: SQL
}

/** How a database holds the app to its rules. */
export interface RowSecurityOptions {
  /**
   * The role that connections of the app take, which must be there and bound by policies. Default: the one they connect as; where that is a superuser's,
   * `ashlar_app`, which is made for it in development, in tests and on the embedded server.
   */
  readonly role?: string
}
