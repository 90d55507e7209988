/** What every object of the catalog has. */
export interface CatalogObject {
  readonly schema: string
  /** As PostgreSQL stores it. */
  readonly name: string
  /** As people write it: `users`, `blog.posts`. Tells the objects of one kind apart. */
  readonly id: string
  /** As SQL takes it, quoted where it has to be. */
  readonly sql: string
}

export interface Column {
  readonly name: string
  readonly sql: string
  /** As `format_type` gives it, with a collation of its own. */
  readonly type: string
  readonly notNull: boolean
  /** Of a serial column the default is not said: it is the sequence's. */
  readonly default: string | undefined
  readonly serial: boolean
  /** The sequence that it owns, as SQL. */
  readonly sequence: string | undefined
  readonly generated: { readonly expression: string; readonly kind: 'STORED' | 'VIRTUAL' } | undefined
  /** `ALWAYS AS IDENTITY (...)`, as it follows GENERATED. */
  readonly identity: string | undefined
  /** Whether the rows that are there get a value by themselves when it is added. */
  readonly fills: boolean
}

export type ConstraintKind = 'primary key' | 'unique' | 'foreign key' | 'check'

export interface Constraint {
  readonly name: string
  readonly sql: string
  readonly kind: ConstraintKind
  /** As `pg_get_constraintdef` gives it, without NOT VALID. */
  readonly definition: string
  readonly validated: boolean
  readonly columns: readonly string[]
  /** The id of the table that a foreign key points to. */
  readonly references: string | undefined
  /** The columns of that table. */
  readonly referencedColumns: readonly string[]
}

export interface Index {
  readonly name: string
  readonly sql: string
  readonly unique: boolean
  /** False where a concurrent build of it has failed. */
  readonly valid: boolean
  /** What follows ON: two indexes with the same are the same but for their names. */
  readonly definition: string
  /** The columns of the table that it reads, those of expressions too. */
  readonly columns: readonly string[]
}

/** A policy or trigger of a table. */
export interface TablePart {
  readonly name: string
  readonly sql: string
  /** The statement that makes it. */
  readonly definition: string
}

export interface Table extends CatalogObject {
  readonly columns: readonly Column[]
  readonly constraints: readonly Constraint[]
  readonly indexes: readonly Index[]
  readonly policies: readonly TablePart[]
  readonly triggers: readonly TablePart[]
  readonly rowSecurity: boolean
  readonly forcesRowSecurity: boolean
}

export interface EnumType extends CatalogObject {
  readonly values: readonly string[]
}

export interface Sequence extends CatalogObject {
  /** The options, as CREATE SEQUENCE takes them. */
  readonly definition: string
}

export interface View extends CatalogObject {
  readonly materialized: boolean
  /** What follows the name: options, AS and the query. */
  readonly definition: string
  /** The ids of the tables and views it reads. */
  readonly reads: readonly string[]
}

export interface CatalogFunction extends CatalogObject {
  /** The statement that makes it. */
  readonly definition: string
}

/** What a database consists of, as its own catalog describes it. */
export interface Catalog {
  /** Without `public`. */
  readonly schemas: readonly CatalogObject[]
  readonly enums: readonly EnumType[]
  readonly sequences: readonly Sequence[]
  readonly tables: readonly Table[]
  /** In an order in which they can be made. */
  readonly views: readonly View[]
  /** Those of the schema `ashlar`. */
  readonly functions: readonly CatalogFunction[]
}

/** `public` is where names without a schema are. */
export function idOf(schema: string, name: string): string {
  return schema === 'public' ? name : `${schema}.${name}`
}
