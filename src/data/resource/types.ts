import type { PgTable } from 'drizzle-orm/pg-core'
import type { AccessRule, OwnedOf } from '../../core/access/index.ts'
import type {
  ErrorClass,
  Forbidden,
  NotFound,
  PreconditionFailed,
  PreconditionRequired,
} from '../../core/errors/index.ts'
import type { Operation } from '../../core/operation.ts'
import type { Router, RouterChildren } from '../../core/router.ts'
import type { InputOf, Schema } from '../../core/schema.ts'
import type {
  ChangesShape,
  ColumnName,
  ColumnsOf,
  NewRowShape,
  Refined,
  ReplacementShape,
  RowOf,
} from '../columns/table-types.ts'
import type { z } from 'zod'
import type { CheckViolation, ForeignKeyViolation, UniqueViolation } from '../errors.ts'
import type { IncludedRows } from '../include/included-rows.ts'
import type { AuditEntry, HistoryQuery } from '../audit/audit-entry.ts'
import type { CursorInvalid, QueryInvalid } from '../query/errors.ts'
import type { ListQueryInput } from '../query/list-input.ts'
import type { ActionRules } from './access.ts'
import type { ResourceOptions } from './options.ts'

export type Names<O, Name extends string> = O extends { readonly [K in Name]: readonly (infer Column)[] }
  ? Column
  : never

/** What the server writes by itself. */
export type StampName = 'createdAt' | 'updatedAt' | 'createdBy' | 'updatedBy' | 'deletedAt' | 'deletedBy' | 'version'

type OwnedIn<Access> = Access extends AccessRule ? OwnedOf<Access> : OwnedOf<Access[keyof Access]>
type ParentColumn<O> = O extends { readonly parent: { readonly column: infer Column } } ? Column : never
type ReadOnly<T extends PgTable, O extends ResourceOptions<T>> =
  | Names<O, 'readOnly'>
  | Exclude<(StampName & ColumnName<T>) | OwnedIn<O['access']> | ParentColumn<O>, Names<O, 'writable'>>

/** A row as a resource sends it: without its private columns, and with the relations that can be included. */
export type ResourceRow<T extends PgTable, O, R extends Refined<T>> = Guarded<
  RowOf<T, Names<O, 'private'>, R>,
  GuardedName<O>
> &
  IncludedRows<T, O>

/** Columns that not everybody may read who has the row. */
type GuardedName<O> = O extends { readonly fields: infer F }
  ? { [K in keyof F]: F[K] extends AccessRule | { readonly read: AccessRule } ? K : never }[keyof F]
  : never

/** A row in which some columns may be absent. */
type Guarded<Row, Name> = [Name] extends [never]
  ? Row
  : Omit<Row, Name & keyof Row> & Partial<Pick<Row, Name & keyof Row>>

/** One page of a list. */
export interface Page<Row> {
  readonly items: Row[]
  /** The cursor of the page after this one; null where this is the last. */
  readonly next: string | null
  /** The cursor of the page before this one; null where this is the first. */
  readonly previous: string | null
  /** How many rows there are on all pages, where `count` asks for it. */
  readonly total?: number
}

type RowQuery<T extends PgTable, List, Private extends string> = Pick<
  ListQueryInput<T, List, Private>,
  keyof ListQueryInput<T, List, Private> & ('fields' | 'include')
>
type ListOf<O> = O extends { readonly list: infer L } ? L : {}

type KeyName<T extends PgTable> = {
  [K in keyof ColumnsOf<T>]: ColumnsOf<T>[K]['_']['isPrimaryKey'] extends true ? K : never
}[keyof ColumnsOf<T>]

/** The primary key's values. A composite key is not told apart in a table's type: all columns may be given. */
export type KeyOf<T extends PgTable> = [KeyName<T>] extends [never]
  ? Partial<T['$inferSelect']>
  : Pick<T['$inferSelect'], KeyName<T> & keyof T['$inferSelect']>

type Row<T extends PgTable, O, R extends Refined<T>> = Schema<ResourceRow<T, O, R>>
type KeyInput<T extends PgTable, O> = { readonly params: Schema<KeyOf<T> & ParentKey<T, O>> }

/** The key of the parent in the path, for a resource below another. */
type ParentKey<T extends PgTable, O> = O extends { readonly parent: { readonly column: infer Column } }
  ? Pick<T['$inferSelect'], Column & keyof T['$inferSelect']>
  : unknown
type ParentInput<T extends PgTable, O> = O extends { readonly parent: object }
  ? { readonly params: Schema<ParentKey<T, O>> }
  : unknown

type Body<Shape extends z.core.$ZodLooseShape> = { readonly body: z.ZodObject<Shape> }
type IfMatch<O> = O extends { readonly version: true | 'required' }
  ? { readonly headers: Schema<{ readonly 'if-match'?: string | undefined }> }
  : unknown

interface Many<Row> {
  readonly items: Row[]
}
type ManyItems<Item> = { readonly body: Schema<{ readonly items: readonly Item[] }> }
type ManyBody<S extends z.ZodType> = ManyItems<z.input<S>>
type VersionItem<O> = O extends { readonly version: true | 'required' } ? { readonly version?: number } : unknown
type BulkName<O, Action extends string, Name> = O extends { readonly bulk: { readonly [A in Action]: true } }
  ? Name
  : never

type WriteErrors = typeof UniqueViolation | typeof ForeignKeyViolation | typeof CheckViolation
type ChangeErrors<O> =
  | typeof NotFound
  | typeof Forbidden
  | (O extends { readonly version: true | 'required' }
      ? typeof PreconditionFailed | typeof PreconditionRequired
      : never)

interface ResourceOperation<Inputs, R extends Schema | undefined, E extends ErrorClass> extends Operation<{
  readonly path: string
  readonly inputs: Inputs
  readonly uses: {}
  readonly response: R
  readonly errors: E
}> {
  /** Known by its type, so that operations beside these can answer with the same. */
  readonly response: R
}

/** The operations by what allows them. */
interface Operations<T extends PgTable, O extends ResourceOptions<T>, R extends Refined<T>> {
  readonly list: ResourceOperation<
    ParentInput<T, O> & {
      readonly query: Schema<ListQueryInput<T, ListOf<O>, Names<O, 'private'> & string> & DeletedQuery<O>>
    },
    Schema<Page<ResourceRow<T, O, R>>>,
    typeof QueryInvalid | typeof CursorInvalid | typeof Forbidden
  >
  readonly read: ResourceOperation<
    KeyInput<T, O> & { readonly query: Schema<RowQuery<T, ListOf<O>, Names<O, 'private'> & string>> },
    Row<T, O, R>,
    typeof NotFound | typeof QueryInvalid
  >
  readonly create: ResourceOperation<
    ParentInput<T, O> & Body<NewRowShape<T, ReadOnly<T, O>, R>>,
    Row<T, O, R>,
    WriteErrors
  >
  readonly update: ResourceOperation<
    KeyInput<T, O> & Body<ChangesShape<T, ReadOnly<T, O> | Names<O, 'writeOnce'>, R>> & IfMatch<O>,
    Row<T, O, R>,
    WriteErrors | ChangeErrors<O>
  >
  readonly replace: ResourceOperation<
    KeyInput<T, O> & Body<ReplacementShape<T, ReadOnly<T, O> | Names<O, 'writeOnce'>, R>> & IfMatch<O>,
    Row<T, O, R>,
    WriteErrors | ChangeErrors<O>
  >
  readonly createMany: ResourceOperation<
    ParentInput<T, O> & ManyBody<z.ZodObject<NewRowShape<T, ReadOnly<T, O>, R>>>,
    Schema<Many<ResourceRow<T, O, R>>>,
    WriteErrors
  >
  readonly updateMany: ResourceOperation<
    ParentInput<T, O> &
      ManyItems<
        KeyOf<T> & InputOf<z.ZodObject<ChangesShape<T, ReadOnly<T, O> | Names<O, 'writeOnce'>, R>>> & VersionItem<O>
      >,
    Schema<Many<ResourceRow<T, O, R>>>,
    WriteErrors | ChangeErrors<O>
  >
  readonly deleteMany: ResourceOperation<
    ParentInput<T, O> & ManyItems<KeyOf<T> & VersionItem<O>>,
    undefined,
    ChangeErrors<O> | typeof ForeignKeyViolation
  >
  readonly delete: ResourceOperation<
    KeyInput<T, O> & IfMatch<O>,
    undefined,
    ChangeErrors<O> | typeof ForeignKeyViolation
  >
  readonly restore: ResourceOperation<KeyInput<T, O>, Row<T, O, R>, WriteErrors | typeof NotFound>
  readonly purge: ResourceOperation<
    KeyInput<T, O> & IfMatch<O>,
    undefined,
    ChangeErrors<O> | typeof ForeignKeyViolation
  >
  readonly history: ResourceOperation<
    KeyInput<T, O> & { readonly query: Schema<HistoryQuery> },
    Schema<Page<AuditEntry>>,
    typeof QueryInvalid | typeof CursorInvalid
  >
}

type SoftlyDeleted = { readonly softDelete: true | string }

/** Where rows are deleted softly, by somebody. */
type DeletedQuery<O> = O extends SoftlyDeleted & { readonly access: infer Access }
  ? [Allowed<Access, 'delete', true>] extends [never]
    ? unknown
    : { readonly deleted?: boolean }
  : unknown

type Allowed<Access, Action extends keyof ActionRules, Name> = Access extends AccessRule
  ? Name
  : Named<Access, Action, Name>

/** What a rule for everything does not allow. */
type Named<Access, Action extends keyof ActionRules, Name> = Access extends { readonly [A in Action]: AccessRule }
  ? Name
  : never

type OperationName<O extends { readonly access: unknown }> =
  | Allowed<O['access'], 'read', 'list' | 'read'>
  | Allowed<O['access'], 'create', 'create' | BulkName<O, 'create', 'createMany'>>
  | Allowed<
      O['access'],
      'update',
      'update' | BulkName<O, 'update', 'updateMany'> | (O extends { readonly put: true } ? 'replace' : never)
    >
  | Allowed<
      O['access'],
      'delete',
      'delete' | BulkName<O, 'delete', 'deleteMany'> | (O extends SoftlyDeleted ? 'restore' : never)
    >
  | Named<O['access'], 'purge', 'purge'>
  | Named<O['access'], 'audit', 'history'>

/** The operations of a resource with these options: each that `access` has a rule for. */
export type ResourceChildren<T extends PgTable, O extends ResourceOptions<T>, R extends Refined<T>> = Pick<
  Operations<T, O, R>,
  OperationName<O>
>

/** A table as REST operations: a router like any other. */
export interface Resource<
  out Children = RouterChildren,
  out Row = unknown,
  out Table = unknown,
> extends Router<Children> {
  readonly '~row'?: Row
  readonly '~table'?: Table
  /** The same with these operations besides, or in the place of those of the same name. */
  with<const More extends RouterChildren>(operations: More): Resource<Omit<Children, keyof More> & More, Row, Table>
  /** The same without these operations. */
  without<const Name extends keyof Children>(...names: readonly Name[]): Resource<Omit<Children, Name>, Row, Table>
}
