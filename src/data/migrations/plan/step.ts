import type { Column, Constraint } from '../catalog/catalog.ts'

/**
 * The files of one migration, in the order in which they run:
 * - `values`: of enums. A new value can be used only after the transaction that added it.
 * - `main`: what is done at once.
 * - `index`: one statement for each file, without a transaction, so that writes go on.
 * - `attach`: what needs those indexes.
 * - `backfill`: values for the rows that are there.
 * - `validate`: what reads whole tables without stopping writes.
 * - `drop`: indexes that nothing needs any more, like `index`.
 */
export const STAGES = ['values', 'main', 'index', 'attach', 'backfill', 'validate', 'drop'] as const
export type Stage = (typeof STAGES)[number]

/** The order of statements within a file. */
export const ORDER = {
  takeDown: 0,
  dropForeignKey: 1,
  dropConstraint: 2,
  dropIndex: 3,
  rename: 4,
  schema: 5,
  type: 6,
  sequence: 7,
  table: 8,
  column: 9,
  dropColumn: 10,
  dropTable: 11,
  dropType: 12,
  constraint: 13,
  index: 14,
  foreignKey: 15,
  code: 16,
  view: 17,
  security: 18,
  dropSchema: 19,
} as const

/** One statement, and where it stands. */
export interface Step {
  readonly stage: Stage
  readonly order: number
  readonly sql: string
  /** Whether it needs a lock that the running app may hold. */
  readonly waits?: boolean
  /** What a file of its own is named after. */
  readonly label?: string
}

export interface PlanContext {
  /** Whether rows may be there and others may be writing. Of tables made in the same migration neither is so. */
  isLive(table: { readonly id: string }): boolean
  /** Whether a foreign key needs a unique key that comes to be in the stage `attach` or `index`, and so cannot be made before. */
  isLate(foreignKey: Constraint): boolean
  /** The expression that converts a column's values, where PostgreSQL has no cast of its own for it. */
  using(table: { readonly id: string }, column: Column): string | undefined
  /** The value for rows that are there. */
  backfill(table: { readonly id: string }, column: Column): string | undefined
}
