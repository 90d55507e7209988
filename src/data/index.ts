export { authorship, id, softDeletion, timestamps, version } from './columns/life-columns.ts'
export { tableSchemas } from './columns/table-schemas.ts'
export type { TableSchemaOptions, TableSchemas } from './columns/table-schemas.ts'
export type {
  ChangesOf,
  ColumnName,
  ColumnSchema,
  NewRowOf,
  Refined,
  Refinements,
  RowOf,
  TableLike,
} from './columns/table-types.ts'
export { database } from './database.ts'
export type { Database, DatabaseOptions } from './database.ts'
export type { Drizzle, DrizzleSchema, Transaction } from './drizzle.ts'
export type { InstanceOptions } from './embedded/instance.ts'
export {
  CheckViolation,
  CommitOutcomeUnknown,
  DatabaseUnavailable,
  ExclusionViolation,
  ForeignKeyViolation,
  InvalidText,
  NotNullViolation,
  RepeatedStatement,
  SerializationFailure,
  StatementTimeout,
  UniqueViolation,
} from './errors.ts'
export type { AppliedMigration, MigrationStatus } from './migrations/migration-plan.ts'
export type { Loader, LoaderKey } from './n-plus-one/batches.ts'
export { loader } from './n-plus-one/loader.ts'
export type { LoaderConfig } from './n-plus-one/loader.ts'
export type { RepeatedStatementsOptions } from './n-plus-one/repeated-statements.ts'
export type { StatementObserver } from './observe/statement-observer.ts'
export type { PoolOptions } from './pool.ts'
export { defineSeed } from './seed/seed.ts'
export type { Seed } from './seed/seed.ts'
export { afterCommit } from './transactions/after-commit.ts'
export type { TransactionOptions } from './transactions/options.ts'
export { isoTime } from './wire-times.ts'
