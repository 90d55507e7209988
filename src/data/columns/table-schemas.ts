import { getTableColumns, getTableName } from 'drizzle-orm'
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { named } from '../../schema/index.ts'
import { columnSchema } from './column-schema.ts'
import { rowField } from './row-field.ts'
import type {
  ChangesShape,
  ColumnName,
  NewRowShape,
  OnlyColumns,
  Refined,
  Refinements,
  ReplacementShape,
  RowShape,
  TableLike,
} from './table-types.ts'
import { withoutDefault } from './without-default.ts'

/** Which columns are sent, which are written, and by which rules. Columns go by their names in the code. */
export interface TableSchemaOptions<
  Table extends TableLike,
  Private extends ColumnName<Table> = ColumnName<Table>,
  ReadOnly extends ColumnName<Table> = ColumnName<Table>,
  WriteOnce extends ColumnName<Table> = ColumnName<Table>,
  Refine = Refined<Table>,
> {
  /** What one of its rows is called, in the singular and with a capital, such as `Task`: the components are `Task`, `NewTask`, `TaskChanges` and `TaskReplacement`. Default: no components. */
  readonly name?: string
  /** Columns that are never sent. They can be written, unless they are read-only too. */
  readonly private?: readonly Private[]
  /** Columns that callers never write. */
  readonly readOnly?: readonly ReadOnly[]
  /** Columns that callers write when a row is made, and never after. */
  readonly writeOnce?: readonly WriteOnce[]
  /**
   * Schemas in place of the columns' own: given, or made from the column's, as in `(schema) => schema.min(1)`. They check what is written.
   * What is read is not checked by them, only typed and documented, so that rows written before a rule stay readable. A default of theirs is for
   * new rows: it changes none.
   */
  readonly refine?: Refinements<Table, Refine>
}

/** The schemas of one table. */
export interface TableSchemas<
  Table extends TableLike,
  Private = never,
  ReadOnly = never,
  WriteOnce = never,
  Refine = {},
> {
  /** A row as it is sent: all but the private columns. */
  readonly row: z.ZodObject<RowShape<Table, Private, Refine>>
  /** What makes a row. A column that may be null or has a default may be absent. */
  readonly create: z.ZodObject<NewRowShape<Table, ReadOnly, Refine>>
  /** What changes a row (PATCH): each field may be absent, which is not null. No fields change nothing. */
  readonly update: z.ZodObject<ChangesShape<Table, ReadOnly | WriteOnce, Refine>>
  /** What a row is replaced with (PUT): required is what `create` requires. What is absent is to get its default, or null. */
  readonly replace: z.ZodObject<ReplacementShape<Table, ReadOnly | WriteOnce, Refine>>
}

/**
 * Makes the Zod schemas of a Drizzle table's rows, for what is sent and for what is received. Limits, formats and enums are those of the
 * columns. Fields that no column has are dropped, generated columns and identities are never received, primary keys never changed.
 *
 * Times of mode `string` are ISO 8601, of mode `date` a `Date`; `numeric` is a string of digits, and more of them than its scale are refused
 * rather than rounded.
 *
 * @example
 * const { row, create, update } = tableSchemas(tables.posts, {
 *   name: 'Post',
 *   readOnly: ['id'],
 *   refine: { title: (schema) => schema.min(1).max(200) },
 * })
 * const createPost = route.post('/posts', { access: anyone, body: create, response: row, uses: { blog } },
 *   ({ body, blog }) => blog.create(body.title))
 * @throws TypeError where a column of a custom type is received, or sent, and `refine` has no schema for it
 */
export function tableSchemas<
  Table extends TableLike,
  const Private extends ColumnName<Table> = never,
  const ReadOnly extends ColumnName<Table> = never,
  const WriteOnce extends ColumnName<Table> = never,
  Refine extends Refined<Table> = {},
>(
  table: Table,
  options: TableSchemaOptions<Table, Private, ReadOnly, WriteOnce, Refine> & OnlyColumns<Table, Refine> = {},
): TableSchemas<Table, Private, ReadOnly, WriteOnce, Refine> {
  const { name, private: hidden = [], readOnly = [], writeOnce = [] } = options
  const columns = fieldsOf(table as unknown as PgTable, options.refine ?? {})
  const sent = columns.filter(({ key }) => !has(hidden, key))
  const created = columns.filter(({ key, column }) => !isComputed(column) && !has(readOnly, key))
  const changed = created.filter(({ key, primary }) => !primary && !has(writeOnce, key))
  const schemas = {
    row: component(name, shapeOf(sent, sentField)),
    create: component(name && `New${name}`, shapeOf(created, newField)),
    update: component(name && `${name}Changes`, shapeOf(changed, changedField)),
    replace: component(name && `${name}Replacement`, shapeOf(changed, newField)),
  }
  // The shapes were made column by column, as their types say.
  return schemas as unknown as TableSchemas<Table, Private, ReadOnly, WriteOnce, Refine>
}

type Refinement = z.ZodType | ((schema: z.ZodType) => z.ZodType)

interface TableField {
  readonly key: string
  readonly column: PgColumn
  readonly primary: boolean
  readonly refined: z.ZodType | undefined
}

function fieldsOf(table: PgTable, refine: Readonly<Record<string, Refinement | undefined>>): TableField[] {
  const columns: Readonly<Record<string, PgColumn>> = getTableColumns(table)
  const keys = new Set(getTableConfig(table).primaryKeys.flatMap((key) => key.columns.map(({ name }) => name)))
  return Object.entries(columns).map(([key, column]) => ({
    key,
    column,
    primary: column.primary || keys.has(column.name),
    refined: refinedSchema(column, refine[key]),
  }))
}

function refinedSchema(column: PgColumn, refinement: Refinement | undefined): z.ZodType | undefined {
  if (typeof refinement !== 'function') return refinement
  return refinement(columnSchema(column) ?? z.unknown())
}

function has(names: readonly string[], name: string): boolean {
  return names.includes(name)
}

function isComputed({ generated, generatedIdentity }: PgColumn): boolean {
  return generated !== undefined || generatedIdentity?.type === 'always'
}

function shapeOf(fields: readonly TableField[], make: (field: TableField) => z.ZodType): Record<string, z.ZodType> {
  return Object.fromEntries(fields.map((field) => [field.key, make(field)]))
}

function component(name: string | undefined, shape: Record<string, z.ZodType>): z.ZodObject {
  const schema = z.object(shape)
  return name === undefined || name === '' ? schema : named(name, schema)
}

function sentField({ key, column, refined }: TableField): z.ZodType {
  if (refined === undefined && columnSchema(column) === undefined) throw unknownType(key, column)
  const field = rowField(column, refined)
  return isNullable(column) ? field.nullable() : field
}

function writtenField({ key, column, refined }: TableField): z.ZodType {
  const field = refined ?? columnSchema(column)
  if (field === undefined) throw unknownType(key, column)
  return isNullable(column) ? field.nullable() : field
}

function newField(field: TableField): z.ZodType {
  const schema = writtenField(field)
  return isNullable(field.column) || field.column.hasDefault ? schema.optional() : schema
}

function changedField(field: TableField): z.ZodType {
  return withoutDefault(writtenField(field)).optional()
}

/** Drizzle's types say that a `bigserial` of mode `bigint` is not null, which its values forget. */
function isNullable(column: PgColumn): boolean {
  return !column.notNull && column.columnType !== 'PgBigSerial64'
}

function unknownType(key: string, column: PgColumn): TypeError {
  const table = getTableName(column.table)
  return new TypeError(
    `The column "${key}" of "${table}" has the custom type ${column.getSQLType()}, whose values only you know. ` +
      `Say what they are, refine: { ${key}: z.string() }, or leave the column out: private: ['${key}'], readOnly: ['${key}'].`,
  )
}
