import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

/** More than any of this takes on a slow machine. */
const LIMIT_MS = 30_000
const MIGRATION = 'CREATE TABLE items (id uuid PRIMARY KEY, number integer NOT NULL)'
const CLIENTS = 8
const BULK = 5

export interface Item {
  readonly id: string
  readonly number: number
}

export interface Refused {
  readonly code: string
  readonly numbers: readonly number[]
}

/** An app whose database is embedded and durable, in a folder of its own, under load. */
export interface ItemsApp {
  readonly process: ChildProcess
  /** Of the database's server. */
  serverPid(): number
  /** Items that were answered 201. */
  readonly acknowledged: readonly Item[]
  /** The other answers; with the code `none` where there was none. */
  readonly refused: readonly Refused[]
  /** Waits until so many more are acknowledged. */
  more(count: number): Promise<void>
  /** Ends the load, and everything it runs on. What is in the database then, once it has recovered. */
  recovered(): Promise<readonly Item[]>
  remove(): Promise<void>
}

export async function itemsUnderLoad(): Promise<ItemsApp> {
  const project = makeProject()
  const pidFile = join(project, '.ashlar', 'postgres', 'data', 'postmaster.pid')
  const serving = start(project, 'serve')
  const { port } = (await serving.said) as { readonly port: number }
  const load = new Load(port)
  const ended = load.run()
  const end = async (): Promise<void> => {
    load.stop()
    serving.process.kill('SIGKILL')
    await ended
    await until(() => !isThere(serverPid(pidFile)))
  }
  return {
    process: serving.process,
    serverPid: () => {
      const pid = serverPid(pidFile)
      if (pid === undefined) throw new Error('The server is not running.')
      return pid
    },
    acknowledged: load.acknowledged,
    refused: load.refused,
    more: (count) => {
      const enough = load.acknowledged.length + count
      return until(() => load.acknowledged.length >= enough)
    },
    recovered: async () => {
      await end()
      return ((await start(project, 'read').said) as { readonly rows: readonly Item[] }).rows
    },
    remove: async () => {
      await end()
      rmSync(project, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    },
  }
}

function makeProject(): string {
  const project = mkdtempSync(join(tmpdir(), 'ashlar-items-'))
  // The server may run as another user.
  chmodSync(project, 0o755)
  mkdirSync(join(project, 'migrations'))
  writeFileSync(join(project, 'package.json'), '{ "name": "items" }')
  writeFileSync(join(project, 'migrations', '0001_items.sql'), MIGRATION)
  return project
}

/** `said` is the first thing it says. */
function start(project: string, mode: 'serve' | 'read'): { process: ChildProcess; said: Promise<unknown> } {
  const { DATABASE_URL: _url, NODE_ENV: _env, ...env } = process.env
  const child = join(import.meta.dirname, 'items-child.ts')
  const launched = spawn(process.execPath, ['--conditions=ashlar-source', child, mode], {
    cwd: project,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said = Promise.withResolvers<unknown>()
  createInterface(launched.stdout).on('line', (line) => {
    // Its log is there too.
    if (/^\{"(?:port|rows)":/.test(line)) said.resolve(JSON.parse(line))
  })
  launched.once('exit', () => said.reject(new Error(`The process that was to ${mode} has ended.`)))
  return { process: launched, said: said.promise }
}

/** Clients that create one item after the other, and several at once, and never send the same again. */
class Load {
  readonly acknowledged: Item[] = []
  readonly refused: Refused[] = []
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  #number = 0
  #stopped = false

  constructor(port: number) {
    this.#port = port
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, (_, client) => this.#client(client)))
    this.#agent.destroy()
  }

  stop(): void {
    this.#stopped = true
  }

  async #client(client: number): Promise<void> {
    while (!this.#stopped) {
      const many = client % 2 === 1
      const items = Array.from({ length: BULK }, () => ({ number: (this.#number += 1) }))
      const [path, body] = many ? ['/bulk-items/bulk', { items }] : ['/items', items[0]]
      const { status, text } = await this.#post(path, JSON.stringify(body))
      if (status === 201) {
        const made = JSON.parse(text) as Item & { readonly items?: readonly Item[] }
        this.acknowledged.push(...(made.items ?? [made]))
        continue
      }
      const { code } = text === '' ? { code: 'none' } : (JSON.parse(text) as { readonly code: string })
      this.refused.push({ code, numbers: (many ? items : items.slice(0, 1)).map(({ number }) => number) })
      // Nothing there to answer is refused at once: not to be asked in a loop.
      await delay(5)
    }
  }

  #post(path: string, body: string): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve) => {
      const none = (): void => resolve({ status: 0, text: '' })
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          path,
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => (text += chunk))
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
          response.on('error', none)
        },
      )
      sent.on('error', none)
      sent.end(body)
    })
  }
}

/** The server takes its file away when it ends, also between two looks. */
function serverPid(file: string): number | undefined {
  if (!existsSync(file)) return undefined
  try {
    return Number(readFileSync(file, 'utf8').split('\n')[0])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isThere(pid: number | undefined): boolean {
  if (pid === undefined) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + LIMIT_MS
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('It did not happen in time.')
    await delay(5)
  }
}
