import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccessRule } from '../../core/access/index.ts'
import type { ColumnName } from '../columns/table-types.ts'

/** What must be known of a resource to include its rows in others'. */
export interface IncludedResource {
  readonly kind: 'router'
  readonly '~row'?: unknown
}

/** How callers may include the rows of a relation. Who may have which of them must be said: by the resource they belong to, or here. */
export type IncludeOptions<Table extends PgTable = PgTable> = (
  | {
      /** The related rows' own resource: its rule for reading holds, of a relation to many that for its list too, and its private columns stay private. Where the two refer to each other: `(): Resource => other`, with `fields`. */
      readonly of: IncludedResource | (() => IncludedResource)
      readonly fields?: readonly ColumnName<Table>[]
    }
  | {
      /** Who may read which of the related rows. */
      readonly access: AccessRule
      /** The columns that are given. */
      readonly fields: readonly ColumnName<Table>[]
    }
) & {
  /** For a relation through a table between: the relation to that table, and the one of that table's that leads on. */
  readonly through?: readonly [relation: string, onward: string]
  /** Rows of a relation to many, for each row: at most so many. Default 20, at most 100. */
  readonly limit?: number
  /** How the rows of a relation to many are sorted: `name`, `-createdAt`. Default: by their primary key. */
  readonly sort?: readonly string[]
}

/** Relations by name. */
export type Includes = Readonly<Record<string, IncludeOptions>>

export const INCLUDE_LIMIT = 20
export const INCLUDE_MAX = 100
