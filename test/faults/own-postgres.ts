import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, openSync, closeSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { ensureDatabase } from '../../src/data/embedded/app-database.ts'
import { awaitServer } from '../../src/data/embedded/await-server.ts'
import { findBinaries, type Binaries } from '../../src/data/embedded/binaries.ts'
import { ensureCluster, serverEnvironment, SUPERUSER } from '../../src/data/embedded/cluster.ts'
import type { Endpoint } from '../../src/data/embedded/endpoint.ts'
import { instanceIn, prepare, socketFolder, type Instance } from '../../src/data/embedded/instance.ts'
import { serverSettings, type Settings } from '../../src/data/embedded/settings.ts'

/** A server that belongs to one test, to be stopped, started and harmed. It is durable, as those of production are. */
export interface OwnPostgres {
  /** Of a database of the app's own. */
  readonly url: string
  readonly isRunning: boolean
  start(): Promise<void>
  /** `fast`: as an administrator stops it. `immediate`: as if its machine was switched off. */
  stop(how?: 'fast' | 'immediate'): Promise<void>
  /** As the superuser, on a connection of its own. */
  query<Row extends object>(text: string): Promise<readonly Row[]>
  remove(): Promise<void>
}

interface OwnPostgresOptions {
  /** Where its data is, in place of a new temporary folder. */
  readonly folder?: string
  readonly settings?: Settings
  /** Of the server's process. */
  readonly env?: Readonly<Record<string, string>>
}

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const
const DATABASE = 'faults'

export async function ownPostgres(options: OwnPostgresOptions = {}): Promise<OwnPostgres> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'ashlar-pg-'))
  // The server may run as another user.
  chmodSync(folder, 0o755)
  const instance = instanceIn({ root: folder, name: 'faults' }, { directory: join(folder, 'pg') }, false)
  prepare(instance)
  // Beside the temporary folders, once for all tests: where they must be copied, they are 60 MB.
  const binaries = findBinaries({ ...instance, directory: join(tmpdir(), 'ashlar-faults', 'pg') })
  await ensureCluster(instance, binaries)
  const server = new Server({ instance, binaries, folder, options })
  await server.start()
  return server
}

interface ServerParts {
  readonly instance: Instance
  readonly binaries: Binaries
  readonly folder: string
  readonly options: OwnPostgresOptions
}

class Server implements OwnPostgres {
  readonly #parts: ServerParts
  readonly #endpoint: Endpoint
  #child: ChildProcess | undefined
  #url: string | undefined

  constructor(parts: ServerParts) {
    this.#parts = parts
    this.#endpoint = { host: socketFolder(parts.instance), port: 5432 }
  }

  get url(): string {
    return this.#url ?? ''
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  async start(): Promise<void> {
    const { instance, binaries, options } = this.#parts
    const settings = { ...serverSettings(instance, this.#endpoint), ...options.settings }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const log = openSync(instance.log, 'a', 0o600)
    this.#child = spawn(binaries.postgres, ['-D', instance.data, ...args], {
      cwd: instance.directory,
      env: { ...serverEnvironment(), ...options.env },
      stdio: ['ignore', log, log],
      ...instance.owner,
    })
    closeSync(log)
    await awaitServer(this.#endpoint, () => !this.isRunning)
    this.#url ??= await ensureDatabase(this.#endpoint, DATABASE)
  }

  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    if (this.#child === undefined || !this.isRunning) return
    const exited = once(this.#child, 'exit')
    this.#child.kill(SIGNALS[how])
    await exited
  }

  async query<Row extends object>(text: string): Promise<readonly Row[]> {
    const client = new Client({ ...this.#endpoint, user: SUPERUSER, database: DATABASE })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<Row>(text)).rows
    } finally {
      await client.end()
    }
  }

  async remove(): Promise<void> {
    await this.stop('immediate')
    rmSync(socketFolder(this.#parts.instance), { recursive: true, force: true })
    rmSync(this.#parts.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
}
