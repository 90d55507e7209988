import type { PgTable } from 'drizzle-orm/pg-core'
import type { Operation } from '../../core/operation.ts'
import type { SearchOptions } from '../query/search.ts'

/** A column that rows are sorted by, where it is not ascending with NULL last. */
export interface IndexUseTerm {
  /** The column's key in the Drizzle table. */
  readonly key: string
  readonly descending?: boolean
  /** Default as in PostgreSQL: last where ascending, first where descending. */
  readonly nullsFirst?: boolean
}

/** What statements do with columns of a table, for which an index may be needed. */
export interface IndexUse {
  readonly table: PgTable
  /**
   * - `filter`: compared with a value, by `=`, `<`, `in` and the like
   * - `sort`: the order of a list, complete with the key that makes it total
   * - `foreign key`: found by itself from the database; to be declared where the database does not know it
   * - `search`: full-text search
   * - `contains`: a part of a text by `ILIKE`, an element of an array, a part of JSON
   * - `unique`: no two rows have the same
   */
  readonly kind: 'filter' | 'sort' | 'foreign key' | 'search' | 'contains' | 'unique'
  /** Keys of the Drizzle table, in order. */
  readonly columns: readonly (string | IndexUseTerm)[]
  /** Keys of the columns that every such statement compares with `=` besides: the owner's, the tenant's. */
  readonly within?: readonly string[]
  /** The key of a column that is NULL in all rows the statements see: `deletedAt`. An index on those rows alone will do. */
  readonly whereNull?: string
  /** Of a search: as the list has it. Default: the columns, in the language `simple`. */
  readonly search?: SearchOptions
  /** Where it was declared, for people: `tasks.list: filter "done"`. */
  readonly from: string
}

/** By operation, so that neither the core nor the operation's type has to know. */
const declared = new WeakMap<Operation, readonly IndexUse[]>()

/**
 * Says what the statements of a hand-written operation need indexes for, so that `ashlar db advise` looks for them. Resources say it of
 * their lists themselves. Declaring again adds. Gives the operation back.
 *
 * @example
 * export const latestPosts = declareIndexUses(hello, [
 *   { table: tables.posts, kind: 'sort', columns: ['title', 'id'], from: 'the newest posts' },
 * ])
 */
export function declareIndexUses<Declared extends Operation>(operation: Declared, uses: readonly IndexUse[]): Declared {
  declared.set(operation, [...indexUsesOf(operation), ...uses])
  return operation
}

export function indexUsesOf(operation: Operation): readonly IndexUse[] {
  return declared.get(operation) ?? []
}
