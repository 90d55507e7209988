export { adviseIndexes } from './advice/advise.ts'
export type { AdviseInput } from './advice/advise.ts'
export type { IndexAdvice } from './advice/index-advice.ts'
export { declareIndexUses } from './advice/index-use.ts'
export type { IndexUse, IndexUseTerm } from './advice/index-use.ts'
export type { AuditEntry, HistoryQuery } from './audit/audit-entry.ts'
export type { AuditOptions } from './audit/audit-options.ts'
export { auditTrail } from './audit/audit-trail.ts'
export type { AuditAction } from './audit/audit-trail.ts'
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
export { uniqueAmongLiving } from './columns/unique-among-living.ts'
export { rateLimitCounters } from './counters/rate-limit-counters.ts'
export { database } from './database.ts'
export type { Database, DatabaseOptions, RunInTransactionOptions } from './database.ts'
export type { DatabaseDependency } from './database-dependency.ts'
export type { Drizzle, DrizzleSchema, Transaction } from './drizzle.ts'
export type { InstanceOptions } from './embedded/instance.ts'
export {
  CheckViolation,
  CommitOutcomeUnknown,
  DatabaseUnavailable,
  ExclusionViolation,
  ForeignKeyViolation,
  InvalidText,
  InvalidValue,
  NotNullViolation,
  RepeatedStatement,
  SerializationFailure,
  StatementTimeout,
  UniqueViolation,
} from './errors.ts'
export {
  IdempotencyAnswerTooLarge,
  IdempotencyInFlight,
  IdempotencyKeyInvalid,
  IdempotencyKeyRequired,
  IdempotencyKeyReused,
} from './idempotency/errors.ts'
export { idempotencyKeys } from './idempotency/idempotency-keys.ts'
export type { IdempotencyOptions } from './idempotency/options.ts'
export type { IncludeOptions, IncludedResource, Includes } from './include/include-options.ts'
export type { AppliedMigration, MigrationStatus } from './migrations/migration-plan.ts'
export type { Loader, LoaderKey } from './n-plus-one/batches.ts'
export { loader } from './n-plus-one/loader.ts'
export type { LoaderConfig, LoaderDependency } from './n-plus-one/loader.ts'
export type { RepeatedStatementsOptions } from './n-plus-one/repeated-statements.ts'
export type { PoolOptions } from './pool.ts'
export { CursorInvalid, QueryInvalid } from './query/errors.ts'
export type { Count, ListInput, ListQueryInput } from './query/list-input.ts'
export type { ListOptions, RelatedColumn, SortName, VisibleColumn } from './query/list-options.ts'
export type { Operator } from './query/operators.ts'
export { searchIndex } from './query/search.ts'
export type { SearchOptions } from './query/search.ts'
export type { FieldRule } from './repository/field-access.ts'
export { repository } from './repository/repository.ts'
export type { RepositoryDependency, RepositoryOptions, TableResource } from './repository/repository.ts'
export type {
  Changes,
  KeyArgument,
  New,
  Repository,
  StreamInput,
  UpsertOptions,
  VersionOption,
} from './repository/repository-types.ts'
export type { ActionRules, ResourceAccess } from './resource/access.ts'
export type { BulkOptions, ParentOptions, ResourceOptions } from './resource/options.ts'
export { resource } from './resource/resource.ts'
export type { ResourceRules, RulesContext } from './resource/rules.ts'
export type { KeyOf, Page, Resource, ResourceChildren, ResourceRow } from './resource/types.ts'
export { policyStatements } from './rls/row-security.ts'
export type { RowPolicies, RowSecurityOptions } from './rls/row-security-options.ts'
export type { Reader } from './scale/reader.ts'
export { defineSeed } from './seed/seed.ts'
export type { Seed } from './seed/seed.ts'
export type { RowsOf, SystemAccess, SystemResource } from './system/system-access.ts'
export { afterCommit } from './transactions/after-commit.ts'
export type { TransactionOptions } from './transactions/options.ts'
export { isoTime } from './wire-times.ts'
