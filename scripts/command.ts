import { spawn } from 'node:child_process'

export interface CommandResult {
  readonly code: number | null
  /** Standard output and error, as they came. */
  readonly output: string
}

export interface CommandOptions {
  readonly cwd?: string
  /** Added to the environment; `undefined` takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Runs a program to its end. Never rejects: a program that cannot be run has no code. */
export function runCommand(
  program: string,
  args: readonly string[],
  { cwd = process.cwd(), env = {} }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', (error) => resolve({ code: null, output: `${output}${error.message}` }))
    child.once('close', (code) => resolve({ code, output }))
  })
}
