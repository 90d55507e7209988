import type { PgTable } from 'drizzle-orm/pg-core'
import type { DrizzleSchema, Transaction } from '../drizzle.ts'
import type { RepositoryDependency } from '../repository/repository.ts'
import type { Repository } from '../repository/repository-types.ts'

/** What the rows are asked of: a Drizzle table, or a repository or a resource, whose soft deletion, version and audit trail then hold. */
export type RowsOf<Table extends PgTable> = Table | RepositoryDependency<Table> | SystemResource

/** A resource, whose table its type does not name. */
export interface SystemResource {
  readonly kind: 'router'
}

/** All rows, for code that acts for the app itself and not for its caller. */
export interface SystemAccess<Schema extends DrizzleSchema = Record<string, never>> {
  /** Why, as it stands in the log and in the audit trail. */
  readonly reason: string
  /** The operation's transaction, past the policies of a database with `rls`. */
  readonly tx: Transaction<Schema>
  /**
   * The rows of a table without anybody's rules, in the operation's transaction. What rules would fill, such as the owner's column, must be given.
   *
   * @throws TypeError where the repository or the resource is of another database.
   */
  repository<Table extends PgTable>(of: RowsOf<Table>): Repository<Table>
}
