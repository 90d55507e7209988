/* eslint-disable typescript/no-generated-empty-object-type -- a row's type is known where a table is named */
import type { PgTable } from 'drizzle-orm/pg-core'
import type { ColumnName } from '../columns/table-types.ts'
import type { ListInput } from '../query/list-input.ts'
import type { KeyOf, Page } from '../resource/types.ts'

/** The primary key: its value, or for a composite one an object of its columns. */
export type KeyArgument<Table extends PgTable> = string | number | bigint | KeyOf<Table>

/** The rows of one table, for hand-written code: what the caller may have of them, and nothing else. */
export interface Repository<Table extends PgTable = PgTable> {
  /**
   * The row with this key.
   *
   * @throws NotFound where there is none, or it is not the caller's.
   */
  get(key: KeyArgument<Table>): Promise<Table['$inferSelect']>
  /** The row with this key; `undefined` where there is none, or it is not the caller's. */
  find(key: KeyArgument<Table>): Promise<Table['$inferSelect'] | undefined>
  /** The first row of a list. */
  first(input: ListInput<Table>): Promise<Table['$inferSelect'] | undefined>
  /** One page, in the language of the URL. At most 1,000 rows; 20 where no limit is given. Without `sort` in the order of the resource's `defaultSort`, or else by the primary key. */
  list(input?: ListInput<Table>): Promise<Page<Table['$inferSelect']>>
  count(input?: Pick<ListInput<Table>, 'filter' | 'search'>): Promise<number>
  /** @throws Forbidden where the caller may not create it. */
  insert(values: New<Table>): Promise<Table['$inferSelect']>
  insertMany(values: readonly New<Table>[]): Promise<Table['$inferSelect'][]>
  /**
   * Inserts, or changes the row that has the same values in the columns `on`, which need a unique index.
   *
   * @throws Forbidden where that row is not the caller's to change.
   * @throws TypeError where a column of `on` is given no value, nor one by the server.
   */
  upsert(values: New<Table>, options: UpsertOptions<Table>): Promise<Table['$inferSelect']>
  /**
   * @throws NotFound, Forbidden for rows that the caller may not change.
   * @throws PreconditionFailed where it has another version than the one named.
   */
  update(key: KeyArgument<Table>, changes: Changes<Table>, options?: VersionOption): Promise<Table['$inferSelect']>
  /** Deletes a row, softly where that is declared, and gives it as it was. @throws NotFound, Forbidden, PreconditionFailed */
  delete(key: KeyArgument<Table>, options?: VersionOption): Promise<Table['$inferSelect']>
  /** Takes a soft deletion back. @throws NotFound, Forbidden */
  restore(key: KeyArgument<Table>): Promise<Table['$inferSelect']>
  /** Removes a row for good, also one that is deleted softly: for those of `access.purge`, or of `access.delete` where that is not given. @throws NotFound, Forbidden */
  purge(key: KeyArgument<Table>): Promise<Table['$inferSelect']>
  /** The row, which nobody else changes before this transaction ends. @throws NotFound */
  lock(key: KeyArgument<Table>): Promise<Table['$inferSelect']>
  /** All rows asked for, in the order of `list`, a batch at a time, on a connection of its own: what this transaction has not committed is not among them. */
  stream(input?: StreamInput<Table>): AsyncIterable<Table['$inferSelect']>
  /** The same as JSON Lines, without private columns: for a response `raw`. */
  jsonLines(input?: StreamInput<Table>): ReadableStream<Uint8Array>
}

/** What inserts a row. What the server fills may be absent. */
export type New<Table extends PgTable> = Partial<Table['$inferInsert']>
/** What changes a row. What is absent or `undefined` stays as it is; `null` empties a column that may be empty. */
export type Changes<Table extends PgTable> = {
  [K in keyof Table['$inferInsert']]?: Table['$inferInsert'][K] | undefined
}
/** Which rows are streamed, and in which order. There are no pages: all of them come. */
export type StreamInput<Table extends PgTable> = Pick<ListInput<Table>, 'filter' | 'sort' | 'search'>

/** Which row an upsert changes in place of inserting one. */
export interface UpsertOptions<Table extends PgTable> {
  /** The columns that make two rows the same. They need a unique index. */
  readonly on: readonly ColumnName<Table>[]
}

/** Of a change to a row that has a version. */
export interface VersionOption {
  /** The version the row must have, or it is not changed: `PreconditionFailed`. Default: any. */
  readonly version?: number
}
