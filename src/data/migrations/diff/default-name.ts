import type { Constraint, ConstraintKind, Table } from '../catalog/catalog.ts'

/**
 * Whether two constraints that are the same but for their names have only the names that nobody chose: PostgreSQL's of one that SQL did not name, and
 * Drizzle's of one that the code did not name. That is no difference.
 */
export function areDefaultNames(table: Pick<Table, 'name'>, from: Constraint, to: Constraint): boolean {
  const base = [table.name, ...columnsIn(from)].join('_')
  const names: Readonly<Record<ConstraintKind, readonly [string, RegExp] | undefined>> = {
    'primary key': [`${table.name}_pkey`, /^_pk$/],
    unique: [`${base}_key`, /^_unique$/],
    // The table and the columns that it names stand between.
    'foreign key': [`${base}_fkey`, /^_.+_fk$/],
    check: undefined,
  }
  const [ofPostgres, endOfDrizzle] = names[from.kind] ?? []
  return from.name === ofPostgres && to.name.startsWith(base) && endOfDrizzle!.test(to.name.slice(base.length))
}

/** In the order of the key, which is not that of the table. */
function columnsIn({ definition }: Constraint): readonly string[] {
  const [, columns = ''] = /\(([^)]*)\)/.exec(definition) ?? []
  return columns.split(', ').map((column) => column.replaceAll('"', ''))
}
