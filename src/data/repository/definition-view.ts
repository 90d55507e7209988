import type { Definition } from './definition.ts'
import { selectionOf } from './selection.ts'
import { StatementCache } from '../statements/statement-cache.ts'
import type { Asker } from './row-session.ts'

const NONE: ReadonlySet<string> = new Set()

/** The columns that the asker may not read. */
export function hiddenFrom({ fields }: Pick<Definition, 'fields'>, asker: Pick<Asker, 'scopeOf'>): ReadonlySet<string> {
  return fields === undefined ? NONE : fields.hiddenFrom(asker)
}

/** By definition and by the set of hidden columns, of which equal ones are the same. */
const views = new WeakMap<Definition, Map<ReadonlySet<string>, Definition>>()

/**
 * The definition as it is for those from whom these columns are hidden: as if they were private, but for what is read for the code's own use,
 * and for the trail. Worked out once for each set.
 */
export function withoutHidden(definition: Definition, hidden: ReadonlySet<string>): Definition {
  if (hidden.size === 0) return definition
  const known = views.get(definition) ?? new Map<ReadonlySet<string>, Definition>()
  views.set(definition, known)
  const found = known.get(hidden) ?? viewOf(definition, hidden)
  known.set(hidden, found)
  return found
}

function viewOf(definition: Definition, hidden: ReadonlySet<string>): Definition {
  const { model, version, everything } = definition
  const isOpen = ({ key }: { readonly key: string }): boolean => !hidden.has(key)
  return {
    ...definition,
    model: { ...model, visible: model.visible.filter(isOpen) },
    everything: { ...everything, visible: everything.visible.filter(isOpen) },
    visible: selectionOf(model.visible, {
      besides: version !== undefined && !model.visible.includes(version.column) ? [version.column] : [],
      hidden,
    }),
    statements: new StatementCache(),
  }
}
