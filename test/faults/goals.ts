import { appendFileSync } from 'node:fs'
import { goalLine, type Goal } from '../../bench/goal.ts'

const CLEAR =
  'same process, clear 4xx/503 alone (but 500 commit_outcome_unknown where COMMIT itself was cut), recovery under 5 s, nothing acknowledged lost'

/** What `npm run faults` ends with: each goal by its name, and what is asked of it. */
export const FAULT_GOALS = {
  'sigterm under wrk': 'no accepted request lost, exit 0',
  'postgres stopped and started': CLEAR,
  'backends terminated every 200 ms': CLEAR,
  'redis stopped and started': CLEAR,
  'redis flushed': CLEAR,
  'redis slowed': CLEAR,
  'pool exhausted': CLEAR,
  'disk full': CLEAR,
  'clock stepped': 'no access granted or extended, limits and time limits as without',
  'slow clients': 'others are answered, same process, recovery under 5 s',
  'header floods': 'refused, others are answered, same process',
  'body floods': 'refused, others are answered, same process',
  'connections churned and half open': 'others are answered, same process, recovery under 5 s',
  'kill -9 at 20 points of an idempotent create': 'exactly one effect',
} as const

export type FaultGoal = keyof typeof FAULT_GOALS

/** Notes what was measured, before the test asserts it; `npm run faults` prints it at its end, and other runs where a test fails. */
export function measured(name: FaultGoal, what: string, holds: boolean): void {
  const goal: Goal = { name, measured: what, asked: FAULT_GOALS[name], holds }
  const file = process.env['FAULTS_GOALS']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(goal)}\n`)
  else if (!holds) console.log(goalLine(goal))
}

/** Why a fault could not be made on this machine. */
export function notMeasured(name: FaultGoal, why: string): void {
  const file = process.env['FAULTS_GOALS']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, why })}\n`)
}

/** `npm run faults` goes on for longer than the tests do. */
export const LONG = process.env['FAULTS'] === 'long'
