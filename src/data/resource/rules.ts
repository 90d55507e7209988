/* eslint-disable typescript/no-generated-empty-object-type -- a row's type is known where a table is named */
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Principal } from '../../core/access/index.ts'
import type { MaybePromise } from '../../core/maybe-promise.ts'
import type { Logger } from '../../core/request.ts'
import type { Transaction } from '../drizzle.ts'

/** What a hook can reach besides the row. */
export interface RulesContext {
  readonly user: Principal | undefined
  /** The transaction of the operation: what is done in it is saved with the row, or not at all. */
  readonly tx: Transaction
  readonly log: Logger
  readonly signal: AbortSignal
}

/**
 * Business rules around a resource's changes. Each hook runs in the operation's transaction; an error it throws undoes everything and is the
 * answer. What a `before` hook returns is written in the place of what was sent; the answer is the row as it was written, so that what is to be
 * seen in it belongs into a `before` hook.
 */
export interface ResourceRules<Table extends PgTable> {
  readonly beforeCreate?: (
    values: Table['$inferInsert'],
    context: RulesContext,
  ) => MaybePromise<Table['$inferInsert'] | void>
  readonly afterCreate?: (row: Table['$inferSelect'], context: RulesContext) => MaybePromise<void>
  readonly beforeUpdate?: (
    changes: Partial<Table['$inferInsert']>,
    row: Table['$inferSelect'],
    context: RulesContext,
  ) => MaybePromise<Partial<Table['$inferInsert']> | void>
  readonly afterUpdate?: (
    row: Table['$inferSelect'],
    before: Table['$inferSelect'],
    context: RulesContext,
  ) => MaybePromise<void>
  readonly beforeDelete?: (row: Table['$inferSelect'], context: RulesContext) => MaybePromise<void>
  readonly afterDelete?: (row: Table['$inferSelect'], context: RulesContext) => MaybePromise<void>
}
