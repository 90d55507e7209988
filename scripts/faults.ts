// `npm run faults`: an ordinary app while what it depends on fails and while clients attack it, for longer than the tests do. The last lines are the goals.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printGoals, type Goal } from '../bench/goal.ts'
import { FAULT_GOALS, type FaultGoal } from '../test/faults/goals.ts'

/** Several times what it takes on a quiet machine of two cores: a slow one shall come to an end too. */
const LIMIT_MS = 25 * 60_000
/** Besides the folder: guarantees that are shown by killing processes and setting clocks. */
const FILES = [
  'test/faults',
  'test/guarantees/GD1.',
  'test/guarantees/GD5.',
  'test/guarantees/GD6.',
  'test/guarantees/GD9.',
]

/** A goal, or why it could not be measured. */
type Note = Goal | { readonly name: FaultGoal; readonly why: string }

const folder = mkdtempSync(join(tmpdir(), 'ashlar-faults-'))
const file = join(folder, 'goals')
const passed = await runTests()
const notes = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
rmSync(folder, { recursive: true })
report(notes.map((line) => JSON.parse(line) as Note))
if (!passed) process.exitCode = 1

/** One file at a time: each fault has the machine to itself. */
function runTests(): Promise<boolean> {
  const args = ['run', ...FILES, '--maxWorkers=1', '--reporter=verbose']
  const child = spawn('vitest', args, {
    stdio: 'inherit',
    env: { ...process.env, FAULTS: 'long', FAULTS_GOALS: file },
    signal: AbortSignal.timeout(LIMIT_MS),
  })
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.log(`The tests did not end: ${error.message}`)
      resolve(false)
    })
    child.once('close', (code) => resolve(code === 0))
  })
}

function report(notes: readonly Note[]): void {
  const names = Object.keys(FAULT_GOALS) as FaultGoal[]
  const goals = names.flatMap((name): Goal[] => {
    const ofIt = notes.filter((note) => note.name === name)
    const found = ofIt.filter((note): note is Goal => 'holds' in note)
    if (found.length > 0) return [found.find(({ holds }) => !holds) ?? found.at(-1)!]
    const [skipped] = ofIt
    if (skipped !== undefined && 'why' in skipped) {
      console.log(`not measured: ${name}, since ${skipped.why}`)
      return []
    }
    return [{ name, measured: 'nothing, since its test did not get so far', asked: FAULT_GOALS[name], holds: false }]
  })
  printGoals(goals)
}
