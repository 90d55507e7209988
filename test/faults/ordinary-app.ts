import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const APP = fileURLToPath(new URL('ordinary/app.ts', import.meta.url))
const QUICK = new URL('../../scripts/quick-resolve.ts', import.meta.url).href
const START_LIMIT_MS = 60_000

/** The ordinary app in a process of its own, by `ashlar start`, as in production. */
export interface OrdinaryApp {
  readonly child: ChildProcess
  readonly port: number
  readonly url: string
  /** Whether the process that was started is still there. */
  readonly isAlive: boolean
  /** What it has written so far. */
  log(): string
  /** Lines of its log about what nobody had foreseen. */
  errors(): readonly string[]
  /** Ends it by SIGTERM, and gives its exit code. */
  stop(): Promise<number | null>
  remove(): Promise<void>
}

interface OrdinaryOptions {
  readonly databaseUrl: string
  readonly redisUrl?: string | undefined
  readonly env?: Readonly<Record<string, string>>
}

export async function ordinaryApp({ databaseUrl, redisUrl = '', env = {} }: OrdinaryOptions): Promise<OrdinaryApp> {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-ordinary-'))
  const file = join(folder, 'log')
  const port = await freePort()
  const log = openSync(file, 'a')
  const { NODE_OPTIONS: _options, LOG_FORMAT: _format, ...inherited } = process.env
  const started = spawn(
    process.execPath,
    ['--conditions=ashlar-source', `--import=${QUICK}`, MAIN, 'start', APP, '--host', '127.0.0.1', '--port', `${port}`],
    {
      stdio: ['ignore', log, log],
      env: {
        ...inherited,
        NODE_ENV: 'production',
        ALLOWED_HOSTS: '127.0.0.1,localhost',
        LOG_LEVEL: 'warn',
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        ...env,
      },
    },
  )
  closeSync(log)
  const app = new Process(started, port, folder)
  await app.ready()
  return app
}

class Process implements OrdinaryApp {
  readonly child: ChildProcess
  readonly port: number
  readonly #folder: string
  readonly #exited: Promise<unknown[]>

  constructor(child: ChildProcess, port: number, folder: string) {
    this.child = child
    this.port = port
    this.#folder = folder
    this.#exited = once(child, 'exit')
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  async ready(): Promise<void> {
    const deadline = performance.now() + START_LIMIT_MS
    while (performance.now() < deadline && this.isAlive) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined)
      if (answer?.ok === true) return
      await delay(20)
    }
    throw new Error(`The app did not start:\n${this.log()}`)
  }

  log(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8')
  }

  errors(): readonly string[] {
    return this.log()
      .split('\n')
      .filter((line) => /"level":(?:"error"|"fatal"|[56]0)|crashed|unhandled/i.test(line))
  }

  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM')
    const [code] = (await this.#exited) as [number | null]
    return code
  }

  async remove(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.#exited
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
