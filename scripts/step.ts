import { runCommand, type CommandOptions } from './command.ts'

/** What one part of `npm test` came to. */
export interface StepResult {
  readonly passed: number
  readonly failed: number
  /** What to show where something failed. */
  readonly output: string
  /** What was not done, and why. */
  readonly skipped: readonly string[]
  /** What of it took most of the time. */
  readonly longest?: string
}

export interface Step {
  readonly name: string
  readonly run: () => Promise<StepResult>
}

/** A command that passes as a whole or fails as a whole. */
export function commandStep(name: string, command: readonly string[], options?: CommandOptions): Step {
  return {
    name,
    async run() {
      const [program = '', ...args] = command
      const { code, output } = await runCommand(program, args, options)
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, output, skipped: [] }
    },
  }
}

const SECOND_MS = 1000

/** Runs steps one after another, and says how each went when it is over. */
export async function runSteps(steps: readonly Step[]): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const { name, run } of steps) {
    const startedAt = performance.now()
    const result = await run()
    const seconds = ((performance.now() - startedAt) / SECOND_MS).toFixed(1)
    const { passed, failed, output, skipped, longest } = result
    console.log(`${failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${passed} passed, ${failed} failed (${seconds} s)`)
    if (longest !== undefined) console.log(`     longest: ${longest}`)
    for (const reason of skipped) console.log(`     skipped: ${reason}`)
    if (failed > 0) console.log(output.trimEnd().replaceAll(/^/gm, '     '))
    results.push(result)
  }
  return results
}
