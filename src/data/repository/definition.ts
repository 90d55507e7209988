import type { AccessRule } from '../../core/access/index.ts'
import type { Model, ModelColumn } from '../model/model.ts'
import type { Scope } from '../rows/condition.ts'
import type { RelationsOf } from '../rows/relation.ts'
import type { CompiledStatement } from '../statements/compile.ts'
import { checkRule } from './check-rules.ts'
import type { Journal } from './changes.ts'
import { StatementCache } from '../statements/statement-cache.ts'
import { ownedColumns, type OwnedColumn } from './owned-columns.ts'
import type { FieldAccess } from './field-access.ts'
import type { RowSession } from './row-session.ts'
import { selectionOf, type Selection } from './selection.ts'

/** What can be done to rows. */
export type Action = 'read' | 'list' | 'create' | 'update' | 'delete' | 'purge'

/** Who may do what to which rows. What has no rule, nobody may. */
export type RowAccess = { readonly [A in Action]?: AccessRule }

/** All about one table's rows that does not depend on who asks: worked out once. */
export interface Definition {
  readonly model: Model
  /** The same for code, which sees private columns too. */
  readonly everything: Model
  readonly access: RowAccess
  readonly relationsOf: RelationsOf
  /** What leaves the process. */
  readonly visible: Selection
  /** Everything, for code: first what leaves the process, in the same order, so that rows of this can be sent too. */
  readonly all: Selection
  /** The version's column, and its place among all columns that are read for an answer. */
  readonly version: { readonly column: ModelColumn; readonly index: number } | undefined
  /** Columns that rules compare with a value of the caller: the server fills them. */
  readonly owned: readonly OwnedColumn[]
  readonly statements: StatementCache<CompiledStatement>
  /** Of a resource below another: the rows below what the asker may read of that, wherever they are asked for. */
  readonly above: ((session: RowSession) => Scope) | undefined
  /** Who may read and write single columns, where not everybody may who has the row. */
  readonly fields: FieldAccess | undefined
  /** Keeps what changes; none where there is no audit trail. */
  readonly journal: Journal | undefined
}

interface DefinitionParts {
  readonly model: Model
  readonly access: RowAccess
  readonly relationsOf: RelationsOf
  readonly journal?: Journal | undefined
  readonly above?: Definition['above']
  readonly fields?: FieldAccess | undefined
}

export function definitionOf({ model, access, relationsOf, journal, above, fields }: DefinitionParts): Definition {
  const rules = Object.values(access).filter((rule) => rule !== undefined)
  for (const rule of rules) checkRule(rule, { table: model.table, relationsOf })
  const version = model.life.version === undefined ? undefined : model.byKey.get(model.life.version)
  const index = version === undefined ? -1 : model.visible.indexOf(version)
  // A private version is read beside what is sent.
  const besides = version !== undefined && index < 0 ? [version] : []
  return {
    model,
    everything: { ...model, visible: model.columns },
    access,
    relationsOf,
    visible: selectionOf(model.visible, { besides }),
    version: version && { column: version, index: index < 0 ? model.visible.length : index },
    all: selectionOf(allColumns(model, besides)),
    owned: ownedColumns(model, access),
    statements: new StatementCache(),
    journal,
    above,
    fields,
  }
}

function allColumns({ columns, visible }: Model, besides: readonly ModelColumn[]): readonly ModelColumn[] {
  const first = [...visible, ...besides]
  return [...first, ...columns.filter((column) => !first.includes(column))]
}
