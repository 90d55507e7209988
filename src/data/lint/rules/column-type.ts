import { as, strings, type NodeOf } from '../ast.ts'
import { columnType, rebuildsIndex, rewrites, typeOfColumn, type ColumnType } from '../column-type.ts'
import { columnText } from '../column-text.ts'
import { inBatches, recipe } from '../recipe.ts'
import { alterations, type Rule } from '../rule.ts'

export const columnTypeRewrite: Rule = {
  id: 'column-type-rewrite',
  severity: 'error',
  title: 'ALTER COLUMN ... TYPE that writes the table again',
  why: "The whole table and its indexes are written again under ACCESS EXCLUSIVE: every read and write waits. Not so for a longer varchar, varchar to text, a wider numeric of the same scale, more digits of a time, cidr to inet, and between timestamp and timestamptz after SET LOCAL timezone = 'UTC' if the column has no index.",
  example: 'ALTER TABLE posts ALTER COLUMN views TYPE bigint;',
  *check(scene) {
    for (const { key, table, command, location } of alterations(scene, 'AT_AlterColumnType')) {
      const column = as('ColumnDef', command.def)
      const to = typeOfColumn(column)
      if (column === undefined || to === undefined) continue
      const known = scene.known.tables.get(key)
      const from = known?.columns.get(command.name ?? '')
      const plain = isPlain(column, command.name, to)
      const written = !plain || rewrites(from, to, scene.utc)
      const indexed = from !== undefined && known?.indexed.has(command.name ?? '') === true && rebuildsIndex(from, to)
      if (!written && !indexed) continue
      const name = scene.name(command.name)
      const next = scene.name(`${command.name}_new`)
      const was = from === undefined ? ', whose type now is not known here,' : ''
      const { type } = columnText(scene.statement, column)
      const bare = type.replace(/\s+USING\b[\s\S]*$/i, '')
      yield {
        message: `The new type of ${name}${was} ${written ? `writes ${table} again` : 'builds its indexes again'} under ACCESS EXCLUSIVE: every read and write waits.`,
        recipe: recipe(
          `-- From here on the app writes both columns.\nALTER TABLE ${table} ADD COLUMN ${next} ${bare};`,
          inBatches(table, `UPDATE ${table} SET ${next} = ${name}::${bare}`, ` AND ${next} IS NULL`),
          `-- When no running app reads or writes the old one.\nALTER TABLE ${table} DROP COLUMN ${name};`,
        ),
        location,
      }
    }
  },
}

/** Without USING, or with one that is the column itself, cast at most. */
function isPlain({ raw_default: using }: NodeOf<'ColumnDef'>, name: string | undefined, to: ColumnType): boolean {
  const cast = as('TypeCast', using)
  const sameType = cast === undefined || JSON.stringify(columnType(cast.typeName)) === JSON.stringify(to)
  const column = strings(as('ColumnRef', cast?.arg ?? using)?.fields)
  return using === undefined || (sameType && column.length === 1 && column[0] === name)
}
