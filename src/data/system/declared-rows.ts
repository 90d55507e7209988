import type { PgTable } from 'drizzle-orm/pg-core'
import type { Definition } from '../repository/definition.ts'
import type { RowPolicies } from '../rls/row-security-options.ts'

/** A table's rows as a resource or a repository declares them. */
export interface DeclaredRows {
  readonly definition: Definition
  /** What one row is called, for messages. */
  readonly name: string
  readonly database: object
  /** Whether its rules are policies of the database too. */
  readonly rls?: boolean | RowPolicies | undefined
  /** Of a repository: how rows are sorted where the code does not say. */
  readonly defaultSort?: readonly string[]
}

const byDeclaration = new WeakMap<object, DeclaredRows>()
const byDatabase = new WeakMap<object, DeclaredRows[]>()

/** Remembers what declares rows of a database. `declaration` is what an app holds in its hands: a dependency. */
export function declareRows(rows: DeclaredRows, declaration?: object): void {
  if (declaration !== undefined) byDeclaration.set(declaration, rows)
  const all = byDatabase.get(rows.database) ?? []
  all.push(rows)
  byDatabase.set(rows.database, all)
}

export function rowsDeclaredBy(declaration: object): DeclaredRows | undefined {
  return byDeclaration.get(declaration)
}

/** Every declaration of this table's rows, in the order in which they were made. */
export function rowsDeclaredOf(database: object, table: PgTable): readonly DeclaredRows[] {
  return declaredRowsIn(database).filter(({ definition }) => definition.model.table === table)
}

/** The column by which rows of a table are deleted softly, where anything of this database declares so. */
export function deletionIn(database: object): (table: PgTable) => string | undefined {
  return (table) => {
    for (const { definition } of rowsDeclaredOf(database, table)) {
      const { deletedAt } = definition.model.life
      if (deletedAt !== undefined) return deletedAt
    }
    return undefined
  }
}

export function declaredRowsIn(database: object): readonly DeclaredRows[] {
  return byDatabase.get(database) ?? []
}
