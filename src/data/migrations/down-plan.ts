import { as, tableKey, strings, type Node } from '../lint/ast.ts'
import { loadParser } from '../lint/parser.ts'
import type { Change } from './diff/change.ts'
import type { MigrationFile } from './migration-files.ts'
import { isWidening } from './review/widening.ts'

/** Statements whose effect the catalog shows, so that comparing catalogs takes them back. */
const SHOWN: ReadonlySet<string> = new Set([
  'CreateStmt',
  'AlterTableStmt',
  'IndexStmt',
  'CreateEnumStmt',
  'AlterEnumStmt',
  'CreateSeqStmt',
  'AlterSeqStmt',
  'CreateSchemaStmt',
  'ViewStmt',
  'CreateTableAsStmt',
  'CreatePolicyStmt',
  'AlterPolicyStmt',
  'RenameStmt',
  'DropStmt',
  'CommentStmt',
  'VariableSetStmt',
])

/** What a file does that nobody can work out how to undo, as its first words. */
export async function unknownStatementsIn({ sql }: MigrationFile): Promise<readonly string[]> {
  const parser = await loadParser()
  return parser
    .parse(sql)
    .statements.filter(({ node }) => !isShown(node))
    .map(({ text }) => firstLine(text))
}

const MAX_SHOWN = 60

function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0]!
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}...` : line
}

function isShown(node: Node): boolean {
  const [kind = ''] = Object.keys(node)
  if (kind === 'CreateFunctionStmt') return strings(as('CreateFunctionStmt', node)?.funcname)[0] === 'ashlar'
  if (kind === 'CreateTrigStmt') return strings(as('CreateTrigStmt', node)?.funcname)[0] === 'ashlar'
  return SHOWN.has(kind) || fillsNulls(node) || setsSequence(node)
}

/** `UPDATE t SET a = ... WHERE a IS NULL`: the values may stay, nothing that was there has changed. */
function fillsNulls(node: Node): boolean {
  const update = as('UpdateStmt', node)
  const test = as('NullTest', update?.whereClause)
  const [target, ...others] = update?.targetList ?? []
  const column = strings(as('ColumnRef', test?.arg)?.fields).at(-1)
  return test?.nulltesttype === 'IS_NULL' && others.length === 0 && as('ResTarget', target)?.name === column
}

function setsSequence(node: Node): boolean {
  const [target, ...others] = as('SelectStmt', node)?.targetList ?? []
  const call = as('FuncCall', as('ResTarget', target)?.val)
  return others.length === 0 && strings(call?.funcname).at(-1) === 'setval'
}

/** The renames of a file, from the new name back to the old one. */
export async function renamesBack({ sql }: MigrationFile): Promise<Readonly<Record<string, string>>> {
  const parser = await loadParser()
  const back: Record<string, string> = {}
  const tables = new Map<string, string>()
  for (const { node } of parser.parse(sql).statements) {
    const value = as('AlterEnumStmt', node)
    if (value?.oldVal !== undefined && value.newVal !== undefined) {
      const type = strings(value.typeName)
        .filter((part) => part !== 'public')
        .join('.')
      back[`${type}.${value.newVal}`] = `${type}.${value.oldVal}`
    }
    const renamed = as('RenameStmt', node)
    if (renamed === undefined) continue
    const { renameType, newname = '', subname = '' } = renamed
    if (renameType === 'OBJECT_TYPE') {
      const old = strings(as('List', renamed.object)?.items)
        .filter((part) => part !== 'public')
        .join('.')
      back[siblingOf(old, newname)] = old
    }
    if (renamed.relation === undefined) continue
    const table = tableKey(renamed.relation)
    if (renameType === 'OBJECT_TABLE') {
      back[siblingOf(table, newname)] = table
      tables.set(siblingOf(table, newname), table)
    }
    // The table has its old name back when its columns are looked at.
    const before = tables.get(table) ?? table
    if (renameType === 'OBJECT_COLUMN') back[`${before}.${newname}`] = `${before}.${subname}`
  }
  return back
}

function siblingOf(id: string, name: string): string {
  return id.includes('.') ? `${id.slice(0, id.indexOf('.') + 1)}${name}` : name
}

/** Why a change cannot be taken back, where that is so. */
export function refusalOf(change: Change): string | undefined {
  switch (change.kind) {
    case 'create table':
      return `it dropped the table ${change.table.id}, whose rows are gone`
    case 'add column':
      return change.column.generated === undefined
        ? `it dropped the column ${change.table.id}.${change.column.name}, whose values are gone`
        : undefined
    case 'change type':
      return isWidening(change.column.type, change.from.type)
        ? undefined
        : `it converted the column ${change.table.id}.${change.column.name} from ${change.column.type} to ${change.from.type}, and what the values were is not known`
    case 'replace generated':
      return change.column.generated === undefined
        ? `it replaced the values of the column ${change.table.id}.${change.column.name} by generated ones`
        : undefined
    case 'add enum values':
      return `it took values away from the enum ${change.from.id}`
    default:
      return undefined
  }
}

/** A query that gives a row where taking a change back would lose data, and what it would lose. */
export interface LossTest {
  readonly table: string
  readonly sql: string
  readonly what: string
}

export function lossTestOf(change: Change): LossTest | undefined {
  switch (change.kind) {
    case 'drop table':
      return {
        table: change.table.sql,
        sql: `SELECT FROM ${change.table.sql} LIMIT 1`,
        what: `the rows of the table ${change.table.id}`,
      }
    case 'drop column': {
      const { table, column } = change
      if (column.generated !== undefined) return undefined
      const without = column.default === undefined ? 'IS NOT NULL' : `IS DISTINCT FROM (${column.default})`
      return {
        table: table.sql,
        sql: `SELECT FROM ${table.sql} WHERE ${column.sql} ${without} LIMIT 1`,
        what: `the values of the column ${table.id}.${column.name}`,
      }
    }
    case 'change type':
    case 'replace generated': {
      const { table, column, from } = change
      if (change.kind === 'replace generated' && from.generated !== undefined) return undefined
      return {
        table: table.sql,
        sql: `SELECT FROM ${table.sql} WHERE ${column.sql} IS NOT NULL LIMIT 1`,
        what: `what values of the column ${table.id}.${column.name} ${column.type} cannot hold`,
      }
    }
    default:
      return undefined
  }
}
