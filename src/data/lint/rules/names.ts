import { as, objectKeys, tableKey, type NodeOf } from '../ast.ts'
import { typeName } from '../column-type.ts'
import { alterations, type Rule, type Scene } from '../rule.ts'
import { inBatches, recipe } from '../recipe.ts'

const dropStillRead: Rule = {
  id: 'drop-still-read',
  severity: 'error',
  title: 'DROP of a table or column that the app still declares',
  why: 'The lock is short, but from then on every statement of the app that names it fails. Deploy an app without it first, and drop it when no other version runs.',
  example: 'ALTER TABLE posts DROP COLUMN title;',
  *check(scene) {
    const { context } = scene
    for (const table of droppedTables(scene)) if (isRead(scene, table)) yield ofRead(scene, table)
    for (const column of droppedColumns(scene))
      if (context.readColumns?.has(column) === true) yield ofRead(scene, column)
  },
}

function ofRead({ statement }: Scene, what: string): { message: string; recipe: string } {
  return {
    message: `The app still declares ${what}: from here on its statements that name it fail.`,
    recipe: `-- First deploy an app whose tables do not declare ${what}.\n${statement.text};`,
  }
}

function droppedTables({ statement, context }: Scene): string[] {
  const drop = as('DropStmt', statement.node)
  const keys = objectKeys(drop?.objects)
  if (drop?.removeType === 'OBJECT_TABLE' || drop?.removeType === 'OBJECT_VIEW') return keys
  if (drop?.removeType !== 'OBJECT_SCHEMA') return []
  const read = [...(context.readColumns ?? [])].map((column) => column.slice(0, column.lastIndexOf('.')))
  return [...new Set(read)].filter((table) => keys.includes(table.includes('.') ? table.split('.')[0]! : 'public'))
}

/** Of new tables too: what reads them fails as well. */
function droppedColumns(scene: Scene): string[] {
  const changes = [...alterations({ ...scene, isNew: () => false }, 'AT_DropColumn')]
  return changes.map(({ key, command }) => `${key}.${command.name}`)
}

function isRead({ context }: Scene, table: string): boolean {
  return [...(context.readColumns ?? [])].some((column) => column.slice(0, column.lastIndexOf('.')) === table)
}

interface Rename {
  /** The table's name as SQL, before. */
  readonly table: string
  /** `table` or `table.column`, before. */
  readonly key: string
  /** The name of a column, as it becomes. */
  readonly column?: { readonly table: string; readonly from: string; readonly to: string }
  /** The table's name as SQL, after. */
  readonly newTable: string
}

/** The renaming of a table or column that is in use, or its move to another schema. */
function renameIn(scene: Scene): Rename | undefined {
  const moved = as('AlterObjectSchemaStmt', scene.statement.node)
  if (moved !== undefined) return ofTable(scene, moved.objectType, moved, moved.newschema)
  const renamed = as('RenameStmt', scene.statement.node)
  if (renamed === undefined || scene.isNew(tableKey(renamed.relation))) return undefined
  if (renamed.renameType === 'OBJECT_COLUMN' && renamed.relationType === 'OBJECT_TABLE') return ofColumn(scene, renamed)
  return ofTable(scene, renamed.renameType, renamed, renamed.relation?.schemaname)
}

function ofTable(
  { name, isNew }: Scene,
  kind: NodeOf<'RenameStmt'>['renameType'],
  { relation, newname }: Pick<NodeOf<'RenameStmt'>, 'relation' | 'newname'>,
  schema: string | undefined,
): Rename | undefined {
  const key = tableKey(relation)
  if ((kind !== 'OBJECT_TABLE' && kind !== 'OBJECT_VIEW') || isNew(key)) return undefined
  return {
    key,
    table: name(relation?.schemaname, relation?.relname),
    newTable: name(schema, newname ?? relation?.relname),
  }
}

function ofColumn({ name }: Scene, { relation, subname: from = '', newname: to = '' }: NodeOf<'RenameStmt'>): Rename {
  const table = name(relation?.schemaname, relation?.relname)
  const key = tableKey(relation)
  return { table, key: `${key}.${from}`, newTable: table, column: { table: key, from, to } }
}

function isRenamedRead(scene: Scene, { key, column }: Rename): boolean {
  return column === undefined ? isRead(scene, key) : scene.context.readColumns?.has(key) === true
}

const renameStillRead: Rule = {
  id: 'rename-still-read',
  severity: 'error',
  title: 'RENAME or SET SCHEMA of a table or column that the app still declares',
  why: 'From then on every statement of the app that uses the old name fails. The app that runs must know both names, or there must be both.',
  example: 'ALTER TABLE posts RENAME COLUMN title TO headline;',
  *check(scene) {
    const rename = renameIn(scene)
    if (rename === undefined || !isRenamedRead(scene, rename)) return
    yield {
      message: `The app still declares ${rename.key}: from here on its statements that use the old name fail.`,
      recipe: bothNames(scene, rename),
    }
  },
}

const renameInUse: Rule = {
  id: 'rename-in-use',
  severity: 'warning',
  title: 'RENAME or SET SCHEMA of a table or column',
  why: 'The version of the app that runs while this is applied knows the old name only, and its statements fail until the new version has taken over everywhere.',
  example: 'ALTER TABLE drafts RENAME TO articles;',
  *check(scene) {
    const rename = renameIn(scene)
    if (rename === undefined || isRenamedRead(scene, rename)) return
    yield {
      message: `The app that runs while ${rename.key} is renamed knows the old name only: its statements fail until it is replaced.`,
      recipe: bothNames(scene, rename),
    }
  },
}

/** A column beside the old one, or a view by the table's old name, which takes writes too. */
function bothNames({ statement, name, known }: Scene, { table, newTable, column, key }: Rename): string {
  if (column === undefined) {
    return `-- The view takes reads and writes of the old name. Drop it when nobody uses that.\n${allowedRename(statement.text)}\nCREATE VIEW ${table} AS SELECT * FROM ${newTable};`
  }
  const [from, to] = [name(column.from), name(column.to)]
  const type = known.tables.get(column.table)?.columns.get(column.from)
  return recipe(
    `-- Of the type of ${key}. From here on the app writes both columns.\nALTER TABLE ${table} ADD COLUMN ${to} ${type === undefined ? 'text' : typeName(type)};`,
    inBatches(table, `UPDATE ${table} SET ${to} = ${from}`, ` AND ${to} IS NULL`),
    `-- When no running app reads or writes the old one.\nALTER TABLE ${table} DROP COLUMN ${from};`,
  )
}

function allowedRename(text: string): string {
  return `-- ashlar: allow rename-in-use the view below has the old name\n-- ashlar: allow rename-still-read the view below has the old name\n${text};`
}

export const nameRules: readonly Rule[] = [dropStillRead, renameStillRead, renameInUse]
