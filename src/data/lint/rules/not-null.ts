import { as, strings } from '../ast.ts'
import type { KnownTable } from '../known.ts'
import { recipe } from '../recipe.ts'
import { alterations, type Rule, type Scene } from '../rule.ts'

export const setNotNull: Rule = {
  id: 'set-not-null',
  severity: 'error',
  title: 'SET NOT NULL without a validated CHECK before it',
  why: 'All rows are read under ACCESS EXCLUSIVE: every read and write waits until that is done. With a validated CHECK (column IS NOT NULL) PostgreSQL has the proof and reads nothing.',
  example: 'ALTER TABLE posts ALTER COLUMN title SET NOT NULL;',
  *check(scene) {
    for (const { key, table, command, location } of alterations(scene, 'AT_SetNotNull', 'AT_AddConstraint')) {
      const constraint = as('Constraint', command.def)
      if (constraint !== undefined && (constraint.contype !== 'CONSTR_NOTNULL' || constraint.skip_validation === true))
        continue
      const column = command.name ?? strings(constraint?.keys)[0] ?? ''
      if (isProven(scene.known.tables.get(key), column)) continue
      yield {
        message: `All rows of ${table} are read under ACCESS EXCLUSIVE to see that ${scene.name(column)} has no NULL: every read and write waits.`,
        recipe: recipe(...notNullSteps(scene, table, column)),
        location,
      }
    }
  },
}

/** A CHECK of which only the VALIDATE is known gets the benefit of the doubt: nobody validates one right before SET NOT NULL for another reason. */
function isProven(table: KnownTable | undefined, column: string): boolean {
  return [...(table?.checks.values() ?? [])].some(({ valid, notNull }) => valid && (notNull?.includes(column) ?? true))
}

/** The migrations that make a column NOT NULL while the table is in use. */
export function notNullSteps({ name }: Scene, table: string, columnName: string): string[] {
  const column = name(columnName)
  const check = name(`${table.replaceAll('"', '').split('.').at(-1)}_${columnName}_not_null`)
  return [
    `ALTER TABLE ${table} ADD CONSTRAINT ${check} CHECK (${column} IS NOT NULL) NOT VALID;`,
    `ALTER TABLE ${table} VALIDATE CONSTRAINT ${check};`,
    `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL;\nALTER TABLE ${table} DROP CONSTRAINT ${check};`,
  ]
}
