/**
 * What a rule comes to for one caller: `rows` where it depends on the row, and none is named; `unknown` where only code can say, and that cannot be run
 * here.
 */
export type Outcome = 'yes' | 'no' | 'rows' | 'unknown'

/** One rule, judged, with those it is made of. */
export interface Step {
  readonly rule: string
  readonly outcome: Outcome
  readonly because?: string
  readonly steps?: readonly Step[]
}

/** Of alternatives one is enough. */
export function anyOutcome(outcomes: readonly Outcome[]): Outcome {
  return (['yes', 'unknown', 'rows'] as const).find((each) => outcomes.includes(each)) ?? 'no'
}

/** Of several that must hold, one is enough to refuse. */
export function allOutcome(outcomes: readonly Outcome[]): Outcome {
  return (['no', 'unknown', 'rows'] as const).find((each) => outcomes.includes(each)) ?? 'yes'
}

const SIGNS: Readonly<Record<Outcome, string>> = { yes: '✓', no: '✗', rows: '~', unknown: '?' }

/** A step and those below it, as lines. */
export function stepLines({ rule, outcome, because, steps = [] }: Step, indent = '  '): readonly string[] {
  const line = `${indent}${SIGNS[outcome]} ${rule}${because === undefined ? '' : `: ${because}`}`
  return [line, ...steps.flatMap((step) => stepLines(step, `${indent}  `))]
}
