import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

/** What a test's own environment would change. */
const CLEAN = {
  NODE_ENV: '',
  PORT: '',
  HOST: '',
  DATABASE_URL: '',
  ALLOWED_HOSTS: '',
  LOG_LEVEL: '',
  LOG_FORMAT: '',
  NODE_OPTIONS: '',
}

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** `ashlar` in a process of its own. Ended with its scope, whatever the test came to. */
export class CommandProcess implements AsyncDisposable {
  readonly child: ChildProcess
  output = ''
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>
  #seen = 0

  constructor(args: readonly string[], { cwd = process.cwd(), env = {} }: CommandOptions = {}) {
    const nonEmpty = Object.fromEntries(
      Object.entries({ ...process.env, ...CLEAN, ...env }).filter(([, value]) => value !== ''),
    )
    this.child = spawn(process.execPath, ['--conditions=ashlar-source', MAIN, ...args], { cwd, env: nonEmpty })
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text))
    this.ended = once(this.child, 'close').then(([code]: unknown[]) => ({
      code: code as number | null,
      output: this.output,
    }))
  }

  /** Waits until it prints this, after what was waited for before, and gives what matched. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output.slice(this.#seen))
      if (found !== null) {
        this.#seen += found.index + found[0].length
        return found
      }
      const more = await Promise.race([
        once(this.child.stdout!, 'data').then(() => true),
        once(this.child.stderr!, 'data').then(() => true),
        this.ended.then(() => pattern.test(this.output.slice(this.#seen))),
      ])
      if (!more) throw new Error(`It ended without printing ${String(pattern)}:\n${this.output}`)
    }
  }

  /** Waits until it answers, and gives the URL of the API. */
  async url(): Promise<string> {
    const [, url] = await this.until(/API\s+(http:\S+)\n[^\n]+\n/)
    return url!
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.kill('SIGKILL')
    await this.ended
  }
}

/** Runs a command to its end. */
export function runCommand(args: readonly string[], options: CommandOptions = {}): CommandProcess['ended'] {
  return new CommandProcess(args, options).ended
}

/** The path of an app in `test/apps/`. */
export function appFile(name: string): string {
  return fileURLToPath(new URL(`apps/${name}`, import.meta.url))
}
