import { all, as, objectKeys, strings, tableKey, within, type Node, type NodeOf } from './ast.ts'
import { hasConstraint, storedType, typeOfColumn, type ColumnType } from './column-type.ts'

/** A CHECK of a table: validated or not, and which columns it shows to have no NULL (`undefined`: its text is not known). */
interface KnownCheck {
  readonly valid: boolean
  readonly notNull: readonly string[] | undefined
}

export interface KnownTable {
  readonly columns: Map<string, ColumnType>
  readonly checks: Map<string, KnownCheck>
  /** The columns that an index has, or had. */
  readonly indexed: Set<string>
  /** `undefined` where nothing said how it is made. */
  partitioned: boolean | undefined
}

/** What the statements so far say about the database. Only what the rules ask for. */
export interface Known {
  readonly tables: Map<string, KnownTable>
  /** Of each index, its table. */
  readonly indexes: Map<string, string>
  readonly types: Set<string>
}

export function nothingKnown(): Known {
  return { tables: new Map(), indexes: new Map(), types: new Set() }
}

/** The table as it is known, from now on. */
export function tableOf(known: Known, key: string): KnownTable {
  const table = known.tables.get(key) ?? {
    columns: new Map(),
    checks: new Map(),
    indexed: new Set(),
    partitioned: undefined,
  }
  known.tables.set(key, table)
  return table
}

export function learn(known: Known, node: Node): void {
  learnTable(known, as('CreateStmt', node))
  learnIndex(known, as('IndexStmt', node))
  const type = as('CreateEnumStmt', node)
  if (type !== undefined) known.types.add(strings(type.typeName).join('.'))
  const altered = as('AlterTableStmt', node)
  for (const command of all('AlterTableCmd', altered?.cmds))
    learnChange(tableOf(known, tableKey(altered?.relation)), command)
  learnName(known, as('RenameStmt', node))
  const dropped = as('DropStmt', node)
  if (dropped?.removeType === 'OBJECT_TABLE') for (const key of objectKeys(dropped.objects)) known.tables.delete(key)
}

function learnIndex(known: Known, index: NodeOf<'IndexStmt'> | undefined): void {
  if (index === undefined) return
  const key = tableKey(index.relation)
  if (index.idxname !== undefined) known.indexes.set(index.idxname, key)
  const { indexed } = tableOf(known, key)
  for (const { name } of all('IndexElem', index.indexParams)) if (name !== undefined) indexed.add(name)
  for (const { fields } of within('ColumnRef', index.indexParams)) for (const name of strings(fields)) indexed.add(name)
}

function learnTable(known: Known, made: NodeOf<'CreateStmt'> | undefined): void {
  if (made === undefined) return
  const table = tableOf(known, tableKey(made.relation))
  table.partitioned = made.partspec !== undefined
  for (const column of all('ColumnDef', made.tableElts)) learnColumn(table, column)
  for (const constraint of all('Constraint', made.tableElts)) learnConstraint(table, constraint)
}

function learnChange(table: KnownTable, { subtype, name = '', def }: NodeOf<'AlterTableCmd'>): void {
  const check = table.checks.get(name)
  if (subtype === 'AT_AddColumn' || subtype === 'AT_AlterColumnType') learnColumn(table, as('ColumnDef', def), name)
  if (subtype === 'AT_DropColumn') table.columns.delete(name)
  if (subtype === 'AT_AddConstraint') learnConstraint(table, as('Constraint', def))
  if (subtype === 'AT_DropConstraint') table.checks.delete(name)
  if (subtype === 'AT_ValidateConstraint') table.checks.set(name, { notNull: check?.notNull, valid: true })
}

function learnColumn(table: KnownTable, column: NodeOf<'ColumnDef'> | undefined, name = ''): void {
  const type = typeOfColumn(column)
  if (hasConstraint(column, 'CONSTR_PRIMARY', 'CONSTR_UNIQUE')) table.indexed.add(column?.colname ?? name)
  if (type !== undefined) table.columns.set(column?.colname ?? name, storedType(type))
}

function learnConstraint(table: KnownTable, constraint: NodeOf<'Constraint'> | undefined): void {
  for (const name of strings(constraint?.keys)) table.indexed.add(name)
  if (constraint?.contype !== 'CONSTR_CHECK' && constraint?.contype !== 'CONSTR_FOREIGN') return
  const notNull = constraint.contype === 'CONSTR_CHECK' ? notNullIn(constraint.raw_expr) : []
  table.checks.set(constraint.conname ?? '', { notNull, valid: constraint.skip_validation !== true })
}

/** The columns of which an expression says that they are not NULL, by itself or with AND, as PostgreSQL's own proof takes it. */
function notNullIn(expression: Node | undefined): string[] {
  const both = as('BoolExpr', expression)
  if (both?.boolop === 'AND_EXPR') return (both.args ?? []).flatMap(notNullIn)
  const test = as('NullTest', expression)
  return test?.nulltesttype === 'IS_NOT_NULL' ? strings(as('ColumnRef', test.arg)?.fields) : []
}

function learnName(known: Known, renamed: NodeOf<'RenameStmt'> | undefined): void {
  if (renamed === undefined) return
  const key = tableKey(renamed.relation)
  const table = known.tables.get(key)
  const { renameType, subname = '', newname = '' } = renamed
  if (renameType === 'OBJECT_TABLE' && table !== undefined) {
    known.tables.delete(key)
    known.tables.set(tableKey({ ...renamed.relation, relname: newname }), table)
  }
  const type = table?.columns.get(subname)
  if (renameType === 'OBJECT_COLUMN' && table !== undefined && type !== undefined) {
    table.columns.delete(subname)
    table.columns.set(newname, type)
  }
}

/** The tables that a statement makes: nobody else sees them before it is committed. */
export function createdBy(node: Node): string[] {
  const made = as('CreateStmt', node)?.relation ?? as('CreateTableAsStmt', node)?.into?.rel
  const selected = as('SelectStmt', node)?.intoClause?.rel
  return [made, selected].flatMap((table) => (table === undefined ? [] : tableKey(table)))
}

/** Whether the session's time zone is UTC after this statement, where it says anything about it. */
export function setsUtc(node: Node): boolean | undefined {
  const set = as('VariableSetStmt', node)
  if (set?.name?.toLowerCase() !== 'timezone') return undefined
  return all('A_Const', set.args).some(({ sval }) => sval?.sval?.toUpperCase() === 'UTC')
}
