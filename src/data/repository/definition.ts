import type { AccessRule } from '../../core/access/index.ts'
import type { RowCondition } from '../../core/access/index.ts'
import type { Model, ModelColumn } from '../model/model.ts'
import type { RelationsOf } from '../rows/relation.ts'
import type { CompiledStatement } from '../statements/compile.ts'
import { checkAlternatives } from './check-rules.ts'
import type { Journal } from './changes.ts'
import { StatementCache } from '../statements/statement-cache.ts'
import { selectionOf, type Selection } from './selection.ts'

/** What can be done to rows. */
export type Action = 'read' | 'create' | 'update' | 'delete' | 'purge'

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
  /** Keeps what changes; none where there is no audit trail. */
  readonly journal: Journal | undefined
}

export interface OwnedColumn {
  readonly column: ModelColumn
  readonly value: (user: never) => unknown
}

export interface DefinitionParts {
  readonly model: Model
  readonly access: RowAccess
  readonly relationsOf: RelationsOf
  readonly journal?: Journal | undefined
}

export function definitionOf({ model, access, relationsOf, journal }: DefinitionParts): Definition {
  const rules = Object.values(access).filter((rule) => rule !== undefined)
  rules.forEach(checkAlternatives)
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
    owned: ownedColumns(model, rules),
    statements: new StatementCache(),
    journal,
  }
}

function allColumns({ columns, visible }: Model, besides: readonly ModelColumn[]): readonly ModelColumn[] {
  const first = [...visible, ...besides]
  return [...first, ...columns.filter((column) => !first.includes(column))]
}

function ownedColumns({ byKey, name }: Model, rules: readonly AccessRule[]): OwnedColumn[] {
  const owned = new Map<string, OwnedColumn>()
  for (const condition of rules.flatMap(columnConditions)) {
    const column = byKey.get(condition.column)
    if (column === undefined) {
      throw new TypeError(
        `A row rule names the column "${condition.column}", which the table "${name}" does not have. It has ${[...byKey.keys()].join(', ')}.`,
      )
    }
    if (!owned.has(column.key)) owned.set(column.key, { column, value: condition.value })
  }
  return [...owned.values()]
}

type ColumnCondition = Extract<RowCondition, { type: 'column' }>

function columnConditions({ node }: AccessRule): ColumnCondition[] {
  if ('rules' in node) return node.rules.flatMap(columnConditions)
  return node.type === 'rows' && node.condition.type === 'column' ? [node.condition] : []
}
