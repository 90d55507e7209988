import { describeRule, scopeOf, type AccessDecision, type Caller } from '../../core/access/decision.ts'
import type { AccessRule } from '../../core/access/index.ts'
import { rulesFor } from '../../core/access/restriction.ts'
import type { RowNode } from '../../core/access/row-rule.ts'
import type { CustomNode } from '../../core/access/rule.ts'
import type { RowReach } from '../../data/resource/row-reach.ts'
import { inWords } from './demands.ts'
import { allOutcome, anyOutcome, type Step } from './step.ts'

/** What a rule is judged with. */
export interface JudgeParts {
  readonly decision: AccessDecision
  readonly caller: Caller | undefined
  /** The row that is asked about, where one is. */
  readonly reach: RowReach | undefined
  readonly custom: (node: CustomNode) => Promise<Pick<Step, 'outcome' | 'because'>>
}

/** Judges rules one by one, in the way in which a request's are decided, and says why. */
export class Judge {
  readonly #parts: JudgeParts

  constructor(parts: JudgeParts) {
    this.#parts = parts
  }

  /** The same without the row: as it is decided before any row is known. */
  before(): Judge {
    return new Judge({ ...this.#parts, reach: undefined })
  }

  async judge(asked: AccessRule): Promise<Step> {
    const rule = inWords(asked)
    const { node } = rule
    if ('rules' in node) {
      const steps: Step[] = []
      // Of alternatives only those with scopes count for credentials that are limited to some.
      for (const each of rulesFor(node, this.#parts.caller?.limited === true)) steps.push(await this.judge(each))
      const outcomes = steps.map(({ outcome }) => outcome)
      return {
        rule: node.type,
        outcome: node.type === 'anyOf' ? anyOutcome(outcomes) : allOutcome(outcomes),
        steps,
      }
    }
    return { rule: describeRule(node), ...(await this.#leaf(rule)) }
  }

  async #leaf(rule: AccessRule): Promise<Pick<Step, 'outcome' | 'because'>> {
    const { node } = rule
    const { caller, decision } = this.#parts
    if (node.type === 'anyone') return { outcome: 'yes' }
    // Whether there is somebody to ask about, and what is granted, is decided where requests are.
    const scope = scopeOf(rule, { caller, custom: true, askedBy: decision.askedBy })
    if (scope === false) return { outcome: 'no', because: this.#missing(rule) }
    if (node.type === 'custom') return this.#parts.custom(node)
    return scope === true ? { outcome: 'yes' } : this.#row(rule, node as RowNode)
  }

  #missing({ node }: AccessRule): string {
    const user = this.#parts.caller?.user
    if (user === undefined) return 'nobody is known'
    if (node.type !== 'role' && node.type !== 'scope' && node.type !== 'permission') return 'it does not hold'
    const has = user[`${node.type}s`] ?? []
    return has.length === 0 ? `the caller has no ${node.type}s` : `the caller's ${node.type}s are ${has.join(', ')}`
  }

  async #row(rule: AccessRule, { condition }: RowNode): Promise<Pick<Step, 'outcome' | 'because'>> {
    const { reach, caller } = this.#parts
    if (reach === undefined) return { outcome: 'rows', because: 'the rows for which it holds' }
    const outcome = (await reach.holds(rule)) ? 'yes' : 'no'
    if (condition.type !== 'column')
      return { outcome, because: outcome === 'yes' ? 'the row is one' : 'the row is none' }
    const { column, value } = condition
    const own = shown(value(caller?.user as never))
    const text = await reach.text(column)
    const because =
      text === undefined ? 'there is no such row' : `the row's ${column} is ${shown(text)}, the caller's is ${own}`
    return { outcome, because }
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value)
}
