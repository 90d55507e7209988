import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccessRule } from '../../core/access/index.ts'
import type { Dependency } from '../../core/dependency.ts'
import type { OperationPolicy } from '../../core/policy/policy.ts'
import type { RouterOptions } from '../../core/router.ts'
import type { AuditOptions } from '../audit/audit-options.ts'
import type { ColumnName, Refined, Refinements } from '../columns/table-types.ts'
import type { Database } from '../database.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import type { FieldRule } from '../repository/field-access.ts'
import type { IncludedResource, Includes } from '../include/include-options.ts'
import type { RowPolicies } from '../rls/row-security-options.ts'
import type { ListOptions } from '../query/list-options.ts'
import type { ResourceAccess } from './access.ts'
import type { ResourceRules } from './rules.ts'

/** Operations on many rows at once: all of them are changed, or none. */
export interface BulkOptions {
  /** `POST /bulk` */
  readonly create?: boolean
  /** `PATCH /bulk`, each item with its key. */
  readonly update?: boolean
  /** `POST /bulk/delete`, each item a key. */
  readonly delete?: boolean
  /** Rows of one call at most. Default 100. */
  readonly max?: number
}

/** The resource below which another one is. */
export interface ParentOptions {
  // A resource's operations do not matter here.
  readonly of: IncludedResource
  /** The column that holds the parent's key, and the path parameter's name. */
  readonly column: string
}

/** What a table is as a resource. Columns go by their keys in the Drizzle table. */
export interface ResourceOptions<Table extends PgTable> extends RouterOptionsOfResource {
  // The database's own schema does not matter here.
  readonly database: Database<DrizzleSchema> | Database
  readonly access: ResourceAccess
  /** What one row is called, in the singular and with a capital: `Task`. Default: made of the table's name. */
  readonly name?: string
  /** Default: `/` and the table's name, with dashes. */
  readonly path?: string
  /**
   * Puts it below another resource: `/posts/:postId/comments`. Its rows are those of that parent, which the caller must be able to read; what is
   * created belongs to it.
   */
  readonly parent?: ParentOptions & { readonly column: ColumnName<Table> }
  /** Columns that never leave the process, in no answer, filter, sort or search. They can be written, unless they are read-only too. */
  readonly private?: readonly ColumnName<Table>[]
  /**
   * Columns that not every caller has who has the row, with who may read and who may write them. Without `read` the row comes without the column, which can
   * be neither filtered nor sorted nor searched by (400); who sends it without `write` is refused (403). Rules are about the caller: roles, permissions,
   * scopes. One rule is for both; `write` is by default what `read` is.
   */
  readonly fields?: { readonly [K in ColumnName<Table>]?: AccessRule | FieldRule }
  /** Columns that callers never write. What the server writes is among them anyway: stamps, version, and what rules compare with the caller. */
  readonly readOnly?: readonly ColumnName<Table>[]
  /** Columns that callers write on creation and never after. */
  readonly writeOnce?: readonly ColumnName<Table>[]
  /** Columns that callers write although the server would fill them: the rules are then asked about what was written. */
  readonly writable?: readonly ColumnName<Table>[]
  /** What callers can ask of the list. Default: pages, by the primary key. */
  readonly list?: ListOptions<Table> & { readonly include?: Includes }
  /**
   * `true`: the rules about rows are policies of the server too, which `ashlar migrate make` writes. Needs `database({ rls: true })`. Where a rule cannot
   * be one: its policy by hand, `{ read: sql`...` }`. Default `false`.
   */
  readonly rls?: boolean | RowPolicies
  /** Business rules around create, update and delete. */
  readonly rules?: Dependency<ResourceRules<Table>>
  /** Operations on many rows at once. Default: none. */
  readonly bulk?: BulkOptions
  /**
   * `true`: a repeated `create`, or operation on many rows, with the same `Idempotency-Key` has the effect of one; `'required'`: it is refused without a key.
   * Needs `idempotencyKeys` in the database's schema. Default `false`.
   */
  readonly idempotent?: boolean | 'required'
  /**
   * Keeps answers of list and read: `cache({ ttlSeconds: 60 })` of `ashlar/cache`. They are dropped by whatever changes a table they are made of through
   * this database: resources, repositories and Drizzle's own statements. Default: they are not kept.
   */
  readonly cache?: OperationPolicy<'cache'>
  /** `true`: PUT replaces a row. Default `false`. */
  readonly put?: boolean
  /** `true`: deleted rows stay, with the time in `deletedAt`, or in the column named here. Default `false`. */
  readonly softDelete?: boolean | ColumnName<Table>
  /**
   * `true`: rows have a version, in the column `version`, which answers carry as `ETag`. `If-Match` then guards a change against another's in
   * between (412). `'required'`: a change without it is refused (428). Default `false`.
   */
  readonly version?: boolean | 'required'
  /**
   * `true`: who changed what is kept in the table `auditTrail`, in the transaction of each change. `access.audit` says who may read it. Default
   * `false`.
   */
  readonly audit?: boolean | AuditOptions<Table>
}

type RouterOptionsOfResource = Pick<RouterOptions, 'tags' | 'deprecated' | 'middleware' | 'hidden' | 'errors' | 'uses'>

/** Makes a misspelt option a type error, and a sentence. */
export type KnownOptions<Options> = {
  readonly [
    K in Exclude<keyof Options & string, keyof ResourceOptions<PgTable> | 'refine'>
  ]: `resource() has no option "${K}".`
}

/** The options with how refinements are written. */
export type WithRefinements<Table extends PgTable, Refine extends Refined<Table>> = {
  /** Schemas in place of the columns' own, or made from them: `{ title: (schema) => schema.min(1) }`. They check what is written. */
  readonly refine?: Refinements<Table, Refine>
}
