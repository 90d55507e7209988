import { as, type NodeOf } from '../ast.ts'
import { hasConstraint } from '../column-type.ts'
import { columnText } from '../column-text.ts'
import { inBatches, recipe } from '../recipe.ts'
import { alterations, type Alteration, type Rule, type Scene } from '../rule.ts'
import { hasValue, perRow } from '../column-value.ts'
import { notNullSteps } from './not-null.ts'

interface AddedColumn extends Alteration {
  readonly column: NodeOf<'ColumnDef'>
}

/** The columns that a statement adds to tables in use. */
function* addedColumns(scene: Scene): Generator<AddedColumn> {
  for (const alteration of alterations(scene, 'AT_AddColumn')) {
    const column = as('ColumnDef', alteration.command.def)
    if (column !== undefined) yield { ...alteration, column }
  }
}

const addColumnVolatileDefault: Rule = {
  id: 'add-column-volatile-default',
  severity: 'error',
  title: 'ADD COLUMN whose value differs from row to row',
  why: 'The whole table is written again under ACCESS EXCLUSIVE: every read and write waits until that is done. A constant, or now(), is stored once in the catalogue and writes no row. gen_random_uuid(), a sequence, an identity or a stored generated column is computed for each row.',
  example: 'ALTER TABLE posts ADD COLUMN token uuid DEFAULT gen_random_uuid() NOT NULL;',
  *check(scene) {
    for (const added of addedColumns(scene)) {
      const source = perRow(added.column)
      if (source === undefined) continue
      const { table, location } = added
      const column = scene.name(added.column.colname)
      yield {
        message: `ADD COLUMN ${column} takes a value for each row (${source}), so ${table} is written again under ACCESS EXCLUSIVE: every read and write waits.`,
        recipe: filledLater(scene, added),
        location,
      }
    }
  },
}

function filledLater(scene: Scene, { column, table }: AddedColumn): string {
  const { type, value, whole } = columnText(scene.statement, column)
  if (hasConstraint(column, 'CONSTR_GENERATED')) {
    const computed = whole.replace(/\s+STORED\b/i, ' VIRTUAL')
    return `-- PostgreSQL 18 or newer: computed when it is read.\nALTER TABLE ${table} ADD COLUMN ${computed};`
  }
  const name = scene.name(column.colname)
  const bare = (text: string): string => text.replaceAll('"', '')
  const sequence = scene.name(`${bare(table).replace('.', '_')}_${column.colname}_seq`)
  const expression = value ?? `nextval('${sequence}')`
  const made = value === undefined ? `CREATE SEQUENCE ${sequence};\n` : ''
  const owned = value === undefined ? `\nALTER SEQUENCE ${sequence} OWNED BY ${table}.${name};` : ''
  const plain = value === undefined ? 'bigint' : type
  const notNull = value === undefined || hasConstraint(column, 'CONSTR_NOTNULL', 'CONSTR_PRIMARY')
  return recipe(
    `${made}ALTER TABLE ${table} ADD COLUMN ${name} ${plain};\nALTER TABLE ${table} ALTER COLUMN ${name} SET DEFAULT ${expression};${owned}`,
    inBatches(table, `UPDATE ${table} SET ${name} = ${expression}`, ` AND ${name} IS NULL`),
    ...(notNull ? notNullSteps(scene, table, column.colname ?? '') : []),
  )
}

const addColumnNotNull: Rule = {
  id: 'add-column-not-null',
  severity: 'error',
  title: 'ADD COLUMN ... NOT NULL without a default',
  why: 'The rows that are there would have NULL, so it fails on any table that is not empty. A constant default makes it an entry in the catalogue.',
  example: 'ALTER TABLE posts ADD COLUMN title text NOT NULL;',
  *check(scene) {
    for (const { column, table, location } of addedColumns(scene)) {
      if (!hasConstraint(column, 'CONSTR_NOTNULL', 'CONSTR_PRIMARY') || hasValue(column)) continue
      const name = scene.name(column.colname)
      const { type } = columnText(scene.statement, column)
      yield {
        message: `ADD COLUMN ${name} NOT NULL without a default fails if ${table} has a row. If one value will do for all, add it with a constant DEFAULT.`,
        recipe: recipe(
          `ALTER TABLE ${table} ADD COLUMN ${name} ${type};`,
          inBatches(
            table,
            `-- What the rows have that are there.\n    UPDATE ${table} SET ${name} = '?'`,
            ` AND ${name} IS NULL`,
          ),
          ...notNullSteps(scene, table, column.colname ?? ''),
        ),
        location,
      }
    }
  },
}

export const addColumnRules: readonly Rule[] = [addColumnVolatileDefault, addColumnNotNull]
