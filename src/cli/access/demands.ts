import type { AccessRule } from '../../core/access/index.ts'
import type { OperationDescription } from '../../core/description.ts'
import type { App } from '../../app/app.ts'
import { rowOperationOf, rulesBesides } from '../../data/resource/row-operations.ts'
import { CommandError } from '../command-error.ts'

/** One rule that an operation's callers must satisfy, and where it comes from. */
export interface Demand {
  readonly from: 'router' | 'operation' | 'dependency' | 'read' | 'parent'
  readonly rule: AccessRule
}

/** All that must hold for one operation: what is asked before it runs, and what its statements have as conditions. */
export function demandsOf({ placed, access }: OperationDescription): readonly Demand[] {
  const own = placed.access.length - 1
  const before = access.rules.map((rule, index): Demand => ({
    from: index < own ? 'router' : index === own ? 'operation' : 'dependency',
    rule: inWords(rule),
  }))
  const row = rowOperationOf(placed.operation)
  if (row === undefined) return before
  const { read, parent } = rulesBesides(row)
  return [
    ...before,
    ...(read === undefined ? [] : [{ from: 'read', rule: read } as const]),
    ...parent.map((rule) => ({ from: 'parent', rule }) as const),
  ]
}

/** What it demands, where it asks for more than that. */
export function inWords(rule: AccessRule): AccessRule {
  return 'words' in rule.node && rule.node.words !== undefined ? { ...rule, node: rule.node.words } : rule
}

/** The operations of an app and of those mounted in it. */
export function operationsOf(app: App, prefix = ''): readonly PlacedDescription[] {
  const own = app.operations.map((description) => ({ description, app, path: prefix + description.placed.path }))
  const mounted = (app.definition.mounts ?? []).flatMap(({ path, target }) =>
    target.type === 'app' ? operationsOf(target.app, prefix + path) : [],
  )
  return [...own, ...mounted]
}

export interface PlacedDescription {
  readonly description: OperationDescription
  /** The app it is in: the one that was loaded, or one mounted in it. */
  readonly app: App
  readonly path: string
}

/**
 * Those whose name is one of these; `*` stands for any part of it.
 *
 * @throws CommandError where a name is no operation's.
 */
export function matching(all: readonly PlacedDescription[], patterns: readonly string[]): readonly PlacedDescription[] {
  if (patterns.length === 0) return all
  const chosen = new Set<PlacedDescription>()
  for (const pattern of patterns) {
    const like = new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`)
    const found = all.filter(({ description }) => like.test(description.placed.name))
    if (found.length === 0)
      throw new CommandError(`No operation is called ${pattern}.`, { hint: `There are: ${namesOf(all)}` })
    for (const each of found) chosen.add(each)
  }
  return all.filter((each) => chosen.has(each))
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}

function namesOf(all: readonly PlacedDescription[]): string {
  return all.map(({ description }) => description.placed.name).join(', ')
}
