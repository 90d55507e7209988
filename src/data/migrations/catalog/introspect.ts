import type { ClientBase, QueryResultRow } from 'pg'
import {
  idOf,
  type Catalog,
  type CatalogFunction,
  type CatalogObject,
  type Column,
  type Constraint,
  type ConstraintKind,
  type EnumType,
  type Index,
  type Sequence,
  type Table,
  type TablePart,
  type View,
} from './catalog.ts'
import {
  COLUMNS,
  CONSTRAINTS,
  ENUMS,
  FUNCTIONS,
  INDEXES,
  POLICIES,
  SCHEMAS,
  SEQUENCES,
  TABLES,
  TRIGGERS,
  VIEWS,
} from './queries.ts'

type OfTable<T> = T & { readonly table: string }
type Row<T> = Omit<T, 'id'>

interface ColumnRow extends Pick<Column, 'name' | 'sql' | 'type' | 'notNull' | 'serial'> {
  readonly expression: string | null
  readonly generated: '' | 's' | 'v'
  readonly identity: '' | 'a' | 'd'
  readonly options: string | null
  readonly sequence: string | null
}

interface ConstraintRow extends Omit<Constraint, 'kind' | 'references'> {
  readonly type: 'p' | 'u' | 'f' | 'c'
  readonly referencedName: string | null
  readonly referencedSchema: string | null
}

type TableRow = Row<Pick<Table, 'schema' | 'name' | 'sql' | 'rowSecurity' | 'forcesRowSecurity'>> & {
  readonly oid: string
}

/** Reads what a database consists of. The search path has to be `public`: names of that schema are then printed without it. */
export async function introspect(client: ClientBase, unmanaged: ReadonlySet<string> = new Set()): Promise<Catalog> {
  const read = async <T extends QueryResultRow>(sql: string): Promise<readonly T[]> => (await client.query<T>(sql)).rows
  const managed = async <T extends CatalogObject>(sql: string): Promise<readonly T[]> =>
    (await read<Row<T> & QueryResultRow>(sql)).map(withId<T>).filter(({ id }) => !unmanaged.has(id))
  const tables = await readTables(read)
  return {
    schemas: (await managed<CatalogObject>(SCHEMAS)).map((schema) => ({ ...schema, id: schema.name })),
    enums: await managed<EnumType>(ENUMS),
    sequences: await managed<Sequence>(SEQUENCES),
    tables: tables.filter(({ id }) => !unmanaged.has(id)).map((table) => withoutParts(table, unmanaged)),
    views: await managed<View>(VIEWS),
    functions: await managed<CatalogFunction>(FUNCTIONS),
  }
}

/** The same of a database that others use: as it is at one moment, and nothing of the connection is changed. */
export async function snapshot(client: ClientBase, unmanaged?: ReadonlySet<string>): Promise<Catalog> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = public')
  try {
    return await introspect(client, unmanaged)
  } finally {
    await client.query('ROLLBACK')
  }
}

function withId<T extends CatalogObject>(row: Row<T>): T {
  // The row has everything of T but the id.
  return { ...row, id: idOf(row.schema, row.name) } as T
}

/** An index or constraint is named by its table and itself: `posts.posts_title_idx`. */
function withoutParts(table: Table, unmanaged: ReadonlySet<string>): Table {
  const isManaged = ({ name }: { readonly name: string }): boolean => !unmanaged.has(`${table.id}.${name}`)
  return {
    ...table,
    columns: table.columns.filter(isManaged),
    constraints: table.constraints.filter(isManaged),
    indexes: table.indexes.filter(isManaged),
    policies: table.policies.filter(isManaged),
    triggers: table.triggers.filter(isManaged),
  }
}

type Read = <T extends QueryResultRow>(sql: string) => Promise<readonly T[]>

async function readTables(read: Read): Promise<readonly Table[]> {
  const rows = await read<TableRow>(TABLES)
  const columns = byTable(await read<OfTable<ColumnRow>>(COLUMNS))
  const constraints = byTable(await read<OfTable<ConstraintRow>>(CONSTRAINTS))
  const indexes = byTable(await read<OfTable<Index>>(INDEXES))
  const policies = byTable(await read<OfTable<TablePart>>(POLICIES))
  const triggers = byTable(await read<OfTable<TablePart>>(TRIGGERS))
  return rows.map(({ oid, ...table }) => ({
    ...withId<CatalogObject & typeof table>(table),
    columns: columns(oid).map(columnOf),
    constraints: constraints(oid).map(constraintOf),
    indexes: indexes(oid).map(indexOf),
    policies: policies(oid).map(partOf),
    triggers: triggers(oid).map(partOf),
  }))
}

function byTable<T extends { readonly table: string }>(rows: readonly T[]): (table: string) => readonly T[] {
  const groups = Map.groupBy(rows, ({ table }) => table)
  return (table) => groups.get(table) ?? []
}

function partOf({ name, sql, definition }: TablePart): TablePart {
  return { name, sql, definition }
}

function columnOf(row: ColumnRow): Column {
  const { name, sql, type, notNull, serial, expression, generated, identity, options, sequence } = row
  const isGenerated = generated !== ''
  return {
    name,
    sql,
    type,
    notNull,
    serial,
    sequence: sequence ?? undefined,
    default: serial || isGenerated || expression === null ? undefined : expression,
    generated: isGenerated
      ? { expression: expression ?? '', kind: generated === 's' ? 'STORED' : 'VIRTUAL' }
      : undefined,
    identity: identity === '' ? undefined : `${identity === 'a' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY (${options})`,
    fills: expression !== null || identity !== '',
  }
}

const KINDS: Readonly<Record<ConstraintRow['type'], ConstraintKind>> = {
  p: 'primary key',
  u: 'unique',
  f: 'foreign key',
  c: 'check',
}

function constraintOf(row: ConstraintRow): Constraint {
  const { name, sql, type, validated, columns, referencedName, referencedSchema, referencedColumns } = row
  return {
    name,
    sql,
    kind: KINDS[type],
    definition: row.definition.replace(/ NOT VALID$/, ''),
    validated,
    columns,
    references:
      referencedName === null || referencedSchema === null ? undefined : idOf(referencedSchema, referencedName),
    referencedColumns,
  }
}

function indexOf({ name, sql, unique, valid, definition, columns }: Index): Index {
  const head = `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${sql} ON `
  return { name, sql, unique, valid, columns, definition: definition.slice(head.length).replace(' USING btree ', ' ') }
}
