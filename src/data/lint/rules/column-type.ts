import { as, strings, type NodeOf } from '../ast.ts'
import { columnType, rebuildsIndex, rewrites, typeOfColumn, type ColumnType } from '../column-type.ts'
import { columnText } from '../column-text.ts'
import { inBatches, recipe } from '../recipe.ts'
import { alterations, type Alteration, type Rule, type Scene } from '../rule.ts'

export const columnTypeRewrite: Rule = {
  id: 'column-type-rewrite',
  severity: 'error',
  title: 'ALTER COLUMN ... TYPE that writes the table again',
  why: "The whole table and its indexes are written again under ACCESS EXCLUSIVE: every read and write waits. Not so for a longer varchar, varchar to text, a wider numeric of the same scale, more digits of a time, cidr to inet, and between timestamp and timestamptz after SET LOCAL timezone = 'UTC' if the column has no index.",
  example: 'ALTER TABLE posts ALTER COLUMN views TYPE bigint;',
  *check(scene) {
    for (const alteration of alterations(scene, 'AT_AlterColumnType')) {
      const work = workOf(scene, alteration)
      if (work === undefined) continue
      const { key, command, location } = alteration
      const column = scene.name(command.name)
      const isKnown = scene.known.tables.get(key)?.columns.has(command.name ?? '') === true
      const was = isKnown ? '' : ', whose type now is not known here,'
      yield {
        message: `The new type of ${column}${was} ${work} under ACCESS EXCLUSIVE: every read and write waits.`,
        recipe: columnBeside(scene, alteration),
        location,
      }
    }
  },
}

/** What the server has to do for the new type, if anything. */
function workOf(scene: Scene, { key, table, command }: Alteration): string | undefined {
  const column = as('ColumnDef', command.def)
  const to = typeOfColumn(column)
  if (column === undefined || to === undefined) return undefined
  const known = scene.known.tables.get(key)
  const from = known?.columns.get(command.name ?? '')
  if (from === undefined || !isPlain(column, command.name, to) || rewrites(from, to, scene.utc))
    return `writes ${table} again`
  const indexed = known?.indexed.has(command.name ?? '') === true
  return indexed && rebuildsIndex(from, to) ? 'builds its indexes again' : undefined
}

/** A second column of the new type, which takes the place of the first. */
function columnBeside(scene: Scene, { table, command }: Alteration): string {
  const name = scene.name(command.name)
  const next = scene.name(`${command.name}_new`)
  const { type } = columnText(scene.statement, as('ColumnDef', command.def)!)
  const [, bare = type, using = `${name}::${bare}`] = /^([\s\S]*?)\s+USING\s+([\s\S]*)$/i.exec(type) ?? []
  return recipe(
    `-- From here on the app writes both columns.\nALTER TABLE ${table} ADD COLUMN ${next} ${bare};`,
    inBatches(table, `UPDATE ${table} SET ${next} = ${using}`, ` AND ${next} IS NULL`),
    `-- When no running app reads or writes the old one.\nALTER TABLE ${table} DROP COLUMN ${name};`,
  )
}

/** Without USING, or with one that is the column itself, cast at most. */
function isPlain({ raw_default: using }: NodeOf<'ColumnDef'>, name: string | undefined, to: ColumnType): boolean {
  const cast = as('TypeCast', using)
  const sameType = cast === undefined || JSON.stringify(columnType(cast.typeName)) === JSON.stringify(to)
  const column = strings(as('ColumnRef', cast?.arg ?? using)?.fields)
  return using === undefined || (sameType && column.length === 1 && column[0] === name)
}
