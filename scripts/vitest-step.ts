import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './command.ts'
import type { Step, StepResult } from './step.ts'

const ROOT = `${process.cwd()}/`
const SECOND_MS = 1000
const LONGEST = 12

interface VitestOptions {
  /** Which test files; all where none are named. */
  readonly files?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Test files that are left out. */
  readonly without?: readonly string[]
  /** Files that run at once. Default: as many as vitest finds right. */
  readonly workers?: number
}

/** What is read of vitest's JSON report. */
interface Report {
  readonly success: boolean
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly name: string
    /** Milliseconds since the epoch. */
    readonly startTime: number
    readonly endTime: number
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** A run of vitest, counted test by test. */
export function vitestStep(name: string, { files = [], env = {}, without = [], workers }: VitestOptions = {}): Step {
  return {
    name,
    async run() {
      const folder = mkdtempSync(join(tmpdir(), 'ashlar-vitest-'))
      const file = join(folder, 'report.json')
      const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
      args.push(...without.map((path) => `--exclude=${path}`), ...files)
      if (workers !== undefined) args.push(`--maxWorkers=${workers}`)
      const { code, output } = await runCommand('vitest', args, { env: { ...env, NO_COLOR: '1' } })
      const result = resultOf(code, output, readReport(file))
      rmSync(folder, { recursive: true })
      return result
    },
  }
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    // It ended before it could write one: the output says why.
    return undefined
  }
}

function resultOf(code: number | null, output: string, report: Report | undefined): StepResult {
  if (report === undefined) return { passed: 0, failed: 1, output, skipped: [] }
  const { numPassedTests: passed, testResults } = report
  // A file that could not be loaded has no tests that could fail.
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length
  const failed = report.numFailedTests + broken
  // An error outside any test, such as an unhandled rejection.
  return {
    passed,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    output,
    skipped: skippedIn(testResults),
    longest: longestOf(testResults),
  }
}

/** Where the time went. */
function longestOf(results: Report['testResults']): string {
  const files = results.map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / SECOND_MS }))
  const longest = files.toSorted((a, b) => b.seconds - a.seconds).slice(0, LONGEST)
  return longest.map(({ name, seconds }) => `${name.replace(ROOT, '')} ${seconds.toFixed(0)} s`).join(', ')
}

function skippedIn(results: Report['testResults']): string[] {
  return results.flatMap(({ name, assertionResults }) => {
    const skipped = assertionResults.filter(({ status }) => status === 'skipped' || status === 'pending')
    const [first] = skipped
    return first === undefined ? [] : [`${skipped.length} in ${name.replace(ROOT, '')}, such as "${first.fullName}"`]
  })
}
