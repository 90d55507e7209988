import { Forbidden } from '../../core/errors/index.ts'
import { describeRule } from '../../core/access/decision.ts'
import { anyone, type AccessRule } from '../../core/access/index.ts'
import type { RuleNode } from '../../core/access/rule.ts'
import type { Model } from '../model/model.ts'
import type { Asker } from './row-session.ts'

/** Who may read and who may write one column. */
export interface FieldRule {
  /** Without it the row comes without the column, which can be neither filtered nor sorted nor searched by. Default: who may read the row. */
  readonly read?: AccessRule
  /** Who sends the column without it is refused with 403. Default: who may read the column. */
  readonly write?: AccessRule
}

/** The rules of columns, by their keys; one rule alone is that for reading and for writing. */
export type FieldRules = Readonly<Record<string, AccessRule | FieldRule | undefined>>

type Asking = Pick<Asker, 'scopeOf'>

const NONE: ReadonlySet<string> = new Set()

/** Who may read and write which columns of a table. It is decided once for each caller, by who they are and not by the row. */
export class FieldAccess {
  readonly #rules: ReadonlyMap<string, Required<FieldRule>>
  /** The sets that have been asked for: equal ones are the same. */
  readonly #sets = new Map<string, ReadonlySet<string>>()

  constructor(rules: ReadonlyMap<string, Required<FieldRule>>) {
    this.#rules = rules
  }

  /** All that must be asked about a caller. */
  get rules(): readonly AccessRule[] {
    return [...this.#rules.values()].flatMap(({ read, write }) => [read, write]).filter(isDemanding)
  }

  /** The columns that the asker may not read. Equal sets are the same. */
  hiddenFrom(asker: Asking): ReadonlySet<string> {
    return this.#refused(asker, 'read')
  }

  /** The columns that the asker may not write. */
  lockedFor(asker: Asking): ReadonlySet<string> {
    return this.#refused(asker, 'write')
  }

  /**
   * Refuses what the asker may not write.
   *
   * @throws Forbidden
   */
  checkWritten(asker: Asking, sent: object, place = ''): void {
    const locked = this.lockedFor(asker)
    if (locked.size === 0) return
    const refused = Object.entries(sent).flatMap(([key, value]) =>
      value !== undefined && locked.has(key) ? [place + key] : [],
    )
    if (refused.length > 0) throw new Forbidden(`You may not write ${refused.join(', ')}.`)
  }

  /** Who may, in words; `undefined` where there is no rule of the column's own. */
  words(key: string, what: keyof FieldRule): string | undefined {
    const rule = this.#rules.get(key)?.[what]
    return rule === undefined || !isDemanding(rule) ? undefined : describeRule(rule.node)
  }

  #refused(asker: Asking, what: keyof FieldRule): ReadonlySet<string> {
    const refused: string[] = []
    for (const [key, rule] of this.#rules) if (asker.scopeOf(rule[what], false) !== true) refused.push(key)
    if (refused.length === 0) return NONE
    const name = JSON.stringify(refused)
    const known = this.#sets.get(name) ?? new Set(refused)
    this.#sets.set(name, known)
    return known
  }
}

function isDemanding({ node }: AccessRule): boolean {
  return node.type !== 'anyone'
}

/**
 * Works the rules of columns out.
 *
 * @throws TypeError for a column that is not there, is private, or that rows are found by, and for rules about rows or with code of their own.
 */
export function fieldAccess(what: string, model: Model, rules: FieldRules | undefined): FieldAccess | undefined {
  const declared = Object.entries(rules ?? {}).flatMap(([key, rule]) =>
    rule === undefined ? [] : [[key, checked(what, model, [key, rule])] as const],
  )
  return declared.length === 0 ? undefined : new FieldAccess(new Map(declared))
}

function checked(
  what: string,
  model: Model,
  [key, rule]: readonly [string, AccessRule | FieldRule],
): Required<FieldRule> {
  checkColumn(`${what}: fields`, model, key)
  const { read = anyone, write = read } = 'kind' in rule ? { read: rule } : checkedNames(`${what}: fields.${key}`, rule)
  for (const each of [read, write]) checkNode(`${what}: fields.${key}`, each.node)
  return { read, write }
}

function checkColumn(place: string, { byKey, visible, primaryKey, life, name }: Model, key: string): void {
  const column = byKey.get(key)
  if (column === undefined)
    throw new TypeError(
      `${place} names the column "${key}", which the table "${name}" does not have. It has ${[...byKey.keys()].join(', ')}.`,
    )
  if (!visible.includes(column))
    throw new TypeError(`${place} names "${key}", which is private: nobody reads it anyway.`)
  if (primaryKey.includes(column) || life.version === key || life.deletedAt === key)
    throw new TypeError(
      `${place} names "${key}", by which rows are found and versions told: who reads the row reads it.`,
    )
}

function checkedNames(place: string, rule: FieldRule): FieldRule {
  const { read, write } = rule
  const wrong = Object.keys(rule).find((name) => name !== 'read' && name !== 'write')
  if (wrong === undefined && (read ?? write) !== undefined) return rule
  throw new TypeError(
    `${place} is a rule, or { read, write } with a rule each${wrong === undefined ? '' : `; "${wrong}" is neither`}.`,
  )
}

/** The same columns for all rows of a list, so that it is one statement: what differs from row to row is another table, or another resource. */
function checkNode(place: string, node: RuleNode): void {
  if ('rules' in node) return node.rules.forEach((rule) => checkNode(place, rule.node))
  if (node.type !== 'rows' && node.type !== 'custom') return
  const why = node.type === 'rows' ? 'is about rows' : 'has code of its own'
  throw new TypeError(
    `${place} holds the rule "${node.name}", which ${why}. Who may have a column is decided once for each caller: ` +
      `by role(...), permission(...), scope(...), authenticated, and anyOf and allOf of them.`,
  )
}
