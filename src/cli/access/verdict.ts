import type { RowOperation } from '../../data/resource/row-operations.ts'
import type { RowReach } from '../../data/resource/row-reach.ts'
import { describeRule } from '../../core/access/decision.ts'
import type { Demand } from './demands.ts'
import type { Judge } from './judge.ts'
import type { Step } from './step.ts'

/** What comes of a call, and which rule decides it. */
export interface Verdict {
  readonly outcome: 'allowed' | 'refused' | 'depends'
  readonly status?: 401 | 403 | 404
  readonly words: string
  readonly decidedBy?: string
  readonly steps: readonly Step[]
  readonly notes: readonly string[]
}

export interface Case {
  readonly judge: Judge
  readonly demands: readonly Demand[]
  readonly reach: RowReach | undefined
  readonly row: RowOperation | undefined
  /** Whether somebody calls. */
  readonly known: boolean
  /** Whether it is shut to restricted credentials, whatever its rules say. */
  readonly isShut: boolean
  /** Whether it is about no single row that is there: a list, or what is created. */
  readonly ofNoRow: boolean
}

const PLACES: Readonly<Record<Demand['from'], string>> = {
  router: 'of the router',
  operation: 'of the operation',
  dependency: 'of a dependency',
  read: 'to read the row',
  parent: 'to read what the row is below',
}

interface Judged {
  readonly demand: Demand
  readonly step: Step
}

/** Decides in the order of a request: what is asked before any row is known, then whether the row may be read, then the operation's own rule. */
export async function verdictOf({ judge, demands, reach, row, known, isShut, ofNoRow }: Case): Promise<Verdict> {
  const before = await judgedBy(judge.before(), demands)
  if (isShut) return shut(before)
  // Of what is above or read only the statement knows: where it gives nothing there is no row.
  const gate = before.find(({ demand, step }) => step.outcome === 'no' && !isStatement(demand))
  if (gate !== undefined) return refused(gate, before, known ? 403 : 401)
  if (reach === undefined) return withoutRow(before, { row, ofNoRow })
  return withRow(await judgedBy(judge, demands), reach, row)
}

async function judgedBy(judge: Judge, demands: readonly Demand[]): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  for (const demand of demands) judged.push({ demand, step: await judge.judge(demand.rule) })
  return judged
}

function isStatement({ from }: Demand): boolean {
  return from === 'read' || from === 'parent'
}

function withoutRow(judged: readonly Judged[], { row, ofNoRow }: Pick<Case, 'row' | 'ofNoRow'>): Verdict {
  const hidden = judged.find(({ step }) => step.outcome === 'no')
  if (hidden !== undefined) return refused(hidden, judged, 404)
  const unknown = judged.find(({ step }) => step.outcome === 'unknown')
  if (unknown !== undefined) return undecided(unknown, judged)
  const rows = judged.find(({ step }) => step.outcome === 'rows')
  if (rows === undefined) return allowed(judged)
  return {
    outcome: ofNoRow ? 'allowed' : 'depends',
    words: row?.action === 'create' ? 'Allowed, for rows such as remain.' : 'Allowed, for the rows that remain.',
    decidedBy: nameOf(rows),
    steps: stepsOf(judged),
    notes: ofNoRow ? [] : ['Name a row by its key, and a caller by JSON, to see about that one.'],
  }
}

async function withRow(judged: readonly Judged[], reach: RowReach, row: RowOperation | undefined): Promise<Verdict> {
  const missing = whyMissing(await reach.find(), row?.deleted ?? false)
  if (missing !== undefined) return absent(missing, judged)
  const hidden = judged.find(({ demand, step }) => step.outcome === 'no' && isStatement(demand))
  if (hidden !== undefined) return refused(hidden, judged, 404)
  if (!(await reach.below())) return absent('the row is below one that the caller may not read.', judged)
  const own = judged.find(({ step }) => step.outcome === 'no')
  if (own !== undefined) return refused(own, judged, row?.action === 'read' || row?.action === 'list' ? 404 : 403)
  const unknown = judged.find(({ step }) => step.outcome === 'unknown')
  return unknown === undefined ? allowed(judged) : undecided(unknown, judged)
}

function whyMissing(found: 'missing' | 'deleted' | 'living', asked: RowOperation['deleted']): string | undefined {
  if (found === 'missing') return 'there is no row with this key.'
  if (asked === 'any' || asked === (found === 'deleted')) return undefined
  return found === 'deleted' ? 'the row is deleted softly.' : 'the row is not deleted.'
}

function absent(why: string, judged: readonly Judged[]): Verdict {
  return { outcome: 'refused', status: 404, words: `404: ${why}`, steps: stepsOf(judged), notes: [] }
}

function undecided(by: Judged, judged: readonly Judged[]): Verdict {
  const words = 'Undecided: only code can say.'
  return { outcome: 'depends', words, decidedBy: nameOf(by), steps: stepsOf(judged), notes: [] }
}

function allowed(judged: readonly Judged[]): Verdict {
  const deciding = judged.find(({ demand }) => demand.from === 'operation')
  return {
    outcome: 'allowed',
    words: 'Allowed.',
    ...(deciding !== undefined && { decidedBy: nameOf(deciding) }),
    steps: stepsOf(judged),
    notes: [],
  }
}

function shut(judged: readonly Judged[]): Verdict {
  const words = '403: the credentials are restricted, and none of their scopes opens the operation.'
  return { outcome: 'refused', status: 403, words, steps: stepsOf(judged), notes: [] }
}

const REFUSALS = {
  401: '401: nobody is known, and somebody must be.',
  403: '403: the caller is known, and may not.',
  404: '404: for this caller the row is not there.',
} as const

function refused(by: Judged, judged: readonly Judged[], status: 401 | 403 | 404): Verdict {
  return {
    outcome: 'refused',
    status,
    words: REFUSALS[status],
    decidedBy: nameOf(by),
    steps: stepsOf(judged),
    notes: [],
  }
}

function nameOf({ demand }: Judged): string {
  return `the rule ${PLACES[demand.from]}: ${describeRule(demand.rule.node)}`
}

function stepsOf(judged: readonly Judged[]): readonly Step[] {
  return judged.map(({ demand, step }) => ({ ...step, rule: `${demand.from}: ${step.rule}` }))
}
