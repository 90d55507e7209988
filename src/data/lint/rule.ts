import { all, as, tableKey, type NodeOf } from './ast.ts'
import type { LintContext, LintRule } from './finding.ts'
import type { Known } from './known.ts'
import type { Statement } from './statement.ts'

/** A rule with the code that looks for what it forbids. */
export interface Rule extends LintRule {
  readonly check: (scene: Scene) => Iterable<Problem>
}

export interface Problem {
  readonly message: string
  readonly recipe: string
  /** Where in the statement; its start if it is left out. */
  readonly location?: number | undefined
}

/** A statement, and what is so when it runs. */
export interface Scene {
  readonly statement: Statement
  readonly context: LintContext
  /** The statements of the file, of which this is one. */
  readonly statements: readonly Statement[]
  /** Its place among them. */
  readonly index: number
  readonly known: Known
  /** The types made by migrations before this one. */
  readonly typesBefore: ReadonlySet<string>
  /** Whether the session's time zone is known to be UTC. */
  readonly utc: boolean
  /** Whether a table is new: nobody uses it yet, so nobody waits for it. */
  readonly isNew: (table: string) => boolean
  /** A name as SQL, its parts in quotes where they need them. */
  readonly name: (...parts: readonly (string | undefined)[]) => string
}

/** One change of an ALTER TABLE. */
export interface Alteration {
  readonly key: string
  /** The table's name as SQL. */
  readonly table: string
  readonly command: NodeOf<'AlterTableCmd'>
  readonly location: number | undefined
}

/** The changes that a statement makes to tables which are in use. */
export function* alterations(
  { statement, isNew, name }: Scene,
  ...kinds: readonly NonNullable<NodeOf<'AlterTableCmd'>['subtype']>[]
): Generator<Alteration> {
  const altered = as('AlterTableStmt', statement.node)
  if (altered?.objtype !== 'OBJECT_TABLE' || isNew(tableKey(altered.relation))) return
  const table = name(altered.relation?.schemaname, altered.relation?.relname)
  for (const command of all('AlterTableCmd', altered.cmds)) {
    if (command.subtype === undefined || !kinds.includes(command.subtype)) continue
    const location = as('ColumnDef', command.def)?.location ?? as('Constraint', command.def)?.location
    yield { key: tableKey(altered.relation), table, command, location }
  }
}
