import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { connectWhenReady } from '../embedded/await-server.ts'
import { findBinaries } from '../embedded/binaries.ts'
import { ensureCluster, serverEnvironment, SUPERUSER } from '../embedded/cluster.ts'
import { give, instanceIn, type Instance } from '../embedded/instance.ts'
import { findProject } from '../embedded/project.ts'

const PRIMARY_PORT = 5432
const REPLICA_PORT = 5433

const SETTINGS = {
  listen_addresses: '',
  wal_level: 'replica',
  hot_standby: 'on',
  wal_keep_size: '64MB',
  shared_buffers: '16MB',
  fsync: 'off',
  // A statement on the replica that is in the way of replay is ended at once.
  max_standby_streaming_delay: '0',
}

/** A real primary and a real replica that streams from it, on sockets of their own. */
export class ReplicatedServer {
  readonly primary: string
  readonly replica: string
  readonly #instance: Instance
  readonly #postgres: string
  readonly #running = new Map<number, ChildProcess>()

  private constructor(instance: Instance, postgres: string) {
    this.#instance = instance
    this.#postgres = postgres
    const host = encodeURIComponent(instance.directory)
    const url = (port: number): string => `postgres://${SUPERUSER}@localhost:${port}/postgres?host=${host}`
    this.primary = url(PRIMARY_PORT)
    this.replica = url(REPLICA_PORT)
  }

  static async start(): Promise<ReplicatedServer> {
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-replica-'))
    const instance = instanceIn(findProject(), { directory: folder, durable: false })
    chmodSync(folder, 0o700)
    give(folder, instance.owner)
    const binaries = findBinaries(instance)
    await ensureCluster(instance, binaries)
    const server = new ReplicatedServer(instance, binaries.postgres)
    try {
      server.#copy()
      await server.#run(PRIMARY_PORT, instance.data)
      await server.startReplica()
      return server
    } catch (error) {
      await server.stop()
      throw error
    }
  }

  async startReplica(): Promise<void> {
    await this.#run(REPLICA_PORT, this.#replicaData)
  }

  /** At once, as a crash. */
  async killReplica(): Promise<void> {
    await this.#end(REPLICA_PORT)
  }

  /** Runs SQL on the replica itself, such as `pg_wal_replay_pause()`. */
  async onReplica(sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.replica })
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>(sql)
    await client.end()
    return rows
  }

  async stop(): Promise<void> {
    for (const port of [REPLICA_PORT, PRIMARY_PORT]) await this.#end(port)
    rmSync(this.#instance.directory, { recursive: true })
  }

  get #replicaData(): string {
    return join(this.#instance.directory, 'replica')
  }

  /** A cluster that has never run is copied as it is, so that no program for base backups is needed. */
  #copy(): void {
    const { data, directory, owner } = this.#instance
    const target = this.#replicaData
    execFileSync('cp', ['-Rp', data, target], { ...owner })
    const from = `host=${directory} port=${PRIMARY_PORT} user=${SUPERUSER}`
    writeFileSync(join(target, 'postgresql.auto.conf'), `primary_conninfo = '${from}'\n`, { flag: 'a' })
    writeFileSync(join(target, 'standby.signal'), '')
    give(join(target, 'standby.signal'), owner)
  }

  async #run(port: number, data: string): Promise<void> {
    const { directory, owner } = this.#instance
    const settings = { ...SETTINGS, port: String(port), unix_socket_directories: directory }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const env = serverEnvironment()
    const child = spawn(this.#postgres, ['-D', data, ...args], { stdio: 'ignore', env, cwd: directory, ...owner })
    this.#running.set(port, child)
    const config = { host: directory, port, user: SUPERUSER, database: 'postgres' }
    await (await connectWhenReady(config, () => child.exitCode !== null)).end()
  }

  async #end(port: number): Promise<void> {
    const child = this.#running.get(port)
    this.#running.delete(port)
    if (child === undefined || child.exitCode !== null) return
    const ended = once(child, 'exit')
    // SIGQUIT is PostgreSQL's immediate shutdown: its processes end with it.
    child.kill('SIGQUIT')
    await ended
  }
}
