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
  /** Who runs it. */
  readonly uid?: number
  readonly gid?: number
}

/** Runs a program to its end. Never rejects: a program that cannot be run has no code. */
export function runCommand(
  program: string,
  args: readonly string[],
  { env = {}, ...options }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(program, args, {
      ...options,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', (error) => resolve({ code: null, output: `${output}${error.message}` }))
    child.once('close', (code) => resolve({ code, output }))
  })
}

/** What the repository's own runs are told is nothing a user has. */
const USER_ENVIRONMENT = { NODE_OPTIONS: undefined, NODE_ENV: undefined, DATABASE_URL: undefined, REDIS_URL: undefined }

/** Runs a program in `cwd` as a user would, and rejects where it fails. */
export async function mustRun(
  cwd: string,
  [program = '', ...args]: readonly string[],
  { env, ...options }: CommandOptions = {},
): Promise<undefined> {
  const { code, output } = await runCommand(program, args, { ...options, cwd, env: { ...USER_ENVIRONMENT, ...env } })
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')} exited with ${code}:\n${output}`)
}
